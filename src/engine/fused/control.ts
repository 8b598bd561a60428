// The bottom of the shared memory, through which the threads talk: 32-bit words, then numbers, then each thread's results.

/** The most threads that an engine can have. */
export const MOST_THREADS = 8;

/** Indices of the 32-bit words. */
export const word = {
  /** Counts commands; threads wait here while they are parked. */
  sequence: 0,
  /** What to do: a value of `task`. */
  task: 1,
  /** Threads that have come to the current barrier. */
  arrived: 2,
  /** Counts barriers; threads wait here for the last one to come. */
  barrier: 3,
  /** 1 once a thread has failed. */
  failed: 4,
  batch: 5,
  steps: 6,
  /** Whether there is a carry, are weights, is dropout, is flow asked for. */
  carry: 7,
  weights: 8,
  dropout: 9,
  flow: 10,
  seed: 11,
  optimizer: 12,
  /** Pieces of work that have been taken once all shards are through. */
  taken: 13,
  /** Of each shard: how many pieces of its work have been taken, or CLOSED. */
  shard: 16,
} as const;

/** A shard that its thread has not taken through the window yet: there is nothing to be had from it. */
export const CLOSED = 0x40000000;

/** Tasks that all threads carry out together. */
export const task = { gradient: 0, evaluate: 1, apply: 2, product: 3, exit: 4 } as const;

/** Optimizers by number. */
export const optimizers = ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw'] as const;

/** Byte at which the update's numbers begin: scale, then `updateNumbers` in their order, as doubles. */
export const NUMBERS = 256;
/** Bytes at which each thread's Σ −log p and its part of the squared gradient norm are, as doubles. */
export const NATS = 1024;
export const SQUARES = 2048;
/** Byte at which the kernels' constants begin: the compiler's --memoryBase, see assembly/elementary.ts. */
export const CONSTANTS = 3072;

/** How often a waiting thread looks before it parks: about two tenths of a millisecond. */
const LOOKS = 20000;

/** Waits until a word is no longer `old`: looks for a moment, then parks, so that an idle thread costs nothing. */
export function waitChange(words: Int32Array, index: number, old: number): void {
  for (let i = 0; i < LOOKS; i++) {
    if (Atomics.load(words, index) !== old) return;
  }
  while (Atomics.load(words, index) === old) Atomics.wait(words, index, old);
}

/**
 * Lets no thread on before all have come.
 * @throws Error if another thread has failed
 */
export function barrier(words: Int32Array, threads: number): void {
  if (threads === 1) return;
  const generation = Atomics.load(words, word.barrier);
  if (Atomics.add(words, word.arrived, 1) === threads - 1) {
    Atomics.store(words, word.arrived, 0);
    Atomics.add(words, word.barrier, 1);
    Atomics.notify(words, word.barrier);
  } else {
    waitChange(words, word.barrier, generation);
  }
  throwIfFailed(words);
}

/** Lets the others have pieces of a shard's work. */
export function openShard(words: Int32Array, shard: number): void {
  Atomics.store(words, word.shard + shard, 0);
  Atomics.notify(words, word.shard + shard);
}

/**
 * Waits until a shard is open.
 * @throws Error if another thread has failed
 */
export function awaitShard(words: Int32Array, shard: number): void {
  waitChange(words, word.shard + shard, CLOSED);
  throwIfFailed(words);
}

/** Marks the engine as failed and wakes whoever waits at a barrier or for a shard. */
export function fail(words: Int32Array): void {
  Atomics.store(words, word.failed, 1);
  Atomics.add(words, word.barrier, 1);
  Atomics.notify(words, word.barrier);
  for (let i = 0; i < MOST_THREADS; i++) {
    Atomics.store(words, word.shard + i, CLOSED + 1);
    Atomics.notify(words, word.shard + i);
  }
}

function throwIfFailed(words: Int32Array): void {
  if (Atomics.load(words, word.failed)) throw new Error('A thread of the fused engine failed.');
}
