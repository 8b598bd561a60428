import { z } from 'zod';
import type {
  ContinuationEvent,
  EvaluationEvent,
  FlowEvent,
  LinearFlow,
  MarkEvent,
  TrainingEvent,
} from '../training/events';
import { perhapsInfinite, type Shape } from './run-record';

/** Events that are kept besides steps. */
export type KeptEvent = EvaluationEvent | ContinuationEvent | FlowEvent | MarkEvent;

const step = z.int().min(0);

const evaluation = {
  event: z.literal('evaluation'),
  step,
  epoch: z.number(),
  nats: z.number(),
  perplexity: perhapsInfinite,
  bitsPerCharacter: perhapsInfinite,
  best: z.boolean(),
  diagnosis: z.string(),
  unknownTokens: z.int().optional(),
  unknownShare: z.number().optional(),
  verdict: z.string().optional(),
} satisfies Shape<EvaluationEvent>;

const continuation = {
  event: z.literal('continuation'),
  step,
  prompt: z.string(),
  text: z.string(),
} satisfies Shape<ContinuationEvent>;

const linear = { exact: z.array(perhapsInfinite), spectralRadius: perhapsInfinite } satisfies Shape<LinearFlow>;

const flow = {
  event: z.literal('flow'),
  step,
  norms: z.array(z.array(perhapsInfinite)),
  linear: z.object(linear).optional(),
} satisfies Shape<FlowEvent>;

const mark = {
  event: z.literal('mark'),
  step,
  kind: z.enum(['paused', 'resumed', 'stopped', 'learningRate', 'clip', 'checkpoint', 'restored']),
  text: z.string(),
  learningRate: z.number().optional(),
} satisfies Shape<MarkEvent>;

const keptSchema = z.discriminatedUnion('event', [
  z.object(evaluation),
  z.object(continuation),
  z.object(flow),
  z.object(mark),
]);

const keptEvents: readonly string[] = ['evaluation', 'continuation', 'flow', 'mark'];

/** Whether a history keeps an event in its lists. */
export function isKept(event: TrainingEvent): event is KeptEvent {
  return keptEvents.includes(event.event);
}

/** Reads a line of events.jsonl, UTF-8. Undefined if it is none: torn, damaged, or of a kind that is not known here. */
export function parseKept(line: Uint8Array): KeptEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    return undefined;
  }
  const event = keptSchema.safeParse(parsed).data;
  if (event?.event !== 'evaluation' || Number.isFinite(event.perplexity)) return event;
  return { ...event, perplexity: Math.exp(event.nats) };
}

/** Leaves out the fewest items such that the steps of those that stay never fall. Where that can be done in several ways, in one. */
export function inOrder<T>(items: readonly T[], stepOf: (item: T) => number): T[] {
  /** Of the chains of each length, the last index of the one that ends lowest. */
  const ends: number[] = [];
  const before = new Int32Array(items.length);
  const steps = items.map(stepOf);
  for (let i = 0; i < items.length; i++) {
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (steps[ends[middle]] <= steps[i]) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? ends[low - 1] : -1;
    ends[low] = i;
  }
  const chain: T[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i]) chain.push(items[i]);
  return chain.reverse();
}
