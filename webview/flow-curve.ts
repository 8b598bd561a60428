import type { FlowEvent, RunSummary } from '../src/protocol/runs';
import type { Frame } from './frame';
import type { RunHistory, XAxis } from './history';
import type { Layer, LineStyle } from './layers';
import { significant } from './metrics';
import { firstWhere } from './pixel-columns';
import type { ShownRun } from './shown-run';
import { paintSymbol } from './symbols';
import type { Theme } from './theme';

/** Most points that are drawn on a line; of more values, every second or third has one. */
const mostPoints = 64;

/** A spectral radius this near to 1 is called neither above nor below it. */
const margin = 5e-4;

/** The gradient flow that stands at a place of the axis: the last one measured up to there, else the first; undefined if none is. */
export function flowAt(history: RunHistory, x: number, axis: XAxis): FlowEvent | undefined {
  const { flows } = history;
  const beyond = firstWhere(0, flows.length, (index) => history.xOfStep(flows[index].step, axis) > x);
  return flows[Math.max(0, beyond - 1)];
}

/** What a linear RNN's spectral radius means for its gradients, in one sentence. @param layers of the model; W_hh is the top one's */
export function describeSpectralRadius(radius: number, layers = 1): string {
  const matrix = layers === 1 ? 'W_hh' : `layer ${layers}’s W_hh`;
  if (!Number.isFinite(radius)) return `The spectral radius of ${matrix} is not a finite number.`;
  const written = significant(radius, 4);
  if (Math.abs(radius - 1) < margin) {
    return `Spectral radius of ${matrix} ${written}: in the long run gradients neither vanish nor explode.`;
  }
  const verb = radius < 1 ? 'vanish' : 'explode';
  return `Spectral radius of ${matrix} ${written}: in the long run gradients ${verb} by a factor of ${written} each step back.`;
}

/** The lines of a run's lag curve: one for each of its layers, and the exact powers over a linear RNN's top layer. */
export function curveLayers(run: RunSummary, flow: () => FlowEvent | undefined): Layer[] {
  const { cell, activation, layers } = run.configuration.model;
  const linear = cell === 'rnn' && activation === 'identity';
  const measured = Array.from({ length: layers }, (_, layer) =>
    curveLayer(
      `curve.${layer}`,
      layers === 1 ? 'Measured' : `Layer ${layer + 1}`,
      () => flow()?.norms[layer] ?? [],
      (theme) => theme.palette[layer % theme.palette.length],
      { width: 2, symbol: layers === 1 ? undefined : layer },
    ),
  );
  if (!linear) return measured;
  const exact = () => flow()?.linear?.exact ?? [];
  const style = { width: 2, dash: [5, 5], swatch: 'dashed' } as const;
  const label = layers === 1 ? 'Exact powers of W_hhᵀ' : `Exact powers of layer ${layers}’s W_hhᵀ`;
  return [...measured, curveLayer('curve.exact', label, exact, (theme) => theme.foreground, style)];
}

/**
 * The lines of several runs on one axis: each run's top layer in the run's own colour and shape, and the exact powers of the
 * first run if it is a linear RNN.
 * @param runs the one in front first, as they are called, and the flow of each that is looked at
 */
export function comparedCurveLayers(
  runs: readonly { readonly run: ShownRun; readonly name: string; readonly flow: () => FlowEvent | undefined }[],
): Layer[] {
  const lines = runs.map(({ run: { summary, colour }, name, flow }) =>
    curveLayer(
      `curve.${summary.id}`,
      name,
      () => flow()?.norms.at(-1) ?? [],
      (theme) => theme.palette[colour % theme.palette.length],
      { width: 2, symbol: colour },
    ),
  );
  const [front] = runs;
  const exact = front ? curveLayers(front.run.summary, front.flow).filter(({ key }) => key === 'curve.exact') : [];
  return [...lines, ...exact];
}

/** A line through values at the lags 0, 1, 2 …; it breaks where a value has no logarithm. */
function curveLayer(
  key: string,
  label: string,
  values: () => readonly number[],
  colour: (theme: Theme) => string,
  { width = 1.5, dash, swatch = 'line', symbol }: LineStyle,
): Layer {
  return {
    key,
    label,
    swatch,
    symbol,
    colour,
    extent: (low, high, _axis, extent) => {
      values().forEach((value, k) => {
        if (k < low || k > high || !drawable(value)) return;
        extent.low = Math.min(extent.low, value);
        extent.high = Math.max(extent.high, value);
      });
    },
    value: (x) => values()[Math.max(0, Math.round(x))],
    paint: (frame) => {
      const { context, ratio, theme } = frame;
      context.strokeStyle = colour(theme);
      context.lineWidth = width * ratio;
      context.lineJoin = 'round';
      context.setLineDash((dash ?? []).map((length) => length * ratio));
      traceValues(frame, values());
      if (!dash) paintPoints(frame, values(), symbol, colour(theme));
    },
  };
}

function traceValues({ context, x, y }: Frame, values: readonly number[]): void {
  context.beginPath();
  let open = false;
  values.forEach((value, k) => {
    if (drawable(value) && open) context.lineTo(x(k), y(value));
    else if (drawable(value)) context.moveTo(x(k), y(value));
    open = drawable(value);
  });
  context.stroke();
}

/** A point at each lag; among several layers, the layer's symbol. */
function paintPoints(frame: Frame, values: readonly number[], symbol: number | undefined, colour: string): void {
  const { context, ratio, x, y } = frame;
  const every = Math.ceil(values.length / mostPoints);
  context.fillStyle = colour;
  values.forEach((value, k) => {
    if (k % every !== 0 || !drawable(value)) return;
    if (symbol !== undefined) {
      paintSymbol(frame, symbol, colour, x(k), y(value), 3);
      return;
    }
    context.beginPath();
    context.arc(x(k), y(value), 2.4 * ratio, 0, 2 * Math.PI);
    context.fill();
  });
}

function drawable(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}
