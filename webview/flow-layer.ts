import type { RunHistory } from './history';
import type { Layer } from './layers';
import type { Theme } from './theme';

/** Shades between the coldest and the hottest colour. */
const shades = 32;

/**
 * The gradient's way back through time as a heat map: step across, lag upward, the logarithm of ‖∂L/∂h_{T−k}‖ (layer 1) as
 * shade, from the editor's background (least) to the theme's colour (greatest).
 */
export function flowLayer(history: RunHistory): Layer {
  const norms = (index: number) => history.flows[index].norms[0] ?? [];
  return {
    key: 'flow.heat',
    label: 'Heat',
    swatch: 'none',
    colour: (theme) => theme.palette[0],
    extent: (_low, _high, _axis, extent) => {
      extent.low = 0;
      for (let i = 0; i < history.flows.length; i++) extent.high = Math.max(extent.high, norms(i).length);
    },
    paint: (frame) => {
      const { context, axis, low, high, theme } = frame;
      const [least, greatest] = range(history);
      const ramp = shadesOf(theme);
      const starts = history.flows.map(({ step }) => history.xOfStep(step, axis));
      const last = history.x(axis).last;
      for (let i = 0; i < starts.length; i++) {
        const end =
          i + 1 < starts.length ? starts[i + 1] : Math.max(last, starts[i] + (starts[i] - (starts[i - 1] ?? 0)));
        if (end < low || starts[i] > high) continue;
        const left = Math.floor(frame.x(starts[i]));
        const width = Math.max(1, Math.ceil(frame.x(end)) - left);
        const row = norms(i);
        for (let k = 0; k < row.length; k++) {
          const share = row[k] > 0 ? (Math.log10(row[k]) - least) / (greatest - least || 1) : 0;
          context.fillStyle = ramp[Math.max(0, Math.min(shades - 1, Math.round(share * (shades - 1))))];
          const top = Math.floor(frame.y(k + 1));
          context.fillRect(left, top, width, Math.ceil(frame.y(k)) - top);
        }
      }
    },
  };
}

/** Decimal logarithms of the least and the greatest norm, the least not below 8 decades under the greatest. */
export function range(history: RunHistory): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const { norms } of history.flows) {
    for (const norm of norms[0] ?? []) {
      if (!(norm > 0) || !Number.isFinite(norm)) continue;
      least = Math.min(least, Math.log10(norm));
      greatest = Math.max(greatest, Math.log10(norm));
    }
  }
  return [Math.max(least, greatest - 8), greatest];
}

/** Colours from the background to the hottest, by way of the theme's blue. */
function shadesOf(theme: Theme): string[] {
  const [from, middle, to] = [theme.background, theme.palette[0], theme.foreground];
  return Array.from({ length: shades }, (_, index) => {
    const share = index / (shades - 1);
    const percent = Math.round((share < 0.6 ? share / 0.6 : (share - 0.6) / 0.4) * 100);
    return share < 0.6
      ? `color-mix(in srgb, ${middle} ${percent}%, ${from})`
      : `color-mix(in srgb, ${to} ${percent}%, ${middle})`;
  });
}
