import type { Extent } from './column';
import type { RunHistory } from './history';
import type { Layer } from './layers';
import { eachPixel, firstWhere } from './pixel-columns';
import type { Theme } from './theme';

/** Shades between the palest and the strongest colour. */
const shades = 64;

/** Most decades of norms that the shades span, counted from the greatest. */
const decades = 8;

/**
 * The gradient's way back through time as a heat map: step across, lag upward, the logarithm of ‖∂L/∂h_{T−k}‖ as shade. The map
 * is kept as a picture of one pixel a value, made again only when there is something new.
 * @param layer the layer of the model that is shown, from 0
 */
export function flowLayer(history: RunHistory, layer: () => number): Layer {
  const picture = document.createElement('canvas');
  let drawn = '';
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
      const { context, axis, low, high, theme } = frame;
      const { flows } = history;
      const key = `${layer()} ${flows.length} ${theme.background} ${theme.palette[0]} ${theme.foreground}`;
      if (key !== drawn) paintPicture(picture, history, layer(), theme);
      drawn = key;
      const start = (index: number) => history.xOfStep(flows[index].step, axis);
      const x = (index: number) => frame.x(start(index));
      const last = flows.length - 1;
      const end = () => {
        const before = last > 0 ? start(last - 1) : 0;
        return frame.x(Math.max(history.x(axis).last, 2 * start(last) - before));
      };
      const top = frame.y(picture.height);
      const bottom = frame.y(0);
      context.imageSmoothingEnabled = false;
      // The cell that the left edge cuts, and those that begin in view; of several in one column of pixels the last covers the others.
      const from = Math.max(0, firstWhere(0, flows.length, (index) => start(index) > low) - 1);
      const to = firstWhere(from, flows.length, (index) => start(index) > high);
      eachPixel(from, to, x, (_first, next) => {
        const left = Math.floor(x(next - 1));
        const width = Math.max(1, Math.ceil(next <= last ? x(next) : end()) - left);
        context.drawImage(picture, next - 1, 0, 1, picture.height, left, top, width, bottom - top);
      });
    },
  };
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

/** The least and the greatest norm of a layer that the shades tell apart; undefined while none is known. */
export function flowRange(history: RunHistory, layer: number): readonly [number, number] | undefined {
  const range = knownOf(history).ranges[layer];
  return range && range.high > 0 ? [Math.max(range.low, range.high / 10 ** decades), range.high] : undefined;
}

function paintPicture(picture: HTMLCanvasElement, history: RunHistory, layer: number, theme: Theme): void {
  const { flows } = history;
  const height = Math.max(1, lags(history));
  picture.width = Math.max(1, flows.length);
  picture.height = height;
  const context = picture.getContext('2d');
  const range = flowRange(history, layer);
  if (!context || !range) return;
  const ramp = shadesOf(theme);
  const image = context.createImageData(picture.width, height);
  const base = Math.log(range[0]);
  const scale = (shades - 1) / (Math.log(range[1]) - base || 1);
  flows.forEach(({ norms }, column) => {
    const row = norms[layer] ?? [];
    for (let k = 0; k < row.length; k++) {
      const shade = row[k] > 0 ? Math.round((Math.log(row[k]) - base) * scale) : 0;
      const from = 4 * Math.max(0, Math.min(shades - 1, shade));
      image.data.set(ramp.subarray(from, from + 4), 4 * ((height - 1 - k) * picture.width + column));
    }
  });
  context.putImageData(image, 0, 0);
}

/** RGBA bytes from the background, by way of the theme's blue, to the foreground. */
function shadesOf(theme: Theme): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = shades;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return new Uint8ClampedArray(4 * shades);
  const gradient = context.createLinearGradient(0, 0, shades, 0);
  gradient.addColorStop(0, theme.background);
  gradient.addColorStop(0.7, theme.palette[0]);
  gradient.addColorStop(1, theme.foreground);
  context.fillStyle = gradient;
  context.fillRect(0, 0, shades, 1);
  return context.getImageData(0, 0, shades, 1).data;
}
