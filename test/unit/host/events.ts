import type { EvaluationEvent, MarkEvent, StepEvent } from '../../../src/training/events';

/** A step with plain numbers. */
export function step(number: number, change: Partial<StepEvent> = {}): StepEvent {
  const loss = change.loss ?? 2;
  return {
    event: 'step',
    step: number,
    epoch: number / 100,
    loss,
    perplexity: Math.exp(loss),
    gradNorm: 1,
    clipped: (change.clipScale ?? 1) < 1,
    clipScale: 1,
    clip: 1,
    learningRate: 0.002,
    tokensPerSecond: 1000,
    seconds: number / 10,
    ...change,
  };
}

/** An evaluation with a mean loss in nats. */
export function evaluation(at: number, nats: number): EvaluationEvent {
  const perplexity = Math.exp(nats);
  return {
    event: 'evaluation',
    step: at,
    epoch: at / 100,
    nats,
    perplexity,
    bitsPerCharacter: nats / Math.LN2,
    best: false,
    diagnosis: '',
  };
}

export function mark(at: number): MarkEvent {
  return { event: 'mark', step: at, kind: 'checkpoint', text: 'saved' };
}
