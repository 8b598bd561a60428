import type { Column, Extent } from './column';
import type { Frame } from './frame';
import { visible } from './trace';

/** Slices of the shown part of the axis that are looked at one by one, and how many must hold something to tell what is usual. */
export const slices = 120;
const enough = 20;
/** Share of the slices whose greatest values are usual, and how many times those a curve is followed to. */
const usual = 0.9;
const ceiling = 10;

/**
 * Lowers a vertical range to what nearly all slices of the shown part need, if a few leap far above: one step whose gradient
 * exploded would press all others flat for the rest of the run. Where a run begins is never such a leap.
 * @param highs the greatest value of each slice from left to right; −∞ where there is none
 */
export function withoutLeaps(extent: Extent, highs: readonly number[]): void {
  const known = highs.filter(Number.isFinite);
  if (known.length < enough) return;
  const sorted = known.toSorted((a, b) => a - b);
  const most = Math.max(known[0], ceiling * sorted[Math.floor((sorted.length - 1) * usual)]);
  if (extent.low < most) extent.high = Math.min(extent.high, most);
}

/** Width of the place that one mark at the edge takes, CSS pixels. */
const place = 10;

/**
 * Marks at the upper edge of a chart, in the context's fill style, where a curve lies beyond it or has grown without a finite
 * value: hollow arrowheads, one for each place that has any.
 */
export function paintBeyond(frame: Frame, xs: Column, ys: Column): void {
  const { context, ratio, left, top, width, low, high } = frame;
  const [from, to] = visible(xs, low, high);
  if (!beyond(frame, ys, from, to)) return;
  const places = Math.max(1, Math.floor(width / (place * ratio)));
  const size = 4 * ratio;
  context.setLineDash([]);
  context.lineWidth = 1.5 * ratio;
  for (let index = 0; index < places; index++) {
    const first = xs.lowerBound(low + (index / places) * (high - low));
    const next = index === places - 1 ? to : xs.lowerBound(low + ((index + 1) / places) * (high - low));
    if (!beyond(frame, ys, first, next)) continue;
    const x = next - first === 1 ? frame.x(xs.values[first]) : left + ((index + 0.5) / places) * width;
    context.beginPath();
    context.moveTo(x - size, top + 1.6 * size);
    context.lineTo(x, top + ratio);
    context.lineTo(x + size, top + 1.6 * size);
    context.stroke();
  }
}

function beyond({ y, top }: Frame, ys: Column, from: number, to: number): boolean {
  if (ys.hasInfinite(from, to)) return true;
  const { low, high } = ys.extent(from, to, { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY });
  return low <= high && y(high) < top - 0.5;
}
