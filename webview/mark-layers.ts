import type { Baseline } from '../src/protocol/runs';
import type { Frame } from './frame';
import type { RunHistory } from './history';
import type { Layer } from './layers';
import { significant } from './metrics';
import type { Theme } from './theme';

/** Width of the place that one clip mark takes, CSS pixels. */
const clipPlace = 9;

/** Dashed lines across the chart, labelled at their right end: what models without gradients reach. */
export function baselineLayer(baselines: () => readonly Baseline[]): Layer {
  return {
    key: 'perplexity.baselines',
    label: 'Baselines',
    swatch: 'dashed',
    colour: (theme) => theme.muted,
    extent: (_low, _high, _axis, extent) => {
      for (const { perplexity } of baselines()) {
        extent.low = Math.min(extent.low, perplexity);
        extent.high = Math.max(extent.high, perplexity);
      }
    },
    paint: (frame) => {
      const { context, ratio, theme, left, width } = frame;
      context.font = `${11 * ratio}px ${theme.font}`;
      context.textAlign = 'right';
      context.textBaseline = 'bottom';
      let below = Number.POSITIVE_INFINITY;
      for (const { name, perplexity } of [...baselines()].sort((a, b) => a.perplexity - b.perplexity)) {
        const y = frame.y(perplexity);
        context.strokeStyle = theme.muted;
        context.lineWidth = ratio;
        context.setLineDash([5 * ratio, 4 * ratio]);
        context.beginPath();
        context.moveTo(left, y);
        context.lineTo(left + width, y);
        context.stroke();
        if (below - y < 13 * ratio) continue;
        label(frame, `${name} ${significant(perplexity)}`, left + width - 6 * ratio, y - 2 * ratio);
        below = y;
      }
    },
  };
}

/** Text with the background behind it, so that curves do not cross its letters. */
function label({ context, theme, ratio }: Frame, text: string, right: number, bottom: number): void {
  const { width } = context.measureText(text);
  context.fillStyle = theme.background;
  context.globalAlpha = 0.8;
  context.fillRect(right - width - 3 * ratio, bottom - 12 * ratio, width + 6 * ratio, 13 * ratio);
  context.globalAlpha = 1;
  context.fillStyle = theme.muted;
  context.fillText(text, right, bottom);
}

/**
 * Clip events: a triangle above the curve at each step where clipping bit. Where they are closer than a triangle is wide,
 * one stands for all of its place, on the greatest norm there.
 */
export function clipLayer(key: string, history: RunHistory, colour: (theme: Theme) => string): Layer {
  return {
    key,
    label: 'Clip events',
    swatch: 'triangle',
    colour,
    paint: (frame) => {
      const { context, ratio, theme, axis, low, high, width } = frame;
      const xs = history.x(axis);
      const places = Math.max(1, Math.floor(width / (clipPlace * ratio)));
      const size = 4 * ratio;
      context.fillStyle = colour(theme);
      context.strokeStyle = theme.background;
      context.lineWidth = ratio;
      let index = xs.lowerBound(low);
      for (let place = 0; place < places && index < xs.length; place++) {
        const edge = low + ((place + 1) / places) * (high - low);
        const end = place === places - 1 ? xs.lowerBound(edge * (1 + 1e-12), index) : xs.lowerBound(edge, index);
        const event = history.clipEvents.lowerBound(index);
        if (event < history.clipEvents.length && history.clipEvents.values[event] < end) {
          const extent = history.gradNorm.extent(index, end, { low: Infinity, high: -Infinity });
          const x =
            end - index === 1 ? frame.x(xs.values[index]) : frame.x(low + ((place + 0.5) / places) * (high - low));
          const peak = Number.isFinite(extent.high) ? frame.y(extent.high) - 2 * ratio : 0;
          const y = Math.max(frame.top + 2 * size, peak);
          context.beginPath();
          context.moveTo(x, y);
          context.lineTo(x - size, y - size * 1.6);
          context.lineTo(x + size, y - size * 1.6);
          context.closePath();
          context.stroke();
          context.fill();
        }
        index = end;
      }
    },
  };
}

/** What a person did, as thin lines with a small diamond at the foot. Only one chart's legend names them. */
export function markLayer(history: RunHistory, named: boolean): Layer {
  return {
    key: 'marks',
    label: 'Marks',
    swatch: named ? 'mark' : 'none',
    colour: (theme) => theme.foreground,
    paint: (frame) => {
      const { context, ratio, theme, top, height } = frame;
      context.strokeStyle = theme.foreground;
      context.fillStyle = theme.foreground;
      context.lineWidth = ratio;
      for (const { step } of history.marks) {
        const x = Math.round(frame.x(history.xOfStep(step, frame.axis))) + 0.5;
        context.globalAlpha = 0.45;
        context.setLineDash([2 * ratio, 3 * ratio]);
        context.beginPath();
        context.moveTo(x, top);
        context.lineTo(x, top + height);
        context.stroke();
        context.setLineDash([]);
        context.globalAlpha = 1;
        const foot = top + height - 5 * ratio;
        context.beginPath();
        context.moveTo(x, foot - 4 * ratio);
        context.lineTo(x + 4 * ratio, foot);
        context.lineTo(x, foot + 4 * ratio);
        context.lineTo(x - 4 * ratio, foot);
        context.closePath();
        context.fill();
      }
    },
  };
}
