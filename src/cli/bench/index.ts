import { type Command, InvalidArgumentError } from 'commander';
import { pathOf } from '../files';
import type { Surroundings } from '../surroundings';
import type { BenchOptions } from './options';

/** `recurrent bench`: training steps of six models on every engine, and on PyTorch if it is there, in one table. */
export function addBench(program: Command, surroundings: Surroundings): void {
  const number = (value: string) => {
    if (value.trim() === '' || !(Number(value) >= 0)) throw new InvalidArgumentError('It must be a number.');
    return Number(value);
  };
  program
    .command('bench')
    .description('Time training steps on this machine: fused and tfjs engines, and PyTorch if it is there.')
    .option(
      '--texts <folder>',
      'where timemachine.txt and tinyshakespeare.txt are; else the sample text is used',
      pathOf('--texts'),
    )
    .option('--pytorch <file>', 'the script that times PyTorch', pathOf('--pytorch'))
    .option('--python <program>', 'a Python that has torch', pathOf('--python'), '/usr/bin/python3')
    .option('--seconds <number>', 'seconds of one measurement', number, 2)
    .option('--rounds <number>', 'measurements of each; the spread is theirs', number, 3)
    .option('--only <name>', 'only rows whose name contains this')
    .option(
      '--tfjs <seconds>',
      'leave tfjs out of rows where one step would take longer; 0 leaves it out of all',
      number,
      8,
    )
    .option('--threads <number>', 'threads of the fused engine; 0 chooses', number, 0)
    .option('--revectorize', 'let V8 widen the fused engine to 256 bits, in this process')
    .option(
      '--wide <node>',
      'a Node 22 or newer that times the fused engine so widened, in a process of its own',
      pathOf('--wide'),
    )
    .option('--json', 'print one line of JSON on stdout for each row')
    .action(async (options: BenchOptions) => {
      // Loaded only now: it brings TensorFlow.js, which would slow every command's start.
      await (await import('./run')).bench(options, surroundings);
    });
}
