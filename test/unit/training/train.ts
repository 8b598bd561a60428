import { resolve } from 'node:path';
import { parseConfiguration } from '../../../src/model/configuration';
import { type Clock, TrainingControl } from '../../../src/training/control';
import type { TrainingEvent } from '../../../src/training/events';
import { run } from '../../../src/training/run';

/** Absolute path of `dist`. */
export const dist = resolve(__dirname, '../../../dist');
/** Repeated, a text that is soon learnt. */
export const sentence = 'the quick brown fox jumps over the lazy dog and runs away. ';
const clock = { now: () => performance.now(), breathe: () => new Promise<void>((done) => setImmediate(done)) };

interface Options {
  text?: string;
  configuration?: object;
  resume?: Uint8Array;
  control?: TrainingControl;
  onEvent?: (event: TrainingEvent) => void;
  time?: Clock;
}

/** Trains a small model on the reference engine, and collects what it told. */
export async function train({
  text = sentence.repeat(40),
  configuration = {},
  resume,
  control,
  onEvent,
  time = clock,
}: Options = {}) {
  const events: TrainingEvent[] = [];
  const request = {
    text: new TextEncoder().encode(text),
    source: 'fox.txt',
    configuration: parseConfiguration(
      {
        model: { hidden: 12, ...(configuration as { model?: object }).model },
        training: {
          batch: 4,
          steps: 8,
          maxSteps: 30,
          lr: 0.02,
          engine: 'tfjs',
          ...(configuration as { training?: object }).training,
        },
        text: (configuration as { text?: object }).text,
        generation: { length: 12, ...(configuration as { generation?: object }).generation },
      },
      'Test',
    ),
    resume,
    dist,
  };
  for await (const event of run(request, control ?? new TrainingControl(), time)) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
}

/** The events of a kind, in order. */
export const of = <K extends TrainingEvent['event']>(events: TrainingEvent[], kind: K) =>
  events.filter((event) => event.event === kind) as Extract<TrainingEvent, { event: K }>[];
/** The loss of every step. */
export const losses = (events: TrainingEvent[]) => of(events, 'step').map(({ loss }) => loss);
