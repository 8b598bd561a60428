import type { Column, Extent } from './column';
import type { Frame } from './frame';
import type { RunHistory, XAxis } from './history';
import { paintBeyond } from './leaps';
import type { Level } from './levels';
import { eachPixel, firstWhere } from './pixel-columns';
import { paintSymbol } from './symbols';
import type { Theme } from './theme';
import { trace, visible } from './trace';

/** How a layer is shown in the legend. */
export type Swatch = 'line' | 'faint' | 'dashed' | 'points' | 'triangle' | 'mark' | 'none';

/** One thing drawn on a chart. */
export interface Layer {
  /** Names it among all layers of all charts; what is switched off is remembered by it. */
  readonly key: string;
  readonly label: string;
  readonly swatch: Swatch;
  /** Which run's symbol lies on it; absent where only one run is shown. */
  readonly symbol?: number;
  /** Among several runs, the run that it belongs to: a legend keeps its layers in one row. */
  readonly group?: string;
  colour(theme: Theme): string;
  /** Widens the vertical range to what is visible from `low` to `high`. */
  extent?(low: number, high: number, axis: XAxis, extent: Extent): void;
  paint(frame: Frame): void;
  /** Levels that are named at the chart's right, where the shown part ends at `x`. */
  levels?(x: number, axis: XAxis): readonly Level[];
  /** Its value where the crosshair stands; undefined if it has none there. */
  value?(x: number, axis: XAxis): number | undefined;
  /** Where on the axis its data end; a crosshair beyond reads nothing. */
  end?(axis: XAxis): number;
}

/** How a line looks. */
export interface LineStyle {
  readonly width?: number;
  readonly alpha?: number;
  readonly dash?: readonly number[];
  readonly swatch?: Swatch;
  /** Which run's symbol lies on the line every so often. */
  readonly symbol?: number;
  /** The symbol lies at the line's end only. */
  readonly atEnd?: boolean;
  readonly group?: string;
}

/** Distance between two symbols on a line, and how much further each run's first one stands, CSS pixels. */
const symbolDistance = 140;
const symbolShift = 23;

/** A line through one column of a run. */
export function lineLayer(
  key: string,
  label: string,
  history: RunHistory,
  ys: Column,
  colour: (theme: Theme) => string,
  style: LineStyle = {},
): Layer {
  const { width = 1.5, alpha = 1, dash, swatch = 'line', symbol, atEnd = false, group } = style;
  return {
    key,
    label,
    swatch,
    symbol,
    group,
    colour,
    extent: (low, high, axis, extent) => {
      const [from, to] = visible(history.x(axis), low, high);
      ys.extent(from, to, extent);
    },
    value: (x, axis) => {
      const index = history.x(axis).nearest(x);
      return index < 0 ? undefined : ys.values[index];
    },
    end: (axis) => history.x(axis).last,
    paint: (frame) => {
      const { context, ratio } = frame;
      context.strokeStyle = colour(frame.theme);
      context.lineWidth = width * ratio;
      context.globalAlpha = alpha;
      context.lineJoin = 'round';
      context.setLineDash((dash ?? []).map((length) => length * ratio));
      context.fillStyle = colour(frame.theme);
      trace(frame, history.x(frame.axis), ys);
      context.globalAlpha = 1;
      paintBeyond(frame, history.x(frame.axis), ys);
      if (symbol !== undefined) paintSymbols(frame, history.x(frame.axis), ys, symbol, colour(frame.theme), atEnd);
    },
  };
}

/** A run's symbol on its line every so often unless only its end has one, and at its end. */
function paintSymbols(frame: Frame, xs: Column, ys: Column, symbol: number, colour: string, atEnd: boolean): void {
  const { left, width, low, high, ratio } = frame;
  const [from, to] = visible(xs, low, high);
  if (to <= from) return;
  const paint = (index: number) => {
    const value = ys.values[index];
    if (Number.isFinite(value)) paintSymbol(frame, symbol, colour, frame.x(xs.values[index]), frame.y(value));
  };
  const end = frame.x(xs.values[to - 1]);
  const first = left + (symbolDistance / 2 + symbol * symbolShift) * ratio;
  for (let x = atEnd ? end : first; x < Math.min(end, left + width) - 20 * ratio; x += symbolDistance * ratio) {
    paint(xs.nearest(low + ((x - left) / width) * (high - low)));
  }
  if (end <= left + width) paint(to - 1);
}

/** How far beyond the edges of a chart a point is still seen in part, CSS pixels. */
const pointReach = 8;

/** Evaluations, as a line with a round point at each; among several runs with the run's symbol at each. */
export function evaluationLayer(
  key: string,
  label: string,
  history: RunHistory,
  colour: (theme: Theme) => string,
  { symbol, group }: Pick<LineStyle, 'symbol' | 'group'> = {},
): Layer {
  const position = (index: number, axis: XAxis) => history.xOfStep(history.evaluations[index].step, axis);
  const count = () => history.evaluations.length;
  const firstFrom = (x: number, axis: XAxis) => firstWhere(0, count(), (index) => position(index, axis) >= x);
  const firstBeyond = (x: number, axis: XAxis) => firstWhere(0, count(), (index) => position(index, axis) > x);
  return {
    key,
    label,
    swatch: symbol === undefined ? 'points' : 'line',
    symbol,
    group,
    colour,
    extent: (low, high, axis, extent) => {
      history.validation.extent(firstFrom(low, axis), firstBeyond(high, axis), extent);
    },
    value: (x, axis) => history.evaluations[firstBeyond(x, axis) - 1]?.perplexity,
    end: (axis) => history.x(axis).last,
    paint: (frame) => {
      const { context, ratio, theme, axis, low, high } = frame;
      const { values } = history.validation;
      const reach = ((high - low) / frame.width) * pointReach * ratio;
      let from = Math.max(0, firstFrom(low - reach, axis) - 1);
      while (from > 0 && !Number.isFinite(values[from])) from--;
      let to = Math.min(count(), firstBeyond(high + reach, axis) + 1);
      while (to < count() && !Number.isFinite(values[to - 1])) to++;
      context.strokeStyle = colour(theme);
      context.fillStyle = colour(theme);
      context.lineWidth = 2 * ratio;
      context.beginPath();
      const points = lineThrough(frame, history.validation, from, to, (index) => frame.x(position(index, axis)));
      context.stroke();
      const radius = (count() > frame.width / (12 * ratio) ? 2 : 3.2) * ratio;
      for (const { x, y } of points) {
        if (symbol !== undefined) {
          paintSymbol(frame, symbol, colour(theme), x, y, radius / ratio);
          continue;
        }
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
    },
  };
}

/**
 * Leads the context's path through finite values, and returns the last place in each column of pixels. Where many lie in one
 * column, it goes by their least and greatest only.
 */
function lineThrough(
  { context, y }: Frame,
  ys: Column,
  from: number,
  to: number,
  x: (index: number) => number,
): { readonly x: number; readonly y: number }[] {
  const points: { readonly x: number; readonly y: number }[] = [];
  eachPixel(from, to, x, (first, next) => {
    let last: number | undefined;
    const go = (index: number) => {
      if (!Number.isFinite(ys.values[index])) return;
      context.lineTo(x(index), y(ys.values[index]));
      last = index;
    };
    if (next - first <= 4) for (let index = first; index < next; index++) go(index);
    else {
      go(first);
      const { low, high } = ys.extent(first, next, { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY });
      for (const value of low <= high ? [low, high] : []) context.lineTo(x(first), y(value));
      go(next - 1);
    }
    if (last !== undefined) points.push({ x: x(last), y: y(ys.values[last]) });
  });
  return points;
}
