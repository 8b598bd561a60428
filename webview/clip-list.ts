import { element, setText } from './dom';
import type { RunHistory } from './history';
import { precise, whole } from './metrics';
import { Rows } from './rows';
import type { View, Viewer } from './view';

/** Most rows at a time, the newest of what is shown. */
const most = 200;

/** Clip events as a table, for those who cannot read the chart and for jumping to one. Built only while it is open. */
export class ClipList implements Viewer {
  private readonly title = element('summary', {}, 'List of clip events');
  private readonly body = element('tbody');
  private readonly note = element('p', { class: 'quiet' });
  readonly element = element(
    'details',
    { class: 'event-list', 'data-testid': 'clip-list' },
    this.title,
    element(
      'div',
      { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': 'Table of clip events' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['Step', 'Epoch', 'Gradient norm', 'θ', 'Scaled by'].map((name) =>
              element('th', { scope: 'col' }, name),
            ),
          ),
        ),
        this.body,
      ),
    ),
    this.note,
  );
  private readonly rows = new Rows(
    this.body,
    this.title,
    (index) => this.row(index),
    () => this.view.refresh(),
  );
  private history: RunHistory | undefined;
  private drawn = '';

  constructor(private readonly view: View) {
    this.element.addEventListener('toggle', () => this.draw());
    view.add(this);
  }

  setHistory(history: RunHistory | undefined): void {
    this.history = history;
    this.drawn = '';
    this.rows.clear();
  }

  draw(): void {
    const { history, view } = this;
    if (!history || !this.element.open) {
      // Not counted while it is closed, and a count of before would be wrong.
      setText(this.title, 'List of clip events');
      this.drawn = '';
      return;
    }
    const xs = history.x(view.axis);
    const [low, high] = view.shown;
    const first = history.clipEvents.lowerBound(xs.lowerBound(low));
    const end = history.clipEvents.lowerBound(xs.lowerBound(high + Number.EPSILON * Math.abs(high)));
    const key = `${first} ${end}`;
    if (key === this.drawn) return;
    const newest = history.clipEvents.used.subarray(Math.max(first, end - most), end);
    if (!this.rows.set(Array.from(newest).reverse())) return;
    this.drawn = key;
    const count = end - first;
    setText(this.title, `List of clip events: ${whole(count)} in view`);
    setText(this.note, count > most ? `The newest ${most} of those in view; zoom in to see others.` : '');
  }

  point(): void {}

  private row(index: number): HTMLElement {
    const { history } = this;
    if (!history) return element('tr');
    const step = history.step.values[index];
    const jump = element(
      'button',
      {
        type: 'button',
        class: 'link',
        'aria-label': `Show step ${whole(step)} on the charts`,
        onclick: () => jumpTo(this.view, history, index),
      },
      whole(step),
    );
    const cells = [history.epoch, history.gradNorm, history.clip, history.clipScale].map((column) =>
      element('td', {}, precise(column.values[index])),
    );
    return element('tr', {}, element('td', {}, jump), ...cells);
  }
}

/** Magnifies the surroundings of a step and sets the crosshair on it. */
export function jumpTo(view: View, history: RunHistory, index: number): void {
  const xs = history.x(view.axis);
  const around = Math.max(20, Math.round(history.length * 0.01));
  view.leader = undefined;
  view.show(xs.values[Math.max(0, index - around)], xs.values[Math.min(history.length - 1, index + around)]);
  view.point(xs.values[index]);
}
