import { UserError } from '../text/user-error';

/** A model whose weights are finite and give no finite numbers any more. */
export class OverflowError extends UserError {
  constructor() {
    super(
      'The model gives no finite likelihood: its weights have grown too large, as in a run that diverged; use an earlier checkpoint.',
    );
  }
}

/**
 * A number that a model computed, as it is.
 * @throws OverflowError if it is not finite
 */
export function computed(value: number): number {
  if (!Number.isFinite(value)) throw new OverflowError();
  return value;
}
