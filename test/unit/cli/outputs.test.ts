import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { events, fox, ownFolder, randomLetters, recurrent, shell, stepIn, tiny } from './recurrent';

const { folder, at } = ownFolder('outputs');

/** Every file of the folder with its bytes, for seeing that nothing was touched. */
const everything = () =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => statSync(at(name)).isFile())
      .map((name) => [name, readFileSync(at(name)).toString('base64')]),
  );

beforeAll(() => {
  writeFileSync(at('fox.txt'), fox);
  writeFileSync(at('notes.md'), '# Notes\n');
  writeFileSync(at('empty'), '');
  writeFileSync(at('foreign.safetensors'), foreign());
  writeFileSync(at('mine.latest.st'), 'a file of somebody’s own');
  symlinkSync('fox.txt', at('link.txt'));
  linkSync(at('fox.txt'), at('hard.txt'));
  mkdirSync(at('folder'));
  symlinkSync('folder', at('way'));
  execFileSync('mkfifo', [at('pipe')]);
  const { status, stderr } = recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', at('fox.st'));
  expect(status, stderr).toBe(0);
  linkSync(at('fox.st'), at('hard.st'));
  symlinkSync('fox.st', at('link.st'));
  copyFileSync(at('fox.st'), at('locked.st'));
  chmodSync(at('locked.st'), 0o444);
  copyFileSync(at('fox.st'), at('other.st'));
  symlinkSync('../fox.txt', join(at('folder'), 'm.latest.st'));
});

/** A safetensors file of another program. */
function foreign(): Buffer {
  const header = JSON.stringify({ __metadata__: { format: 'pt' } });
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, Buffer.from(header)]);
}

describe('an output', () => {
  it.each([
    ['the text', 'fox.txt', /fox\.txt is the text to learn and would be replaced/],
    ['the text by another way', 'folder/../fox.txt', /fox\.txt is the text to learn/],
    ['a link to the text', 'link.txt', /link\.txt leads to the text to learn/],
    ['a hard link to the text', 'hard.txt', /hard\.txt leads to the text to learn/],
    ['a file of another kind', 'notes.md', /notes\.md exists and is no model of Recurrent, so it is left as it is/],
    ['an empty file', 'empty', /empty exists and is no model/],
    ['a model of another program', 'foreign.safetensors', /exists and is no model of Recurrent/],
    ['a folder', 'folder', /it is a folder/],
    ['a link to a folder', 'way', /it is a folder/],
    ['the name of a folder', 'new/', /names a folder; name a file in it/],
    ['a pipe', 'pipe', /it is a pipe, not a file/],
    ['in no folder', 'none/m.st', /the folder .*none does not exist\.$/m],
    ['in a file', 'notes.md/m.st', /a part of its path is not a folder/],
    ['a name that is too long', 'm'.repeat(256), /its name is too long/],
    ['a name that is too long for the newest beside it', 'm'.repeat(255), /its name is too long/],
    ['a model', 'fox.st', /fox\.st holds a model already; go on from it with --resume .*fox\.st, .*--force/],
    ['a write-protected model', 'locked.st', /it is write-protected/],
    ['the name of a newest model', 'm.latest.st', /name the best, .*m\.st\./],
    ['beside a file of somebody’s with the name of the newest model', 'mine.st', /mine\.latest\.st exists and is no/],
    ['beside a link to the text with that name', 'folder/m.st', /m\.latest\.st leads to the text to learn/],
  ])('that is %s is refused before the text is read', (_, name, message) => {
    const before = everything();
    for (const force of [[], ['--force']]) {
      if (name === 'fox.st' && force.length > 0) continue;
      const { status, stdout, stderr } = recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', at(name), ...force);
      expect([status, stdout], stderr).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(everything()).toEqual(before);
  });

  it('is looked at before the text, which may be missing', () => {
    expect(recurrent('train', at('none.txt'), '--checkpoint', at('notes.md')).stderr).toMatch(/notes\.md exists/);
  });

  it('is no device', () => {
    const { status, stderr } = recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', '/dev/null');
    expect([status, stderr]).toEqual([2, 'recurrent: Cannot write /dev/null: it is a device, not a file.\n']);
  });

  it.each([
    ['another model', 'other.st'],
    ['the resumed model by a hard link', 'hard.st'],
    ['the resumed model by a link', 'link.st'],
  ])('that is %s is refused for a run that goes on from one', (_, name) => {
    const before = everything();
    const command = ['train', at('fox.txt'), '--resume', at('fox.st'), '--checkpoint', at(name), '--max-steps', '9'];
    const { status, stderr } = recurrent(...command);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(/ --force to replace it/);
    expect(everything()).toEqual(before);
  });

  it('that is the resumed model is what the run goes on in, by whatever way to its folder', () => {
    copyFileSync(at('fox.st'), join(at('folder'), 'on.st'));
    const [way, plain] = [join(at('way'), 'on.st'), join(at('folder'), 'on.st')];
    const { status, stderr } = recurrent(
      'train',
      at('fox.txt'),
      '--resume',
      way,
      '--checkpoint',
      plain,
      '--max-steps',
      '9',
    );
    expect(status, stderr).toBe(0);
    expect(stepIn(plain)).toBe(9);
  });

  it('is replaced with --force', () => {
    copyFileSync(at('fox.st'), at('forced.st'));
    copyFileSync(at('fox.st'), at('forced.latest.st'));
    const command = ['train', at('fox.txt'), ...tiny, '--max-steps', '5', '--force', '--checkpoint', at('forced.st')];
    const { status, stderr } = recurrent(...command);
    expect(status, stderr).toBe(0);
    expect(stepIn(at('forced.st'))).toBe(5);
    expect(existsSync(at('forced.latest.st')), 'the newest of the other run').toBe(false);
  });

  it('is not replaced by a run that learns nothing, with --force', () => {
    copyFileSync(at('fox.st'), at('kept.st'));
    const wild = '--lr 100 --optimizer sgd --clipping none --max-steps 600 --force'.split(' ');
    const { status, stderr } = recurrent('train', at('fox.txt'), ...tiny, ...wild, '--checkpoint', at('kept.st'));
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/kept\.st is left as it was: the run ended before it had learnt anything; begin again with/);
    expect(readFileSync(at('kept.st'))).toEqual(readFileSync(at('fox.st')));
  });

  it('keeps what it leads to where it is', () => {
    symlinkSync('folder/target.st', at('forward.st'));
    expect(recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', at('forward.st')).status).toBe(0);
    expect(stepIn(join(at('folder'), 'target.st'))).toBe(6);
  });

  it('is freed of what ended processes left of it, and of nothing else', () => {
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    for (const name of [`left.st.${gone}.partial`, `left.latest.st.${gone}.partial`, `film.${gone}.partial`]) {
      writeFileSync(at(name), '');
    }
    expect(recurrent('train', at('fox.txt'), ...tiny, '--checkpoint', at('left.st')).status).toBe(0);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([`film.${gone}.partial`]);
  });
});

describe('a run that no longer improves', () => {
  const overfit =
    '--hidden 48 --batch 4 --steps 20 --threads 1 --lr 0.02 --length 2 --validation 0.3 --evaluate-every 10';
  let said = '';

  beforeAll(() => {
    writeFileSync(at('random.txt'), randomLetters(1000));
    const command = ['train', at('random.txt'), ...overfit.split(' '), '--max-steps', '150', '--epochs', '1000'];
    const { status, stderr } = recurrent(...command, '--checkpoint', at('m.safetensors'));
    expect(status, stderr).toBe(0);
    said = stderr;
  });

  it('leaves its best model, its newest, and the command that goes on', () => {
    const best = stepIn(at('m.safetensors'));
    expect(best).toBeLessThan(150);
    expect(stepIn(at('m.latest.safetensors'))).toBe(150);
    expect(said.trimEnd().split('\n').slice(-3)).toEqual([
      `Checkpoint: ${at('m.safetensors')} (the best, step ${best})`,
      `Newest: ${at('m.latest.safetensors')} (step 150)`,
      `To go on: recurrent train ${at('random.txt')} --resume ${at('m.safetensors')} --checkpoint ${at('m.safetensors')} --max-steps 300`,
    ]);
  });

  it.each(['m.safetensors', 'm.latest.safetensors'])('goes on from its newest where --resume names %s', (name) => {
    const best = readFileSync(at('m.safetensors'));
    const bests = events(recurrent('evaluate', at('m.safetensors'), at('random.txt'), '--json').stdout);
    for (const file of ['m.safetensors', 'm.latest.safetensors']) copyFileSync(at(file), at(`on-${file}`));
    const command = ['train', at('random.txt'), '--resume', at(`on-${name}`), '--checkpoint', at('on-m.safetensors')];
    const { status, stdout, stderr } = recurrent(...command, '--max-steps', '160', '--json');
    expect(status, stderr).toBe(0);
    const steps = events(stdout).filter(({ event }) => event === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, i) => 151 + i));
    expect(stderr).toContain(`Going on from ${at('on-m.latest.safetensors')}, step 150; the best model, `);
    expect(stderr).toContain('Nothing measured better than the model that was resumed');
    expect(readFileSync(at('on-m.safetensors'))).toEqual(best);
    expect(events(recurrent('evaluate', at('on-m.safetensors'), at('random.txt'), '--json').stdout)).toEqual(bests);
    expect(stepIn(at('on-m.latest.safetensors'))).toBe(160);
  });

  it('takes both models along into another file', () => {
    const command = ['train', at('random.txt'), '--resume', at('m.safetensors'), '--checkpoint', at('copy.st')];
    expect(recurrent(...command, '--max-steps', '155').status).toBe(0);
    expect(readFileSync(at('copy.st'))).toEqual(readFileSync(at('m.safetensors')));
    expect(stepIn(at('copy.latest.st'))).toBe(155);
  });

  it('replaces no newest model of another run', () => {
    copyFileSync(at('m.latest.safetensors'), at('fox.latest.st'));
    const before = everything();
    const command = [
      'train',
      at('fox.txt'),
      '--resume',
      at('fox.st'),
      '--checkpoint',
      at('fox.st'),
      '--max-steps',
      '9',
    ];
    const { status, stderr } = recurrent(...command);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(
      /fox\.latest\.st, where the newest .* holds a model of another run; move it, or give --force/,
    );
    const newest = ['train', at('random.txt'), '--resume', at('fox.latest.st'), '--checkpoint', at('fox.st')];
    expect(recurrent(...newest).stderr).toMatch(/fox\.st holds another model than the best of the run/);
    expect(everything()).toEqual(before);
  });
});

describe('a path', () => {
  it.each([
    [['train', '']],
    [['train', 'TEXT', '--checkpoint', '']],
    [['train', 'TEXT', '--checkpoint', ' ']],
    [['train', 'TEXT', '--resume', '', '--checkpoint', 'OUT']],
    [['evaluate', '', 'TEXT']],
    [['evaluate', 'MODEL', '']],
    [['sample', '']],
    [['surprise', '', 'TEXT']],
    [['surprise', 'MODEL', '']],
    [['flow', '', 'TEXT']],
    [['flow', 'MODEL', '']],
    [['baseline', '']],
    [['bench', '--texts', '']],
  ])('that is empty is refused: %j', (args) => {
    const named = { TEXT: at('fox.txt'), MODEL: at('fox.st'), OUT: at('unset.st') };
    const words = args.map((word) => named[word as keyof typeof named] ?? word);
    const { status, stdout, stderr } = recurrent(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^recurrent: (<\w+>|--\w+) is an empty path; name a file\.\n$/);
    expect(existsSync(at('unset.st'))).toBe(false);
  });

  const readers = [
    ['train', 'X'],
    ['train', 'fox.txt', '--resume', 'X'],
    ['evaluate', 'X', 'fox.txt'],
    ['evaluate', 'fox.st', 'X'],
    ['sample', 'X'],
    ['surprise', 'X', 'fox.txt'],
    ['surprise', 'fox.st', 'X'],
    ['flow', 'X', 'fox.txt'],
    ['flow', 'fox.st', 'X'],
    ['baseline', 'X'],
  ];
  it.each(readers.map((args) => [args]))('that cannot be read is refused with its cause: %j', (args) => {
    const causes: [string, RegExp][] = [
      [at('none'), /Cannot read .*none: it does not exist\.$/],
      [at('none/none'), /Cannot read .*: the folder .*none does not exist\.$/],
      [at('folder'), /it is a folder\.$/],
      [at('pipe'), /it is a pipe, not a file\.$/],
      ['/dev/zero', /it is a device, not a file\.$/],
      [at('x'.repeat(300)), /its name is too long\.$/],
    ];
    for (const [path, cause] of causes) {
      const words = args.map((word, i) => (word === 'X' ? path : i > 0 && !word.startsWith('--') ? at(word) : word));
      const { status, stdout, stderr } = recurrent(...words);
      expect([status, stdout], stderr).toEqual([2, '']);
      expect(stderr.trimEnd()).toMatch(cause);
    }
  });

  it('is shown without what a terminal would obey', () => {
    const { stderr } = recurrent('train', at('a\u001b[2Jb\nc.txt'));
    expect(stderr).toContain('a\\u001B[2Jb\\nc.txt: it does not exist.');
    expect(stderr).not.toContain('\u001b');
    writeFileSync(at('no\u001bise.st'), 'x'.repeat(100));
    expect(recurrent('sample', at('no\u001bise.st')).stderr).toContain('no\\u001Bise.st is not a usable checkpoint');
  });

  it('that is a link to nothing says so', () => {
    symlinkSync('gone.txt', at('dangling.txt'));
    expect(recurrent('baseline', at('dangling.txt')).stderr).toMatch(
      /dangling\.txt: it is a link to .*gone\.txt, which does not exist\.$/m,
    );
  });

  it('with odd characters comes back in a command that a shell takes', () => {
    const name = "it's\u0001 a fox.txt";
    writeFileSync(at(name), fox);
    const { stderr } = recurrent('train', at(name), ...tiny, '--checkpoint', at('odd one.st'));
    const line = /^To go on: recurrent (.*)$/m.exec(stderr)![1];
    const { status, stderr: error } = shell(`R ${line}`, folder);
    expect(status, error).toBe(0);
    expect(stepIn(at('odd one.st'))).toBe(12);
  });
});

describe('an option', () => {
  it('is no number if it is blank', () => {
    for (const [command, option] of [
      [['train', at('fox.txt')], '--threads'],
      [['evaluate', at('fox.st'), at('fox.txt')], '--batch'],
      [['sample', at('fox.st')], '--seed'],
      [['flow', at('fox.st'), at('fox.txt')], '--at'],
      [['bench'], '--rounds'],
    ] as const) {
      for (const blank of ['', ' ', '\t']) {
        const { status, stderr } = recurrent(...command, option, blank);
        expect(status, `${option} ${stderr}`).toBe(2);
        expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      }
    }
  });

  it('asks for the version', () => {
    expect(recurrent('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('--at is refused past the end of the text, which is named', () => {
    const flow = (n: number) => recurrent('flow', at('fox.st'), at('fox.txt'), '--at', String(n));
    expect(flow(1800).status).toBe(0);
    const { status, stderr } = flow(1801);
    expect([status, stderr]).toEqual([2, 'recurrent: --at is 1801, but fox.txt has 1800 characters.\n']);
  });

  it('says which numbers it repeats, and a run how many threads it has', () => {
    const help = recurrent('train', '--help').stdout.replace(/\s+/g, ' ');
    expect(help).toMatch(/--threads <n> Threads of .* Another number gives other last digits for the same seed\./);
    expect(help).toMatch(/--seed <n> Seed of .* another number of threads the same seed gives other last digits\./);
    const { stderr, stdout } = recurrent('train', at('fox.txt'), ...tiny, '--threads', '2', '--json');
    expect(events(stdout)[0], stderr).toMatchObject({ event: 'prepared', threads: 2 });
    expect(recurrent('train', at('fox.txt'), ...tiny).stderr).toContain('fused engine, 1 thread.');
  });
});
