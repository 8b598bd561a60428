import { totalmem } from 'node:os';
import type { ModelShape } from '../model/configuration';
import { UserError } from '../text/user-error';

// T steps, B batch, H hidden, V vocabulary.

/** Bytes that 32-bit addresses of a WebAssembly memory reach. */
const addressable = 2 ** 32;

/** Bytes that one engine can have: 32-bit addresses, and four fifths of the machine's or the container's memory. */
export function memoryLimit(): number {
  const container = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(addressable, Math.floor(0.8 * Math.min(totalmem(), container)));
}

/** The largest window of a training, and how it came about. */
export interface WindowSize {
  readonly batch: number;
  readonly steps: number;
  /** Whether rows are whole rows of the text, so that T·B is the text whatever T and B are. */
  readonly wholeRows?: boolean;
}

/** Bytes that an engine takes for a model and a window of B rows and T steps. */
export type MemoryEstimate = (shape: ModelShape, batch: number, steps: number) => number;

/**
 * Refuses a model or a window that needs more memory than can be had.
 * @param engine names it in the message
 * @param limit bytes
 * @throws UserError naming the sizes and the two settings that save most
 */
export function refuseBeyond(
  estimate: MemoryEstimate,
  engine: string,
  shape: ModelShape,
  { batch, steps, wholeRows = false }: WindowSize,
  limit: number,
): void {
  const bytes = estimate(shape, batch, steps);
  if (bytes <= limit) return;
  const saved = (change: Partial<ModelShape>, rows = batch, length = steps) =>
    bytes - estimate({ ...shape, ...change }, rows, length);
  const half = (n: number) => Math.ceil(n / 2);
  const window: [string, number][] = wholeRows
    ? [
        [
          `text.limit (without truncation the window is the whole text, ${batch * steps} tokens)`,
          saved({}, batch, half(steps)),
        ],
      ]
    : [
        [`training.batch (${batch})`, saved({}, half(batch))],
        [`training.steps (${steps})`, saved({}, batch, half(steps))],
      ];
  const savings: [string, number][] = [
    ...window,
    [`model.hidden (${shape.hidden})`, saved({ hidden: half(shape.hidden) })],
    [`text.vocabularySize (the vocabulary has ${shape.vocabulary})`, saved({ vocabulary: half(shape.vocabulary) })],
  ];
  const [best, second] = savings.sort((a, b) => b[1] - a[1]);
  const size = (n: number) => `${(n / 2 ** 30).toFixed(1)} GiB`;
  throw new UserError(
    `This training needs about ${size(bytes)} of memory and the ${engine} engine can have ${size(limit)}: lower ${best[0]} or ${second[0]}.`,
  );
}
