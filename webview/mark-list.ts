import { setShown, setText } from './dom';
import { EventTable } from './event-table';
import type { RunHistory } from './history';
import { whole } from './metrics';
import type { View, Viewer } from './view';

/** What a person did and when, as a list, for those who cannot read the chart and for jumping to one. Built only while it is open. */
export class MarkList implements Viewer {
  private readonly table: EventTable;
  readonly element: HTMLDetailsElement;
  private drawn = 0;

  constructor(view: View) {
    this.table = new EventTable(view, {
      id: 'mark-list',
      label: 'Table of marks',
      heads: ['Step', 'What happened'],
      row: (history, index) => {
        const { step, text } = history.marks[index];
        return { step, index: Math.max(0, history.step.nearest(step)), cells: [text] };
      },
    });
    this.element = this.table.element;
    this.element.addEventListener('toggle', () => this.draw());
    view.add(this);
  }

  setHistory(history: RunHistory | undefined): void {
    this.table.history = history;
    this.drawn = 0;
  }

  draw(): void {
    const { table, element } = this;
    const marks = table.history?.marks ?? [];
    setShown(element, marks.length > 0);
    setText(table.title, `List of marks: ${whole(marks.length)}`);
    if (!element.open || this.drawn === marks.length) return;
    if (table.rows.set(marks.map((_, index) => index).reverse())) this.drawn = marks.length;
  }

  point(): void {}
}
