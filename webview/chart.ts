import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { ChartControl } from './chart-control';
import { type Child, element, setText } from './dom';
import type { Frame } from './frame';
import type { Layer } from './layers';
import { slices, withoutLeaps } from './leaps';
import { Legend } from './legend';
import { gutterWidth, type Level, lower, narrowest, paintLevels, widen } from './levels';
import { brief, duration } from './metrics';
import { readTheme, type Theme } from './theme';
import { linearTicks, logTicks, timeTicks } from './ticks';
import type { View, Viewer } from './view';

/** What distinguishes one chart from another. */
export interface ChartOptions {
  readonly id: string;
  readonly title: string;
  readonly scale: 'log' | 'linear';
  /** Written after the title. */
  readonly note?: string;
  /** Ends of the vertical axis that hold whatever is shown. */
  readonly fixed?: readonly [number | undefined, number | undefined];
  readonly format: (value: number) => string;
  /** Characters of the longest value in the legend; 9 if absent. */
  readonly digits?: number;
  /** Room at the right for the names of levels. */
  readonly gutter?: boolean;
  /** Whether a curve that leaps far above the levels, or above nearly all of itself, leaves the picture, unless one magnifies. */
  readonly bounded?: boolean;
  /** What no value lies below, nor the axis. */
  readonly least?: number;
  /** Rows of a heat map, which is read where the pointer or the arrow keys stand, and fills its chart. */
  readonly rows?: () => number;
  /** What the horizontal axis measures, if not what all charts share. */
  readonly across?: string;
  /** Labels of the vertical axis; `brief` if absent. */
  readonly axisFormat?: (value: number) => string;
  /** What can be chosen of this chart, after its title. */
  readonly controls?: Child;
  readonly actions?: Child;
}

/** One chart: uPlot keeps scales, axes and crosshair, layers paint the data. */
export class Chart implements Viewer {
  readonly element: HTMLElement;
  readonly holder: HTMLElement;
  private readonly counter = element('span', { class: 'chart-count' });
  private readonly empty = element('p', { class: 'chart-empty' }, 'Nothing to show yet.');
  private readonly legend: Legend;
  private layers: readonly Layer[] = [];
  private plot: uPlot | undefined;
  private theme: Theme = readTheme();
  private range: readonly [number, number] = [0, 1];
  /** Width of the holder, CSS pixels; kept, because asking the page for it in the middle of a frame makes it lay itself out. */
  private holderWidth = 0;
  /** What a picture says of it besides its note, such as the step that is drawn. */
  caption = '';
  /** The row of a heat map that is read; undefined while none is. */
  row: number | undefined;

  constructor(
    readonly options: ChartOptions,
    readonly view: View,
    private readonly hidden: Set<string>,
    toggled: () => void,
  ) {
    this.legend = new Legend(hidden, options.format, toggled, options.digits ?? 9);
    this.holder = element('div', {
      class: 'plot',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'chart',
      'aria-label': `${options.title} chart. Arrow keys move the crosshair, plus and minus zoom, 0 shows everything.`,
    });
    this.element = element(
      'section',
      { class: `chart chart-${options.id}`, 'data-testid': `${options.id}-chart`, 'aria-label': options.title },
      element(
        'header',
        {},
        element('h2', {}, options.title, element('span', { class: 'note' }, options.note ?? '')),
        options.controls,
        this.counter,
        this.legend.element,
        options.actions,
      ),
      this.holder,
      this.empty,
    );
    new ResizeObserver(() => this.resize()).observe(this.holder);
    new ChartControl(this.holder, this);
    view.add(this);
  }

  /** Replaces what is drawn: when runs are added or removed, not when data come. */
  setLayers(layers: readonly Layer[]): void {
    this.layers = layers;
    this.legend.setLayers(layers, this.theme);
  }

  /** Reads the theme's colours again. */
  setTheme(theme: Theme): void {
    this.theme = theme;
    this.legend.setTheme(theme);
    this.plot?.destroy();
    this.plot = undefined;
    this.resize();
  }

  /** Writes beside the title, such as the number of clip events. */
  setCount(text: string, testId?: string): void {
    setText(this.counter, text);
    if (testId) this.counter.dataset.testid = testId;
  }

  /** The canvas, for a picture; undefined before the first drawing. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  /** What is drawn and has a name, for a picture's legend. */
  get named(): readonly Layer[] {
    return this.visible().filter(({ swatch }) => swatch !== 'none');
  }

  lift(rows: number): boolean {
    const count = this.options.rows?.() ?? 0;
    if (count === 0) return false;
    this.row = Math.max(0, Math.min(count - 1, (this.row ?? 0) + rows));
    if (this.view.cursor === undefined) this.view.point(this.view.shown[1]);
    else this.view.moved();
    return true;
  }

  /** Where a place on the page stands on the axis; undefined outside the drawing. */
  valueAt(clientX: number): number | undefined {
    const over = this.plot?.over.getBoundingClientRect();
    if (!this.plot || !over || over.width === 0) return undefined;
    const [low, high] = this.view.shown;
    return low + ((clientX - over.left) / over.width) * (high - low);
  }

  /** Width of the drawing in CSS pixels. */
  get width(): number {
    return this.plot ? this.plot.bbox.width / devicePixelRatio : 0;
  }

  draw(): void {
    const { plot } = this;
    if (!plot) return;
    const [low, high] = this.view.shown;
    this.range = this.extent(low, high);
    plot.batch(() => {
      plot.setScale('x', { min: low, max: high });
      plot.setScale('y', { min: this.range[0], max: this.range[1] });
      plot.redraw(true, true);
    });
  }

  point(): void {
    const { plot, view } = this;
    if (plot && view.leader !== this) {
      const left = view.cursor === undefined ? -10 : plot.valToPos(view.cursor, 'x');
      plot.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
    }
    this.legend.setValues(view.cursor ?? view.shown[1], view.axis, view.cursor !== undefined);
  }

  private extent(low: number, high: number): readonly [number, number] {
    const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    for (const layer of this.visible()) layer.extent?.(low, high, this.view.axis, extent);
    const levels = this.levels().map(({ value }) => value);
    const magnified = this.view.range !== undefined;
    widen(extent, levels, magnified);
    if (this.options.bounded && !magnified) {
      lower(extent, levels);
      withoutLeaps(extent, this.highs(low, high));
    }
    const [least, greatest] = this.options.fixed ?? [];
    const log = this.options.scale === 'log';
    this.empty.hidden = extent.low <= extent.high;
    this.element.classList.toggle('blank', !this.empty.hidden);
    if (log && !(extent.low > 0)) extent.low = extent.high > 0 ? extent.high / 1e4 : Number.POSITIVE_INFINITY;
    if (!(extent.low <= extent.high)) return [least ?? (log ? 1 : 0), greatest ?? (log ? 10 : 1)];
    const pad = log ? Math.max(1.02, (extent.high / extent.low) ** 0.06) : (extent.high - extent.low) * 0.08;
    const bottom = log ? extent.low / pad : extent.low - pad;
    if (this.options.rows) return [0, extent.high];
    const top = log
      ? Math.min(extent.high * pad, Number.MAX_VALUE)
      : extent.high + (pad || Math.abs(extent.high) * 0.1 || 1);
    return [least ?? Math.max(bottom, this.options.least ?? bottom), greatest ?? top];
  }

  /** The greatest value of each slice of the shown part; −∞ where there is none. */
  private highs(low: number, high: number): number[] {
    const at = (slice: number) => low + (slice / slices) * (high - low);
    return Array.from({ length: slices }, (_, slice) => {
      const extent = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
      for (const layer of this.visible()) layer.extent?.(at(slice), at(slice + 1), this.view.axis, extent);
      return extent.high;
    });
  }

  private levels(): Level[] {
    return this.visible().flatMap((layer) => layer.levels?.(this.view.shown[1], this.view.axis) ?? []);
  }

  /** Width of the margin at the right, CSS pixels; a chart too narrow for a gutter names levels inside. */
  private get right(): number {
    const { scale } = this.theme;
    return this.hasGutter ? gutterWidth * scale : 12;
  }

  private get hasGutter(): boolean {
    return this.options.gutter === true && this.holderWidth >= narrowest * this.theme.scale;
  }

  private visible(): Layer[] {
    return this.layers.filter(({ key }) => !this.hidden.has(key));
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.holder;
    if (width < 20 || height < 20) return;
    this.holderWidth = width;
    if (this.plot) this.plot.setSize({ width, height });
    else this.create(width, height);
    this.draw();
    this.point();
  }

  private create(width: number, height: number): void {
    const { theme, options, view } = this;
    const { scale } = theme;
    const font = `${11 * scale}px ${theme.font}`;
    const line = { stroke: theme.grid, width: 1 };
    const xText = (value: number) => (view.axis === 'time' ? duration(value) : brief(value));
    this.plot = new uPlot(
      {
        width,
        height,
        padding: [8, () => this.right, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: false, y: false, setScale: false },
          focus: { prox: -1 },
        },
        scales: {
          x: { time: false, range: () => [...view.shown] },
          y: { distr: options.scale === 'log' ? 3 : 1, range: () => [...this.range] },
        },
        series: [{}, { show: true, scale: 'y', paths: () => null, points: { show: false } }],
        axes: [
          {
            font,
            stroke: theme.muted,
            size: 28 * scale,
            gap: 3,
            grid: { ...line, show: false },
            ticks: { ...line, size: 4 },
            splits: (plot, _axis, low, high) =>
              (view.axis === 'time' ? timeTicks : linearTicks)(
                low,
                high,
                Math.max(2, (plot.width - 54 * scale - this.right) / (80 * scale)),
              ),
            values: (_plot, ticks) => ticks.map(xText),
          },
          {
            font,
            stroke: theme.muted,
            size: 54 * scale,
            gap: 4,
            grid: line,
            ticks: { show: false },
            splits: (plot, _axis, low, high) =>
              (options.scale === 'log' ? logTicks : linearTicks)(
                low,
                high,
                Math.max(3, (plot.height - 36 * scale) / (26 * scale)),
              ),
            filter: (_plot, ticks) => ticks,
            values: (_plot, ticks) => ticks.map(options.axisFormat ?? brief),
          },
        ],
        hooks: {
          draw: [(plot) => this.paint(plot)],
          setCursor: [
            (plot) => {
              if (view.leader !== this) return;
              const { left = -1, top = -1 } = plot.cursor;
              const before = this.row;
              if (options.rows) this.row = top < 0 ? undefined : Math.floor(plot.posToVal(top, 'y'));
              const x = left < 0 ? undefined : plot.posToVal(left, 'x');
              if (x === view.cursor && this.row !== before) view.moved();
              else view.point(x);
            },
          ],
        },
      },
      [
        [0, 1],
        [null, null],
      ],
      this.holder,
    );
  }

  private paint(plot: uPlot): void {
    const { left, top, width, height } = plot.bbox;
    const [low, high] = this.view.shown;
    const [bottom, greatest] = this.range;
    const log = this.options.scale === 'log';
    const base = log ? Math.log(bottom) : bottom;
    const scale = height / ((log ? Math.log(greatest) : greatest) - base);
    const frame: Frame = {
      context: plot.ctx,
      left,
      top,
      width,
      height,
      low,
      high,
      axis: this.view.axis,
      ratio: devicePixelRatio * this.theme.scale,
      theme: this.theme,
      x: (value) => left + ((value - low) / (high - low)) * width,
      y: (value) => top + height - ((log ? Math.log(Math.max(value, bottom * 1e-3)) : value) - base) * scale,
    };
    // While everything is shown nothing lies beyond, so that points at the ends are drawn whole.
    const spare = this.view.range ? 0 : 5 * frame.ratio;
    for (const layer of this.visible()) {
      plot.ctx.save();
      plot.ctx.beginPath();
      plot.ctx.rect(left - spare, top, width + 2 * spare, height);
      plot.ctx.clip();
      layer.paint(frame);
      plot.ctx.restore();
    }
    paintLevels(frame, this.levels(), this.hasGutter);
  }
}
