import type { RunSummary } from '../src/protocol/runs';
import { element, setText } from './dom';
import type { XAxis } from './history';
import { keepFocus } from './keep-focus';
import { duration, precise, whole } from './metrics';
import { RunPicker } from './run-picker';
import type { ShownRun } from './shown-run';
import { reach, weightOf } from './smoothing';
import { compactButton, iconButton } from './ui';
import type { View } from './view';

/** Characters of a mark's text in the readout, at most. */
const longestMark = 60;

/** What the toolbar's controls do. */
export interface ToolbarActions {
  axis(axis: XAxis): void;
  smoothing(weight: number): void;
  /** Makes everything larger, as for a projector, or as usual again. */
  present(on: boolean): void;
  /** Puts a run in front, with others to compare. */
  show(run: string, compare: readonly string[]): void;
}

const axes: readonly (readonly [XAxis, string])[] = [
  ['step', 'Step'],
  ['epoch', 'Epoch'],
  ['time', 'Time'],
];

/** Longest reach of the smoothing slider, steps. */
const longest = 1000;

/**
 * The line above the charts: which runs, the horizontal axis, smoothing, and where the crosshair stands. In a narrow panel that
 * lies over the controls, which nobody uses while pointing at a chart.
 */
export class Toolbar {
  readonly element: HTMLElement;
  private readonly readout = element('output', {
    class: 'readout',
    'aria-live': 'polite',
    'data-testid': 'readout',
    'data-hint': 'Point at a chart to read its values; drag to magnify.',
  });
  private readonly steps = element('span', { class: 'value' });
  private readonly slider: HTMLInputElement;
  private readonly picker: RunPicker;
  private readonly all: HTMLElement;
  private front: ShownRun | undefined;

  constructor(
    private readonly view: View,
    smoothing: number,
    presenting: boolean,
    actions: ToolbarActions,
  ) {
    this.slider = element('input', {
      type: 'range',
      id: 'smoothing',
      min: 0,
      max: 100,
      value: Math.round((Math.log(reach(smoothing)) / Math.log(longest)) * 100),
      'data-testid': 'smoothing',
    });
    this.slider.addEventListener('input', () => {
      this.writeSmoothing();
      actions.smoothing(this.weight);
    });
    this.picker = new RunPicker((run, compare) => actions.show(run, compare));
    this.all = compactButton('Show All', 'fit', () => view.reset());
    this.all.dataset.testid = 'reset-zoom';
    const present = iconButton(
      'Present: everything larger',
      'screen',
      () => press(!document.documentElement.classList.contains('present')),
      { 'data-testid': 'present' },
    );
    const press = (on: boolean) => {
      // On the root, where the theme is watched: the charts are drawn anew in their new size.
      document.documentElement.classList.toggle('present', on);
      present.setAttribute('aria-pressed', String(on));
      actions.present(on);
    };
    this.element = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Charts' },
      this.picker.element,
      this.segments(actions.axis),
      element(
        'div',
        { class: 'smoothing' },
        element('label', { for: 'smoothing' }, 'Smoothing'),
        this.slider,
        this.steps,
      ),
      this.readout,
      this.all,
      present,
    );
    if (presenting) press(true);
    else present.setAttribute('aria-pressed', 'false');
    this.writeSmoothing();
    view.watch(() => this.update());
  }

  setRuns(runs: readonly RunSummary[], shown: readonly string[]): void {
    this.picker.set(runs, shown);
  }

  /** Hides what belongs to charts while there are none; the choice of runs stays. */
  setChartsShown(shown: boolean): void {
    this.element.classList.toggle('bare', !shown);
  }

  setFront(front: ShownRun): void {
    this.front = front;
    this.update();
  }

  private get weight(): number {
    return weightOf(Math.round(longest ** (Number(this.slider.value) / 100)));
  }

  private writeSmoothing(): void {
    const steps = reach(this.weight);
    const text = steps === 1 ? 'off' : `${whole(steps)} steps`;
    setText(this.steps, text);
    this.slider.setAttribute('aria-valuetext', text);
  }

  private update(): void {
    const { view, front } = this;
    keepFocus([this.all, this.slider], () => this.all.classList.toggle('away', view.range === undefined));
    const index = view.cursor === undefined || !front ? -1 : front.history.x(view.axis).nearest(view.cursor);
    if (!front || index < 0) {
      setText(this.readout, '');
      return;
    }
    const { history } = front;
    const [low, high] = view.shown;
    const step = history.step.values[index];
    const near = history.marks.find(
      (mark) => Math.abs(history.xOfStep(mark.step, view.axis) - (view.cursor ?? 0)) < (high - low) * 0.006,
    );
    const parts = [
      `step ${whole(step)}`,
      `epoch ${history.epoch.values[index].toFixed(3)}`,
      duration(history.time.values[index]),
      `perplexity ${precise(history.perplexity.values[index])}`,
      `norm ${precise(history.gradNorm.values[index])}${history.clipScale.values[index] < 1 ? ' (clipped)' : ''}`,
    ];
    // Before the numbers, where a narrow panel does not cut it off.
    if (near) parts.splice(1, 0, shortened(near.text));
    setText(this.readout, parts.join(' · '));
  }

  private segments(choose: (axis: XAxis) => void): HTMLElement {
    const inputs = axes.map(([axis, label]) => {
      const input = element('input', { type: 'radio', name: 'x-axis', value: axis, checked: axis === this.view.axis });
      input.addEventListener('change', () => choose(axis));
      return element('label', {}, input, element('span', {}, label));
    });
    return element('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Horizontal axis' }, ...inputs);
  }
}

/** A mark's text as far as a readout has room for it; the list of marks has the whole. */
function shortened(text: string): string {
  return text.length > longestMark ? `${text.slice(0, longestMark - 1)}…` : text;
}
