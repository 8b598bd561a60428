import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '../../src/model/checkpoint';
import { smallFile, smallModel, text } from './model/small-models';

const cli = resolve(__dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'recurrent-hostile-'));
const at = (name: string) => join(folder, name);

function recurrent(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A model whose weights are finite and whose logits are not. */
function overflowed(): Uint8Array {
  const model = smallModel();
  for (const [name, value] of [
    ['l0.b', 30],
    ['W_hq', 3e38],
    ['l0.W_h', 0],
  ] as const)
    model.parameters.get(name).fill(value);
  // The update gate of a GRU is shut, so that its state follows the candidate.
  model.parameters.get('l0.b').fill(-30, 3, 6);
  return writeCheckpoint(model);
}

/** A file's header after a change of its text. */
function rewritten(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextEncoder().encode(change(new TextDecoder().decode(bytes.subarray(8, end))));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes.subarray(end)]);
}

beforeAll(() => writeFileSync(at('fox.txt'), text));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('weights that are finite and give no finite number', () => {
  const commands = [
    ['evaluate', at('over.st'), at('fox.txt')],
    ['evaluate', at('over.st'), at('fox.txt'), '--json', '--engine', 'tfjs'],
    ['surprise', at('over.st'), at('fox.txt')],
    ['flow', at('over.st'), at('fox.txt'), '--lags', '3', '--json'],
    ['sample', at('over.st'), '--prompt', 'the '],
    ['sample', at('over.st'), '--prompt', 'the ', '--temperature', '0', '--json'],
    ['sample', at('over.st'), '--prompt', 'the ', '--beams', '3'],
  ];
  it.each(commands)('are one sentence and exit code 2: %s', (...command) => {
    writeFileSync(at('over.st'), overflowed());
    const { status, stdout, stderr } = recurrent(...command);
    expect(stderr).toMatch(/^recurrent: The model gives .*no finite likelihood: .+\.\n$/);
    expect(status).toBe(2);
    expect(stdout).not.toMatch(/NaN|Infinity|null/);
  });
});

describe('a hostile checkpoint', () => {
  const option = (value: string) => (header: string) => header.replace('\\"hidden\\":3', `\\"hidden\\":${value}`);
  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'merges that double',
      () => {
        const merges = [[97, 97], ...Array.from({ length: 16 }, (_, i) => [256 + i, 256 + i])];
        const data = JSON.stringify(JSON.stringify({ kind: 'subwords', merges }));
        return rewritten(smallFile({}, 'subwords'), (header) =>
          header.replace(/"tokenizer":"(\\.|[^"\\])*"/, `"tokenizer":${data}`),
        );
      },
      /a token has more than 193 bytes/,
    ],
    [
      'a deep list',
      () => rewritten(smallFile(), option(`${'['.repeat(6000)}${']'.repeat(6000)}`)),
      /nested too deeply/,
    ],
    ['a large claim', () => rewritten(smallFile(), option('4096')), /parameter l0\.W_x has shape/],
    ['bytes at the end', () => Buffer.concat([smallFile(), Buffer.from('more')]), /after its last tensor/],
    [
      'a control sequence for a format',
      () => rewritten(smallFile(), (header) => header.replace('recurrent-1', `\\u001b[2J\\n${'x'.repeat(3e6)}`)),
      /its format is "\\u001B\[2J\\nx{55}…", not recurrent-1/,
    ],
    [
      'moments that are no numbers',
      () => {
        const model = smallModel();
        model.resume.second.fill(Number.NaN);
        return writeCheckpoint(model);
      },
      /resume\.first or resume\.second has values that are no moments/,
    ],
  ])('with %s is one sentence and exit code 2', (_, file, message) => {
    writeFileSync(at('hostile.st'), file());
    const { status, stdout, stderr } = recurrent('train', at('fox.txt'), '--resume', at('hostile.st'));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^recurrent: [^\n]{1,400}\.\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('goes on training as it is when it is none', () => {
    writeFileSync(at('good.st'), smallFile({ cell: 'lstm' }));
    const args = ['--resume', at('good.st'), '--max-steps', '9', '--threads', '1', '--json'];
    const { status, stderr } = recurrent('train', at('fox.txt'), ...args);
    expect(status, stderr).toBe(0);
  });
});
