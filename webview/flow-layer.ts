import type { RunHistory } from './history';
import type { Layer } from './layers';
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
      const starts = flows.map(({ step }) => history.xOfStep(step, axis));
      const last = history.x(axis).last;
      const top = frame.y(picture.height);
      const bottom = frame.y(0);
      context.imageSmoothingEnabled = false;
      for (let i = 0; i < starts.length; i++) {
        const end = i + 1 < starts.length ? starts[i + 1] : Math.max(last, 2 * starts[i] - (starts[i - 1] ?? 0));
        if (end < low || starts[i] > high) continue;
        const left = Math.floor(frame.x(starts[i]));
        const width = Math.max(1, Math.ceil(frame.x(end)) - left);
        context.drawImage(picture, i, 0, 1, picture.height, left, top, width, bottom - top);
      }
    },
  };
}

/** How many lags the longest of a run's flows has. */
export function lags(history: RunHistory): number {
  return history.flows.reduce((most, { norms }) => Math.max(most, norms[0]?.length ?? 0), 0);
}

/** The least and the greatest norm of a layer that the shades tell apart; undefined while none is known. */
export function flowRange(history: RunHistory, layer: number): readonly [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (const { norms } of history.flows) {
    for (const norm of norms[layer] ?? []) {
      if (!(norm > 0) || !Number.isFinite(norm)) continue;
      least = Math.min(least, norm);
      greatest = Math.max(greatest, norm);
    }
  }
  return greatest > 0 ? [Math.max(least, greatest / 10 ** decades), greatest] : undefined;
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
