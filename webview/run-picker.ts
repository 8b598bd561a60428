import type { Checkbox, Dropdown } from '@vscode/webview-ui-toolkit';
import { mostCompared } from '../src/protocol/panel';
import type { RunSummary } from '../src/protocol/runs';
import { element, setText } from './dom';
import { states } from './head';
import { checkbox, dropdown, setOptions } from './ui';

/** Chooses the run in front and those it is compared with. Shown only when there are several. */
export class RunPicker {
  readonly element = element('div', { class: 'run-picker', 'data-testid': 'run-picker', hidden: true });
  private readonly front: Dropdown;
  private readonly title = element('summary', {}, 'Compare');
  private readonly list = element('div', { class: 'compare-list' });
  private readonly popup = element('details', { class: 'compare' }, this.title, this.list);
  /** The boxes of all runs by their ids. */
  private readonly boxes = new Map<string, Checkbox>();
  private shown: readonly string[] = [];

  constructor(private readonly show: (run: string, compare: readonly string[]) => void) {
    this.front = dropdown('Run in front', [], '', (run) => this.bringToFront(run));
    this.element.append(this.front, this.popup);
    this.popup.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.popup.open) return;
      this.popup.open = false;
      this.title.focus();
    });
    document.addEventListener('pointerdown', (event) => {
      if (event.target instanceof Node && !this.popup.contains(event.target)) this.popup.open = false;
    });
  }

  /** Brings the choices up to date, each where it stands. @param shown ids of the runs on the charts, the one in front first */
  set(runs: readonly RunSummary[], shown: readonly string[]): void {
    this.shown = shown;
    this.element.hidden = runs.length < 2 || shown.length === 0;
    if (this.element.hidden) {
      this.popup.open = false;
      return;
    }
    const [front, ...compare] = shown;
    setText(this.title, compare.length > 0 ? `Compare (${compare.length})` : 'Compare');
    setOptions(
      this.front,
      runs.map((run) => [run.id, labelOf(run)] as const),
      front,
    );
    for (const [id, box] of this.boxes) {
      if (runs.some((run) => run.id === id)) continue;
      box.remove();
      this.boxes.delete(id);
    }
    runs.forEach((run, index) => {
      const box = this.boxes.get(run.id) ?? this.add(run);
      // Moving a box would take the focus from it.
      if (this.list.children[index] !== box) this.list.insertBefore(box, this.list.children[index] ?? null);
      setText(box, labelOf(run));
      box.setAttribute('aria-label', labelOf(run));
      box.checked = compare.includes(run.id);
      box.hidden = run.id === front;
    });
  }

  private add({ id }: RunSummary): Checkbox {
    const box = checkbox('', false, (checked) => {
      const [front, ...compare] = this.shown;
      // A box says that it changed when it is set from outside, too.
      if (checked === compare.includes(id)) return;
      this.show(front, checked ? [...compare, id].slice(-mostCompared) : compare.filter((other) => other !== id));
    });
    this.boxes.set(id, box);
    return box;
  }

  /** A compared run changes places with the one in front; any other takes its place. */
  private bringToFront(run: string): void {
    const [front, ...compare] = this.shown;
    if (run === front) return;
    this.show(run, compare.includes(run) ? this.shown.filter((id) => id !== run) : compare);
  }
}

function labelOf({ name, state }: RunSummary): string {
  return `${name} (${states[state].label.toLowerCase()})`;
}
