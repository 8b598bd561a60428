import type { RunSummary } from '../src/protocol/runs';
import { element, setShown, setText } from './dom';

/** What stands in the charts' place until there is a step to draw: what the run is doing now. */
export class Preparing {
  private readonly title = element('h2');
  private readonly text = element('p');
  readonly element = element(
    'section',
    { class: 'preparing', 'data-testid': 'preparing', 'aria-label': 'Before the first step' },
    this.title,
    this.text,
  );

  /** Shows the phase of a run without a step; hidden else. Returns whether it is shown. */
  set(run: RunSummary, steps: number): boolean {
    const waits = steps === 0 && (run.state === 'preparing' || run.state === 'running');
    setShown(this.element, waits);
    if (!waits) return false;
    const { prepared, source } = run;
    setText(this.title, prepared ? 'Waiting for the first step' : `Reading ${source}`);
    setText(
      this.text,
      prepared
        ? `The ${prepared.engine} engine is set up and takes the first windows of ${source}.`
        : `${phaseOf(run)}. The charts appear with the first step.`,
    );
    return true;
  }
}

/** What is done to the text now, and how much of that is; or all of it, before the first news. */
function phaseOf({ reading, configuration: { text } }: RunSummary): string {
  if (!reading) return `Its ${text.tokenizer} become tokens, and n-grams are counted for the baselines`;
  const phase = {
    decoding: 'Its bytes become characters',
    normalising: 'It is normalised',
    vocabulary: `Its vocabulary of ${text.tokenizer} is learnt`,
    encoding: `Its ${text.tokenizer} become tokens`,
    baselines: 'N-grams are counted for the baselines',
  }[reading.what];
  return `${phase}: ${Math.floor(100 * reading.share)}%`;
}
