import { inDigits } from '../text/numbers';

/** Why a run cannot go on, and what to try. */
export interface Divergence {
  readonly why: string;
  readonly remedy: string;
}

/** Nats that an untrained model may lie above ln V. */
const allowance = 0.1;

/** Whether a model is no model to keep: worse than guessing uniformly, by more than chance, or not a number. */
export function worseThanGuessing(nats: number, vocabulary: number): boolean {
  return !(nats <= Math.log(vocabulary) + allowance);
}

/** How long the smoothed perplexity may stay above the uniform one, in steps. */
const patience = 100;
/** Steps that an untrained model is given before it is stopped. */
const grace = 50;

/**
 * Watches a run for what it cannot recover from: a loss or gradient that is not finite, or a perplexity that stays above that
 * of guessing uniformly.
 */
export class DivergenceWatch {
  private smoothed = Number.NaN;
  private above = 0;

  /**
   * @param vocabulary V; the uniform perplexity
   * @param clipped whether gradients are clipped by their norm, so that this is no remedy
   */
  constructor(
    private readonly vocabulary: number,
    private readonly clipped: boolean,
  ) {}

  /**
   * Looks at one gradient, before it is applied.
   * @param loss mean −log p of the window, nats
   * @returns why to stop, or undefined
   */
  look(step: number, loss: number, norm: number, learningRate: number): Divergence | undefined {
    const remedy = this.remedy(learningRate);
    if (!Number.isFinite(loss)) return { why: `The loss of step ${step} is not a finite number.`, remedy };
    if (!Number.isFinite(norm)) return { why: `The gradient of step ${step} is not finite: it exploded.`, remedy };
    this.smoothed = Number.isNaN(this.smoothed) ? loss : 0.95 * this.smoothed + 0.05 * loss;
    this.above = step > grace && this.worried ? this.above + 1 : 0;
    if (this.above < patience) return undefined;
    return {
      why: `For ${patience} steps the training perplexity (${this.perplexity}) has been worse than guessing uniformly (${this.vocabulary}).`,
      remedy,
    };
  }

  /** For a run that ends while it is worried, and was never better. */
  hopeless(learningRate: number): Divergence {
    return {
      why: `It ends with a training perplexity (${this.perplexity}) worse than guessing uniformly (${this.vocabulary}), and was never measured better.`,
      remedy: this.remedy(learningRate),
    };
  }

  /** Whether the smoothed perplexity is above the uniform one now, from the first step on. */
  get worried(): boolean {
    return !Number.isNaN(this.smoothed) && worseThanGuessing(this.smoothed, this.vocabulary);
  }

  /** For what is out of range after an update. @param what it is, as `whatOverflowed` says */
  overflow(step: number, learningRate: number, what = 'weights'): Divergence {
    return { why: `The ${what} overflowed at step ${step}.`, remedy: this.remedy(learningRate) };
  }

  /** For finite weights whose loss is not. @param which loss it is */
  unmeasurable(step: number, learningRate: number, which = 'validation'): Divergence {
    return {
      why: `The ${which} loss after step ${step} is not a finite number: the weights have grown too large.`,
      remedy: this.remedy(learningRate),
    };
  }

  private get perplexity(): string {
    return inDigits(Math.exp(this.smoothed), 3);
  }

  private remedy(learningRate: number): string {
    const lower = `try a learning rate below ${learningRate}, for example ${slower(learningRate)}.`;
    return this.clipped ? lower.replace('try', 'Try') : `Clip by norm (training.clipping, training.clip) or ${lower}`;
  }
}

/** A tenth of a learning rate, in one digit, and not less than can be configured: what to try after a divergence. */
export function slower(learningRate: number): number {
  return Math.max(1e-7, Number((learningRate / 10).toPrecision(1)));
}
