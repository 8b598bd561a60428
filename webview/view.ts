import type { XAxis } from './history';
import { reducedMotion } from './theme';

/** The least time between two redraws that new data asks for, ms. */
const dataInterval = 100;

/** What a view moves. */
export interface Viewer {
  /** Draws everything again but what `point` shows. */
  draw(): void;
  /** Moves the crosshair, and writes what it stands on. */
  point(): void;
}

/** What all charts share: the horizontal axis, the part of it that is shown, and the crosshair. */
export class View {
  axis: XAxis = 'step';
  /** The part that is shown; undefined shows everything and follows the run. */
  range: readonly [number, number] | undefined;
  /** Where the crosshair stands on the axis; undefined when it is away. */
  cursor: number | undefined;
  /** The viewer whose pointer moves the crosshair. */
  leader: Viewer | undefined;
  private readonly viewers = new Set<Viewer>();
  private readonly watchers = new Set<() => void>();
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastDraw = 0;
  /** A chart that is drawn under the pointer says where its crosshair stands: not before all are drawn. */
  private drawing = false;

  /** @param domain everything there is on the axis, from least to greatest */
  constructor(private readonly domain: () => readonly [number, number]) {}

  add(viewer: Viewer): void {
    this.viewers.add(viewer);
  }

  /** Calls back when the crosshair or the range moved, and after each drawing. */
  watch(changed: () => void): void {
    this.watchers.add(changed);
  }

  /** The shown part of the axis. */
  get shown(): readonly [number, number] {
    return this.range ?? this.domain();
  }

  /** Draws at the next frame: for what a person does. */
  redraw(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.lastDraw = performance.now();
      // All drawing before all writing: text on a canvas waits for the page's styles, which each written word spoils.
      this.drawing = true;
      try {
        for (const viewer of this.viewers) viewer.draw();
      } finally {
        this.drawing = false;
      }
      this.moved();
    });
  }

  /** Draws soon, at most ten times a second (twice with reduced motion): for data that keep coming. */
  refresh(): void {
    if (this.frame || this.timer !== undefined) return;
    const interval = reducedMotion() ? 500 : dataInterval;
    const wait = Math.max(0, this.lastDraw + interval - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.redraw();
    }, wait);
  }

  /** Moves the crosshair of all charts. */
  point(x: number | undefined): void {
    if (x === this.cursor) return;
    this.cursor = x;
    this.moved();
  }

  /** Tells all that the crosshair stands elsewhere, or on something else. */
  moved(): void {
    if (this.drawing) return;
    for (const viewer of this.viewers) viewer.point();
    for (const changed of this.watchers) changed();
  }

  /** Shows a part of the axis, kept within what there is; all of it shows everything again. */
  show(low: number, high: number): void {
    const [first, last] = this.domain();
    const span = Math.min(high - low, last - first);
    if (!(span > (last - first) * 1e-6)) return;
    const from = Math.max(first, Math.min(low, last - span));
    this.range = span >= (last - first) * 0.999 ? undefined : [from, from + span];
    this.redraw();
  }

  /** Magnifies around a place of the axis; a factor below 1 shows more detail. */
  zoom(factor: number, around?: number): void {
    const [low, high] = this.shown;
    const centre = around ?? this.cursor ?? (low + high) / 2;
    this.show(centre - (centre - low) * factor, centre + (high - centre) * factor);
  }

  /** Moves the shown part by a share of its width. */
  pan(share: number): void {
    if (!this.range) return;
    const [low, high] = this.range;
    const by = (high - low) * share;
    this.show(low + by, high + by);
  }

  /** Shows everything, and follows the run again. */
  reset(): void {
    this.range = undefined;
    this.redraw();
  }
}
