import type { Extent } from './column';
import type { Frame } from './frame';
import type { RunHistory } from './history';
import type { Layer } from './layers';
import { eachPixel, firstWhere } from './pixel-columns';
import type { Theme } from './theme';

/** Shades between the palest and the strongest colour. */
const shades = 64;

/** Most decades of norms that the shades span, counted from the greatest. */
const decades = 8;

/** The shade of every value of a run's flows, as RGBA in one word. */
interface Picture {
  readonly key: string;
  readonly rows: number;
  readonly words: Uint32Array; // (flows, rows), the greatest lag first
}

/**
 * The gradient's way back through time as a heat map: step across, lag upward, the logarithm of ‖∂L/∂h_{T−k}‖ as shade. The
 * shades are kept, and made again only when there is something new; a frame puts those in view side by side, a pixel for each
 * column of the chart, and paints them at once.
 * @param layer the layer of the model that is shown, from 0
 * @param range the norms of the palest and of the strongest shade; undefined while none is known
 */
export function flowLayer(
  history: RunHistory,
  layer: () => number,
  range: () => readonly [number, number] | undefined,
): Layer {
  const canvas = document.createElement('canvas');
  let picture: Picture | undefined;
  return {
    key: 'flow.heat',
    label: 'Heat',
    swatch: 'none',
    colour: (theme) => theme.palette[0],
    extent: (_low, _high, _axis, extent) => {
      if (history.flows.length === 0) return;
      extent.low = 0;
      extent.high = lags(history);
    },
    paint: (frame) => {
      const { context, theme } = frame;
      const left = Math.floor(frame.left);
      const span = range();
      const key = `${layer()} ${history.flows.length} ${span} ${theme.background} ${theme.palette[0]} ${theme.foreground}`;
      if (picture?.key !== key) picture = pictureOf(history, layer(), span, theme, key);
      const { rows } = picture;
      canvas.width = Math.max(1, Math.ceil(frame.width));
      canvas.height = rows;
      const own = canvas.getContext('2d');
      if (!own) return;
      const image = own.createImageData(canvas.width, rows);
      arrange(picture, history, frame, left, new Uint32Array(image.data.buffer), canvas.width);
      own.putImageData(image, 0, 0);
      const top = frame.y(rows);
      context.imageSmoothingEnabled = false;
      context.drawImage(canvas, 0, 0, canvas.width, rows, left, top, canvas.width, frame.y(0) - top);
    },
  };
}

/**
 * Writes the shades of the flows in view where they stand in a frame.
 * @param left the first column of pixels
 * @param words (rows, width) a row of the chart's columns of pixels for each lag
 */
function arrange(
  picture: Picture,
  history: RunHistory,
  frame: Frame,
  left: number,
  words: Uint32Array,
  width: number,
): void {
  const { axis, low, high } = frame;
  const { flows } = history;
  const { rows } = picture;
  const start = (index: number) => history.xOfStep(flows[index].step, axis);
  const x = (index: number) => frame.x(start(index));
  const last = flows.length - 1;
  const end = () => {
    const before = last > 0 ? start(last - 1) : 0;
    return frame.x(Math.max(history.x(axis).last, 2 * start(last) - before));
  };
  // The cell that the left edge cuts, and those that begin in view; of several in one column of pixels the last covers the others.
  const from = Math.max(0, firstWhere(0, flows.length, (index) => start(index) > low) - 1);
  const to = firstWhere(from, flows.length, (index) => start(index) > high);
  eachPixel(from, to, x, (_first, next) => {
    // A flow of the very last step begins where the chart ends, and has the last column.
    const begin = Math.min(width - 1, Math.floor(x(next - 1) - left));
    const beyond = Math.max(begin + 1, Math.ceil((next <= last ? x(next) : end()) - left));
    const [first, stop] = [Math.max(0, begin), Math.min(width, beyond)];
    for (let row = 0; row < rows; row++) {
      const shade = picture.words[(next - 1) * rows + row];
      for (let pixel = first; pixel < stop; pixel++) words[row * width + pixel] = shade;
    }
  });
}

/** What is known of the flows that were seen so far. */
interface Known {
  seen: number;
  lags: number;
  /** The least and the greatest drawable norm of each layer; `low > high` if it has none. */
  readonly ranges: Extent[];
}

const known = new WeakMap<RunHistory, Known>();

/** Takes into account what came since it was last asked for. */
function knownOf(history: RunHistory): Known {
  const all = known.get(history) ?? { seen: 0, lags: 0, ranges: [] };
  known.set(history, all);
  for (; all.seen < history.flows.length; all.seen++) {
    const { norms } = history.flows[all.seen];
    all.lags = Math.max(all.lags, norms[0]?.length ?? 0);
    norms.forEach((row, layer) => {
      all.ranges[layer] ??= { low: Number.POSITIVE_INFINITY, high: 0 };
      for (const norm of row) widen(all.ranges[layer], norm);
    });
  }
  return all;
}

function widen(extent: Extent, norm: number): void {
  if (!(norm > 0) || !Number.isFinite(norm)) return;
  extent.low = Math.min(extent.low, norm);
  extent.high = Math.max(extent.high, norm);
}

/** How many lags the longest of a run's flows has. */
export function lags(history: RunHistory): number {
  return knownOf(history).lags;
}

/**
 * The least and the greatest norm of a layer that the shades tell apart, one scale for all runs that are compared; undefined
 * while none is known.
 * @param histories the one that is shown first
 * @param layer of another run that has fewer, its top one counts
 */
export function flowRange(histories: readonly RunHistory[], layer: number): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const history of histories) {
    const { ranges } = knownOf(history);
    const range = ranges[layer] ?? (history === histories[0] ? undefined : ranges.at(-1));
    if (!range) continue;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
  }
  return high > 0 ? [Math.max(low, high / 10 ** decades), high] : undefined;
}

function pictureOf(
  history: RunHistory,
  layer: number,
  range: readonly [number, number] | undefined,
  theme: Theme,
  key: string,
): Picture {
  const { flows } = history;
  const rows = Math.max(1, lags(history));
  const words = new Uint32Array(flows.length * rows);
  if (!range) return { key, rows, words };
  const ramp = shadesOf(theme);
  const base = Math.log(range[0]);
  const scale = (shades - 1) / (Math.log(range[1]) - base || 1);
  flows.forEach(({ norms }, flow) => {
    const row = norms[layer] ?? [];
    for (let k = 0; k < row.length; k++) {
      const shade = row[k] > 0 ? Math.round((Math.log(row[k]) - base) * scale) : 0;
      words[flow * rows + rows - 1 - k] = ramp[Math.max(0, Math.min(shades - 1, shade))];
    }
  });
  return { key, rows, words };
}

/** RGBA in words from the background, by way of the theme's blue, to the foreground. */
function shadesOf(theme: Theme): Uint32Array {
  const canvas = document.createElement('canvas');
  canvas.width = shades;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return new Uint32Array(shades);
  const gradient = context.createLinearGradient(0, 0, shades, 0);
  gradient.addColorStop(0, theme.background);
  gradient.addColorStop(0.7, theme.palette[0]);
  gradient.addColorStop(1, theme.foreground);
  context.fillStyle = gradient;
  context.fillRect(0, 0, shades, 1);
  return new Uint32Array(context.getImageData(0, 0, shades, 1).data.buffer);
}
