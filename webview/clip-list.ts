import { element, setText } from './dom';
import { EventTable } from './event-table';
import type { RunHistory } from './history';
import { precise, whole } from './metrics';
import type { View, Viewer } from './view';

/** Most rows at a time, the newest of what is shown. */
const most = 200;

/** Clip events as a table, for those who cannot read the chart and for jumping to one. Built only while it is open. */
export class ClipList implements Viewer {
  private readonly table: EventTable;
  readonly element: HTMLDetailsElement;
  private readonly note = element('p', { class: 'quiet' });
  private drawn = '';

  constructor(private readonly view: View) {
    this.table = new EventTable(view, {
      id: 'clip-list',
      label: 'Table of clip events',
      heads: ['Step', 'Epoch', 'Gradient norm', 'θ', 'Scaled by'],
      row: ({ step, epoch, gradNorm, clip, clipScale }, index) => ({
        step: step.values[index],
        index,
        cells: [epoch, gradNorm, clip, clipScale].map(({ values }) => precise(values[index])),
      }),
    });
    this.element = this.table.element;
    this.element.append(this.note);
    this.element.addEventListener('toggle', () => this.draw());
    view.add(this);
  }

  setHistory(history: RunHistory | undefined): void {
    this.table.history = history;
    this.drawn = '';
  }

  draw(): void {
    const { view, table } = this;
    const { history, title, rows } = table;
    if (!history || !this.element.open) {
      // Not counted while it is closed, and a count of before would be wrong.
      setText(title, 'List of clip events');
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
    if (!rows.set(Array.from(newest).reverse())) return;
    this.drawn = key;
    const count = end - first;
    setText(title, `List of clip events: ${whole(count)} in view`);
    setText(this.note, count > most ? `The newest ${most} of those in view; zoom in to see others.` : '');
  }

  point(): void {}
}
