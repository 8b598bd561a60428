import type { Ids } from './ids';
import { UserError } from './user-error';

// T steps, B batch.

/** One minibatch of token ids; targets are inputs shifted by one. */
export interface Window {
  /** T */
  readonly steps: number;
  /** B */
  readonly batch: number;
  readonly inputs: Int32Array; // (T, B)
  readonly targets: Int32Array; // (T, B)
}

/** Windows of one epoch, with either sampling, when they start at the text's first token. */
export function windowCount(tokens: number, batch: number, steps: number): number {
  return Math.max(0, Math.floor(Math.floor((tokens - 1) / batch) / steps));
}

/**
 * How many starting offsets an epoch may choose from: T as in the lecture, or fewer if the text is so short that a greater
 * offset would leave no window. Offsets are drawn from 0 to this, exclusive.
 */
export function offsetCount(tokens: number, batch: number, steps: number): number {
  return Math.max(1, Math.min(steps, tokens - batch * steps));
}

/**
 * Shrinks the batch, and then the steps, until a text gives at least one window, which needs batch·steps + 1 tokens.
 * @param source named in messages, for example a file's name
 * @returns the sizes to use, and if they were shrunk a sentence that says so
 * @throws UserError for fewer than two tokens
 */
export function fitWindow(
  tokens: number,
  batch: number,
  steps: number,
  source = 'The training text',
): { readonly batch: number; readonly steps: number; readonly note?: string } {
  if (tokens < 2) {
    throw new UserError(
      `${source} has ${tokens === 1 ? 'one token' : 'no tokens'} to train on, and at least 2 are needed: use a longer text, or raise text.limit or lower text.validation.`,
    );
  }
  if (batch * steps + 1 <= tokens) return { batch, steps };
  const fitted = Math.floor((tokens - 1) / steps);
  const size = fitted > 0 ? { batch: fitted, steps } : { batch: 1, steps: tokens - 1 };
  const changes = [];
  if (size.batch !== batch) changes.push(`the batch was shrunk from ${batch} to ${size.batch}`);
  if (size.steps !== steps) changes.push(`the steps from ${steps} to ${size.steps}`);
  const needed = batch * steps + 1;
  const what = changes.join(' and ').replace(/^the steps/, 'the steps were shrunk');
  return { ...size, note: `${source} has ${tokens} tokens to train on and one window needs ${needed}, so ${what}.` };
}

/**
 * Sequential sampling: B rows of the text side by side, cut into windows of T; row b of a window goes on where row b of the
 * window before ended, so the state may be carried over.
 * @param offset tokens left out at the start
 * @returns windows that all share their arrays: each is valid only until the next is taken
 */
export function* sequentialWindows(ids: Ids, batch: number, steps: number, offset: number): Generator<Window> {
  const window = createWindow(batch, steps);
  const columns = Math.floor((ids.length - 1 - offset) / batch);
  for (let start = 0; start + steps <= columns; start += steps) {
    for (let b = 0; b < batch; b++) fillRow(window, b, ids, offset + b * columns + start);
    yield window;
  }
}

/**
 * Random sampling, the lecture's: a random offset, then every stretch of T tokens once, in shuffled order; neighbouring
 * windows are strangers, so the state must be reset.
 * @param random uniform in [0, 1)
 * @returns windows that all share their arrays: each is valid only until the next is taken
 */
export function* randomWindows(ids: Ids, batch: number, steps: number, random: () => number): Generator<Window> {
  const window = createWindow(batch, steps);
  const offset = Math.floor(random() * offsetCount(ids.length, batch, steps));
  const stretches = Math.max(0, Math.floor((ids.length - 1 - offset) / steps));
  const order = Uint32Array.from({ length: stretches }, (_, i) => i);
  for (let i = stretches - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (let first = 0; first + batch <= stretches; first += batch) {
    for (let b = 0; b < batch; b++) fillRow(window, b, ids, offset + order[first + b] * steps);
    yield window;
  }
}

function createWindow(batch: number, steps: number): Window {
  return {
    steps,
    batch,
    inputs: new Int32Array(steps * batch), // (T, B)
    targets: new Int32Array(steps * batch), // (T, B)
  };
}

function fillRow({ steps, batch, inputs, targets }: Window, b: number, ids: Ids, start: number): void {
  for (let t = 0; t < steps; t++) {
    inputs[t * batch + b] = ids[start + t];
    targets[t * batch + b] = ids[start + t + 1];
  }
}
