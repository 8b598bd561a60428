import { element } from './dom';
import { whole } from './metrics';

/** Places on the slider. */
const places = 1000;

/** The share of the axis at either end that the label there needs for itself. */
const endRoom = 0.22;

/**
 * A slider over steps of a run on a logarithmic axis, so that 100, 1,000 and 10,000 lie equally far apart. It stands at one of
 * the given steps only; arrow keys go from one to the next.
 */
export class StepScrubber {
  /** What has the focus in it. */
  readonly slider: HTMLInputElement;
  private readonly ticks = element('div', { class: 'scrubber-ticks', 'aria-hidden': 'true' });
  readonly element: HTMLElement;
  private steps: readonly number[] = [];
  private index = 0;

  /** @param choose is told the index of the step that is chosen */
  constructor(
    label: string,
    private readonly choose: (index: number) => void,
  ) {
    this.slider = element('input', {
      type: 'range',
      min: 0,
      max: places,
      'aria-label': label,
      'data-testid': 'scrubber',
    });
    this.slider.addEventListener('input', () => this.go(this.nearest(Number(this.slider.value) / places)));
    this.slider.addEventListener('keydown', (event) => {
      const to = target(event.key, this.index, this.steps.length);
      if (to === undefined) return;
      event.preventDefault();
      this.go(to);
    });
    this.element = element('div', { class: 'scrubber-axis' }, this.slider, this.ticks);
  }

  /** @param steps in order */
  setSteps(steps: readonly number[]): void {
    this.steps = steps;
    const [low, high] = this.range;
    const decades = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);
    const between = decades.filter((step) => this.shareOf(step) > endRoom && this.shareOf(step) < 1 - endRoom);
    const ticks = low < high ? [low, ...between, high] : [];
    this.ticks.replaceChildren(
      ...ticks.map((step, index) => {
        const tick = element('span', {}, index === 0 ? `step ${whole(step)}` : whole(step));
        tick.style.setProperty('--at', String(this.shareOf(step)));
        return tick;
      }),
    );
  }

  /** Stands at one of the steps. */
  set(index: number): void {
    this.index = index;
    this.slider.value = String(Math.round(places * this.shareOf(this.steps[index])));
    this.slider.setAttribute('aria-valuetext', `Step ${whole(this.steps[index])}`);
  }

  private go(index: number): void {
    this.set(index);
    this.choose(index);
  }

  private get range(): readonly [number, number] {
    return [Math.max(1, this.steps[0] ?? 1), Math.max(1, this.steps.at(-1) ?? 1)];
  }

  /** Where a step stands, from 0 to 1. */
  private shareOf(step: number): number {
    const [low, high] = this.range;
    return high > low ? Math.log(Math.max(low, step) / low) / Math.log(high / low) : 1;
  }

  private nearest(share: number): number {
    const distances = this.steps.map((step) => Math.abs(this.shareOf(step) - share));
    return distances.indexOf(Math.min(...distances));
  }
}

/** The index that a key leads to from another; undefined for keys that lead nowhere. */
function target(key: string, index: number, count: number): number | undefined {
  const moves: { readonly [key: string]: number | undefined } = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -10,
    PageUp: 10,
    Home: -count,
    End: count,
  };
  const by = moves[key];
  return by === undefined ? undefined : Math.min(count - 1, Math.max(0, index + by));
}
