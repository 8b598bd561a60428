import { jumpTo } from './clip-list';
import { element, setShown, setText } from './dom';
import type { RunHistory } from './history';
import { whole } from './metrics';
import { Rows } from './rows';
import type { View, Viewer } from './view';

/** What a person did and when, as a list, for those who cannot read the chart and for jumping to one. Built only while it is open. */
export class MarkList implements Viewer {
  private readonly title = element('summary');
  private readonly body = element('tbody');
  readonly element = element(
    'details',
    { class: 'event-list', 'data-testid': 'mark-list' },
    this.title,
    element(
      'div',
      { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': 'Table of marks' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element('tr', {}, ...['Step', 'What happened'].map((name) => element('th', { scope: 'col' }, name))),
        ),
        this.body,
      ),
    ),
  );
  private readonly rows = new Rows(
    this.body,
    this.title,
    (index) => this.row(index),
    () => this.view.refresh(),
  );
  private history: RunHistory | undefined;

  constructor(private readonly view: View) {
    this.element.addEventListener('toggle', () => this.draw());
    view.add(this);
  }

  setHistory(history: RunHistory | undefined): void {
    this.history = history;
    this.rows.clear();
  }

  draw(): void {
    const { history, body } = this;
    const count = history?.marks.length ?? 0;
    setShown(this.element, count > 0);
    setText(this.title, `List of marks: ${whole(count)}`);
    if (!history || !this.element.open || body.childElementCount === count) return;
    this.rows.set(history.marks.map((_, index) => index).reverse());
  }

  point(): void {}

  private row(index: number): HTMLElement {
    const { history } = this;
    if (!history) return element('tr');
    const { step, text } = history.marks[index];
    const jump = element(
      'button',
      {
        type: 'button',
        class: 'link',
        'aria-label': `Show step ${whole(step)} on the charts`,
        onclick: () => jumpTo(this.view, history, Math.max(0, history.step.nearest(step))),
      },
      whole(step),
    );
    return element('tr', {}, element('td', {}, jump), element('td', {}, text));
  }
}
