import type { RunSummary } from '../src/protocol/runs';
import { setShown } from './dom';
import { button, setButton } from './ui';

/**
 * Whether a run that ended early can go on from a checkpoint as it is: the host resumes such a run as it does a paused one. One
 * that diverged would diverge again, and has remedies instead.
 */
export function canGoOn({ state, hasCheckpoint }: RunSummary): boolean {
  return hasCheckpoint && (state === 'stopped' || state === 'failed');
}

/** One button that pauses a run and lets it go on: it stays where it is, and keeps the focus, when it is pressed. */
export class PauseButton {
  readonly element = button('Pause', 'pause', () => this.press(this.pauses ? 'pause' : 'resume'));
  private pauses = true;

  constructor(private readonly press: (what: 'pause' | 'resume') => void) {}

  set(run: RunSummary): void {
    const { state } = run;
    setShown(this.element, state === 'running' || state === 'paused' || canGoOn(run));
    this.element.title = state === 'running' || state === 'paused' ? '' : 'Go on from the newest checkpoint';
    const pauses = state === 'running';
    if (pauses === this.pauses) return;
    this.pauses = pauses;
    if (pauses) setButton(this.element, 'Pause', 'pause', 'secondary');
    else setButton(this.element, 'Resume', 'play', 'primary');
  }
}
