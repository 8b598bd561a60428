import type { Column } from './column';
import type { Frame } from './frame';

/** Indices of the points visible from `low` to `high`, with one more on each side so that lines reach the edges. */
export function visible(xs: Column, low: number, high: number): readonly [number, number] {
  return [Math.max(0, xs.lowerBound(low) - 1), Math.min(xs.length, xs.lowerBound(high) + 1)];
}

/** What a column of pixels shows: the least, the greatest and the last value. */
type Show = (x: number, low: number, high: number, last: number) => void;

/**
 * Draws one column of a run in the context's stroke and fill style. While points outnumber pixels, each column of pixels
 * shows its least and greatest value, so that no peak is lost and the cost depends on the width and not on the history:
 * as a bar where the curve is ragged, which is far cheaper to paint than its zigzag, and as a line where it is smooth.
 */
export function trace(frame: Frame, xs: Column, ys: Column): void {
  const [from, to] = visible(xs, frame.low, frame.high);
  const end = Math.min(to, ys.length);
  if (end - from <= frame.width * 2) tracePoints(frame, xs, ys, from, end);
  else traceColumns(frame, xs, ys, from, end);
}

function tracePoints({ context, x, y }: Frame, xs: Column, ys: Column, from: number, end: number): void {
  let pen = false;
  context.beginPath();
  for (let i = from; i < end; i++) {
    const value = ys.values[i];
    const finite = Number.isFinite(value);
    if (finite && pen) context.lineTo(x(xs.values[i]), y(value));
    else if (finite) context.moveTo(x(xs.values[i]), y(value));
    pen = finite;
  }
  context.stroke();
}

function traceColumns(frame: Frame, xs: Column, ys: Column, from: number, end: number): void {
  const { context, ratio, y } = frame;
  const thick = Math.max(1, Math.round(context.globalAlpha < 1 ? ratio : context.lineWidth));
  const columns = context.globalAlpha < 1 ? 1 : thick;
  let before = Number.NaN;
  context.beginPath();
  eachColumn(frame, xs, ys, from, end, (x, low, high, last) => {
    const finite = low <= high;
    const joined = finite && Number.isFinite(before);
    if (finite && y(low) - y(high) > 1.5 * ratio) {
      // Whole pixels cost less to paint than parts of them.
      const top = Math.round(y(joined ? Math.max(high, before) : high) - thick / 2);
      const bottom = Math.round(y(joined ? Math.min(low, before) : low) + thick / 2);
      context.fillRect(Math.round(x - columns / 2), top, columns, bottom - top);
      context.moveTo(x, y(Number.isFinite(last) ? last : low));
    } else if (finite) {
      const middle = (y(low) + y(high)) / 2;
      if (joined) context.lineTo(x, middle);
      else context.moveTo(x, middle);
    }
    before = last;
  });
  context.stroke();
}

/** Where each column of pixels ends in a column of places, for the frame it was last asked for. */
interface Edges {
  readonly length: number;
  readonly low: number;
  readonly high: number;
  /** Index of the first place beyond each column of pixels. */
  readonly ends: Int32Array; // (width)
}

const known = new WeakMap<Column, Edges>();

/** The ends of all columns of pixels: all lines of all charts of one run and one frame share them. */
function edgesOf({ low, high, width }: Frame, xs: Column): Int32Array {
  const last = known.get(xs);
  if (last && last.length === xs.length && last.low === low && last.high === high && last.ends.length === width) {
    return last.ends;
  }
  const ends = new Int32Array(width); // (width)
  let index = 0;
  for (let pixel = 0; pixel < width; pixel++) {
    index = xs.lowerBound(low + ((pixel + 1) / width) * (high - low), index);
    ends[pixel] = index;
  }
  known.set(xs, { length: xs.length, low, high, ends });
  return ends;
}

function eachColumn(frame: Frame, xs: Column, ys: Column, from: number, end: number, show: Show): void {
  const ends = edgesOf(frame, xs);
  const extent = { low: 0, high: 0 };
  let index = from;
  for (let pixel = 0; pixel <= ends.length && index < end; pixel++) {
    const next = pixel === ends.length ? end : Math.min(end, ends[pixel]);
    if (next <= index) continue;
    extent.low = Number.POSITIVE_INFINITY;
    extent.high = Number.NEGATIVE_INFINITY;
    ys.extent(index, next, extent);
    show(frame.left + pixel, extent.low, extent.high, ys.values[next - 1]);
    index = next;
  }
}
