import { backward } from './backward';
import { SQUARES, task, word } from './control';
import { forward, lossAndGradient, product } from './forward';
import { LINE } from './kernels';
import type { Packed } from './layout';
import { addSums, closeShard } from './products';
import type { Thread } from './thread';
import { update } from './update';
import { weightGradients } from './weights';

/** Carries out the task that the control words name, together with the other threads. */
export function carryOut(thread: Thread): void {
  switch (thread.words[word.task]) {
    case task.gradient:
      gradient(thread);
      break;
    case task.evaluate:
      evaluate(thread);
      break;
    case task.apply:
      update(thread);
      break;
    case task.product:
      bareProduct(thread);
      break;
  }
  thread.meet();
}

function gradient(thread: Thread): void {
  const { kernels, model, words, index } = thread;
  for (const { x, xBack, h, hBack, n, nBack } of model.layers) {
    for (const matrix of [x, xBack, h, hBack, n, nBack]) pack(thread, matrix);
  }
  pack(thread, model.output);
  pack(thread, model.outputBack);
  closeShard(thread);
  thread.meet();
  if (thread.shard.rows > 0) {
    forward(thread, words[word.dropout] !== 0);
    lossAndGradient(thread);
    backward(thread);
  }
  weightGradients(thread);
  thread.meet();
  const [first, last] = thread.part(model.count, LINE);
  addSums(thread, first, last);
  kernels.squares(model.gradients + first * 4, last - first, SQUARES + index * 8);
}

function evaluate(thread: Thread): void {
  for (const { x, h, n } of thread.model.layers) {
    for (const matrix of [x, h, n]) pack(thread, matrix);
  }
  pack(thread, thread.model.output);
  thread.meet();
  if (thread.shard.rows > 0) {
    forward(thread, false);
    lossAndGradient(thread);
  }
}

/** The recurrent product of all steps at once and nothing else, to measure what the kernel can do. */
function bareProduct(thread: Thread): void {
  const { model, window, shard } = thread;
  if (shard.rows === 0) return;
  const { h } = model.layers[0];
  const before = shard.first * (window.steps + 1) * h.k * 4;
  const gates = window.gates[0] + shard.first * window.steps * h.n * 4;
  product(thread, window.hidden[0] + before, h.k, shard.rows * window.steps, h, gates, h.n, false);
}

/** Packs this thread's part of a matrix. */
function pack(thread: Thread, matrix: Packed | undefined): void {
  if (!matrix) return;
  const { from, ld, k, n, transposed, to } = matrix;
  const { kernels } = thread;
  const [first, last] = thread.part(Math.ceil(n / kernels.panelColumns()));
  if (transposed) kernels.packTransposed(from, ld, k, n, to, first, last);
  else kernels.packColumns(from, ld, k, n, to, first, last);
}
