// Opens mutants of checkpoints, of which the unit tests open a sample:
//   npm run fuzz -- [COUNT] [--seed N]
// Each is refused in one sentence or works, in a second and in eight times the file's memory. One that is neither is made as
// small as can be, and printed with its seed.
import { parseArgs } from 'node:util';
import { main, must, node, say } from '../harness/shell.mjs';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: String(Date.now() % 2 ** 31) } },
  allowPositionals: true,
});
const [count = '100000'] = positionals;

main(async () => {
  await must(process.execPath, ['esbuild.mjs', '--tests']);
  say(`${count} mutants, seed ${values.seed}.`);
  const { code } = await node('node_modules/vitest/vitest.mjs', ['run', 'test/unit/fuzz'], {
    env: { RECURRENT_MUTANTS: count, RECURRENT_FUZZ_SEED: values.seed },
  });
  process.exitCode = code;
});
