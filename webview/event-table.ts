import { element } from './dom';
import type { RunHistory } from './history';
import { whole } from './metrics';
import { Rows } from './rows';
import type { View } from './view';

/** What a row says: the step that it begins with, where that stands in the history, and the cells that follow. */
export interface EventRow {
  readonly step: number;
  readonly index: number;
  readonly cells: readonly string[];
}

/** What a table of events is called, and what it says. */
export interface EventTableOptions {
  /** For tests. */
  readonly id: string;
  /** For a screen reader. */
  readonly label: string;
  /** Of the columns. */
  readonly heads: readonly string[];
  row(history: RunHistory, key: number): EventRow;
}

/** A run's events as a table under a title that opens it; the step that a row begins with jumps to it on the charts. */
export class EventTable {
  readonly title = element('summary');
  readonly element: HTMLDetailsElement;
  readonly rows: Rows;
  private shown: RunHistory | undefined;

  constructor(
    private readonly view: View,
    private readonly options: EventTableOptions,
  ) {
    const { id, label, heads } = options;
    const body = element('tbody');
    const head = element('tr', {}, ...heads.map((name) => element('th', { scope: 'col' }, name)));
    const table = element('table', {}, element('thead', {}, head), body);
    const holder = element('div', { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': label }, table);
    this.element = element('details', { class: 'event-list', 'data-testid': id }, this.title, holder);
    this.rows = new Rows(
      body,
      this.title,
      (key) => this.row(key),
      () => view.refresh(),
    );
  }

  /** The run that the rows are of. */
  get history(): RunHistory | undefined {
    return this.shown;
  }

  set history(history: RunHistory | undefined) {
    this.shown = history;
    this.rows.clear();
  }

  private row(key: number): HTMLElement {
    const { view, options, shown } = this;
    if (!shown) return element('tr');
    const { step, index, cells } = options.row(shown, key);
    const label = `Show step ${whole(step)} on the charts`;
    const onclick = () => jumpTo(view, shown, index);
    const jump = element('button', { type: 'button', class: 'link', 'aria-label': label, onclick }, whole(step));
    return element('tr', {}, ...[jump, ...cells].map((content) => element('td', {}, content)));
  }
}

/** Magnifies the surroundings of a step and sets the crosshair on it. */
function jumpTo(view: View, history: RunHistory, index: number): void {
  const xs = history.x(view.axis);
  const around = Math.max(20, Math.round(history.length * 0.01));
  view.leader = undefined;
  view.show(xs.values[Math.max(0, index - around)], xs.values[Math.min(history.length - 1, index + around)]);
  view.point(xs.values[index]);
}
