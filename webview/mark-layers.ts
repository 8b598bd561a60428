import type { Baseline, MarkEvent } from '../src/protocol/runs';
import type { Frame } from './frame';
import type { RunHistory } from './history';
import type { Layer } from './layers';
import { significant } from './metrics';
import type { Theme } from './theme';
import { visible } from './trace';

/** Width of the place that one clip mark takes, CSS pixels. */
const clipPlace = 9;

/** Dashed lines across the chart, named at its right: what models without gradients reach. */
export function baselineLayer(all: () => readonly Baseline[]): Layer {
  const baselines = () => all().filter(({ perplexity }) => Number.isFinite(perplexity));
  return {
    key: 'perplexity.baselines',
    label: 'Baselines',
    swatch: 'dashed',
    colour: (theme) => theme.muted,
    levels: () =>
      baselines().map(({ name, perplexity }) => ({ value: perplexity, text: `${name} ${significant(perplexity)}` })),
    paint: (frame) => {
      const { context, ratio, theme, left, width } = frame;
      context.strokeStyle = theme.muted;
      context.lineWidth = ratio;
      context.setLineDash([5 * ratio, 4 * ratio]);
      for (const { perplexity } of baselines()) {
        context.beginPath();
        context.moveTo(left, frame.y(perplexity));
        context.lineTo(left + width, frame.y(perplexity));
        context.stroke();
      }
    },
  };
}

/**
 * Clip events: a triangle above the curve at each step where clipping bit. Where they are closer than a triangle is wide,
 * one stands for all of its place, on the greatest norm there.
 */
export function clipLayer(key: string, history: RunHistory, label: string): Layer {
  const colour = (theme: Theme) => theme.warning;
  return {
    key,
    label,
    swatch: 'triangle',
    colour,
    extent: (low, high, axis, extent) => {
      const [from, to] = visible(history.x(axis), low, high);
      if (history.countClipEvents(from, to) === 0) return;
      const norms = history.gradNorm.extent(from, to, { low: Infinity, high: -Infinity });
      extent.high = Math.max(extent.high, norms.high);
    },
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

/** What stands beside the mark of each kind, where there is room. */
const names: { readonly [kind in MarkEvent['kind']]: string } = {
  learningRate: 'lr',
  clip: 'θ',
  paused: 'pause',
  resumed: 'resume',
  checkpoint: 'saved',
  restored: 'back',
  stopped: 'stop',
};

/** What a person did, as thin lines with a small diamond and a word at the foot. Only one chart's legend names them. */
export function markLayer(history: RunHistory, named: boolean): Layer {
  return {
    key: 'marks',
    label: 'Marks',
    swatch: named ? 'mark' : 'none',
    colour: (theme) => theme.foreground,
    paint: (frame) => {
      const { left, width, ratio, context, theme } = frame;
      const places = history.marks
        .map(({ step, kind }) => ({ x: Math.round(frame.x(history.xOfStep(step, frame.axis))) + 0.5, kind }))
        .filter(({ x }) => x >= left && x <= left + width);
      context.font = `${10 * ratio}px ${theme.font}`;
      context.textBaseline = 'middle';
      context.textAlign = 'left';
      for (const { x } of places) paintMark(frame, x);
      places.forEach(({ x, kind }, index) => {
        const next = places[index + 1]?.x ?? left + width;
        const size = context.measureText(names[kind]).width;
        if (x + size + 14 * ratio < next) paintName(frame, names[kind], x + 8 * ratio, size);
      });
    },
  };
}

/** How far above a chart's foot marks stand, CSS pixels. */
const foot = 7;

/** A dotted line and a diamond, with the background around them so that they show on any shade. */
function paintMark({ context, ratio, theme, top, height }: Frame, x: number): void {
  const line = (colour: string, width: number, alpha: number, dash: number[]) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  };
  line(theme.background, 3 * ratio, 0.35, []);
  line(theme.foreground, ratio, 0.6, [2 * ratio, 3 * ratio]);
  const y = top + height - foot * ratio;
  context.beginPath();
  context.moveTo(x, y - 4 * ratio);
  context.lineTo(x + 4 * ratio, y);
  context.lineTo(x, y + 4 * ratio);
  context.lineTo(x - 4 * ratio, y);
  context.closePath();
  context.strokeStyle = theme.background;
  context.lineWidth = 3 * ratio;
  context.stroke();
  context.fillStyle = theme.foreground;
  context.fill();
}

function paintName({ context, ratio, theme, top, height }: Frame, name: string, x: number, size: number): void {
  const y = top + height - foot * ratio;
  context.globalAlpha = 0.85;
  context.fillStyle = theme.background;
  context.fillRect(x - 2 * ratio, y - 6 * ratio, size + 4 * ratio, 12 * ratio);
  context.globalAlpha = 1;
  context.fillStyle = theme.foreground;
  context.fillText(name, x, y);
}
