import type { RunSummary } from '../src/protocol/runs';
import { element } from './dom';
import { states } from './head';
import { checkbox, dropdown } from './ui';

/** Most runs that may be compared with the one in front. */
const most = 5;

/** Chooses the run in front and those it is compared with. Shown only when there are several. */
export class RunPicker {
  readonly element = element('div', { class: 'run-picker', 'data-testid': 'run-picker' });
  private drawn = '';

  constructor(private readonly show: (run: string, compare: readonly string[]) => void) {}

  /** @param shown ids of the runs on the charts, the one in front first */
  set(runs: readonly RunSummary[], shown: readonly string[]): void {
    const key = JSON.stringify([runs.map(({ id, name, state }) => [id, name, state]), shown]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.element.hidden = runs.length < 2 || shown.length === 0;
    if (this.element.hidden) return;
    const [front, ...compare] = shown;
    const open = this.element.querySelector('details')?.open ?? false;
    const others = runs.filter(({ id }) => id !== front);
    const label = ({ name, state }: RunSummary) => `${name} (${states[state].label.toLowerCase()})`;
    const list = element(
      'details',
      { class: 'compare' },
      element('summary', {}, compare.length > 0 ? `Compare (${compare.length})` : 'Compare'),
      element(
        'div',
        { class: 'compare-list' },
        ...others.map((run) =>
          checkbox(label(run), compare.includes(run.id), (checked) => {
            const rest = compare.filter((id) => id !== run.id);
            this.show(front, checked ? [...rest, run.id].slice(-most) : rest);
          }),
        ),
      ),
    );
    list.open = open;
    this.element.replaceChildren(
      dropdown(
        'Run in front',
        runs.map((run) => [run.id, label(run)] as const),
        front,
        (run) =>
          this.show(
            run,
            compare.filter((id) => id !== run),
          ),
      ),
      list,
    );
  }
}
