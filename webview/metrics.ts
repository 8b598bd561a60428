import type { RunSummary } from '../src/protocol/runs';

// Made once: a number's own `toLocaleString` makes one at each call, which shows in the time that a frame takes.
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 12 });

/** What has no finite value: ∞ where it grew beyond the largest number, a dash where there is none. */
function without(value: number): string {
  return value > 0 ? '∞' : '–';
}

/** Three significant digits, grouped in thousands, without an exponent where it can be read without. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return without(value);
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(digits - 1).replace('e+', 'e');
  if (size >= 10 ** digits) return whole(value);
  const decimals = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return Number(value.toPrecision(digits)).toFixed(decimals);
}

/** Seven significant digits, for a readout that hides nothing worth seeing. */
export function precise(value: number): string {
  if (!Number.isFinite(value)) return without(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(6).replace('e+', 'e');
  return exact.format(Number(value.toPrecision(7)));
}

/** A number for an axis: as short as it can be, and all labels of one axis in one way. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return without(value);
  const size = Math.abs(value);
  if (size >= 1e10) return Number(value.toPrecision(6)).toExponential().replace('e+', 'e');
  if (size >= 1e6 && value % 1e4 === 0) return `${value / 1e6}M`;
  if (size >= 1000) return exact.format(Number(value.toPrecision(10)));
  if (size !== 0 && size < 1e-4) return value.toExponential().replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}

/** A whole number, grouped in thousands. */
export function whole(value: number): string {
  return Number.isFinite(value) ? grouped.format(Math.round(value) + 0) : without(value);
}

/** A share as a percentage. */
export function percent(value: number): string {
  if (!Number.isFinite(value)) return without(value);
  const hundredths = value * 100;
  if (hundredths > 0 && hundredths < 0.05) return '<0.1%';
  return `${hundredths > 0 && hundredths < 10 ? hundredths.toFixed(1) : Math.round(hundredths)}%`;
}

/** Seconds as `42 s`, `3:07` or `1:02:45`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return without(seconds);
  if (seconds < 60) return `${seconds < 10 && seconds % 1 !== 0 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const total = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** A number that is shown of a run: what it is called, how it is read and written, where it may lie. */
export interface Metric {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  /** One sentence that says what it means. */
  readonly hint: string;
  readonly range: readonly [number, number];
  format(value: number): string;
  /** What it is called now, if that depends on the run. */
  nameOf?(run: RunSummary): string;
  /** Its value now; undefined while unknown. */
  read(run: RunSummary): number | undefined;
  /** What stands small beside the value. */
  detail?(run: RunSummary): string;
}

/** Whether a run is over; one that stopped may go on. */
export function hasEnded({ state }: Pick<RunSummary, 'state'>): boolean {
  return state !== 'preparing' && state !== 'running' && state !== 'paused';
}

/** The share of tokens that are `<unk>`, where there are any: they cost little, and the perplexity is so much lower. */
function unknown(share: number | undefined): string {
  return share ? `${percent(share)} <unk>` : '';
}

/** The numbers of the panel's head and of the side bar, in their order. */
export const metrics: readonly Metric[] = [
  {
    id: 'perplexity',
    name: 'Perplexity',
    unit: '',
    hint: 'Training perplexity, a moving average: the number of equally likely tokens that the model hesitates between.',
    range: [1, Number.POSITIVE_INFINITY],
    format: significant,
    read: (run) => run.latest?.perplexity,
    detail: (run) => ['training', unknown(run.prepared?.trainingUnknownShare)].filter(Boolean).join(' · '),
  },
  {
    id: 'validation',
    name: 'Validation',
    unit: '',
    hint: 'Perplexity on text that was held out, at the last evaluation, and the same as bits per character of that text, which compare models whose tokens differ.',
    range: [1, Number.POSITIVE_INFINITY],
    format: significant,
    read: (run) => run.latest?.validationPerplexity,
    detail: ({ latest }) => {
      const bits = latest?.bitsPerCharacter;
      const measured = bits === undefined ? 'perplexity' : `${significant(bits)} bits/char`;
      return [measured, unknown(latest?.unknownShare)].filter(Boolean).join(' · ');
    },
  },
  {
    id: 'best',
    name: 'Best',
    unit: '',
    hint: 'The lowest perplexity of all evaluations, and the step it was reached at.',
    range: [1, Number.POSITIVE_INFINITY],
    format: significant,
    read: (run) => run.latest?.bestPerplexity,
    detail: (run) => (run.latest?.bestStep === undefined ? '' : `at step ${whole(run.latest.bestStep)}`),
  },
  {
    id: 'step',
    name: 'Step',
    unit: '',
    hint: 'Updates done, of all that the run will do.',
    range: [0, Number.POSITIVE_INFINITY],
    format: whole,
    read: (run) => run.latest?.step,
    detail: (run) => (run.latest ? `of ${whole(run.latest.totalSteps)}` : ''),
  },
  {
    id: 'epoch',
    name: 'Epoch',
    unit: '',
    hint: 'Passes over the training text.',
    range: [0, Number.POSITIVE_INFINITY],
    format: (value) => (Number.isFinite(value) ? value.toFixed(2) : without(value)),
    read: (run) => run.latest?.epoch,
    detail: (run) => (run.configuration.training.maxSteps > 0 ? '' : `of ${run.configuration.training.epochs}`),
  },
  {
    id: 'gradnorm',
    name: 'Gradient norm',
    unit: '',
    hint: 'Global norm of the gradient before clipping.',
    range: [0, Number.POSITIVE_INFINITY],
    format: significant,
    read: (run) => run.latest?.gradNorm,
    detail: (run) =>
      run.configuration.training.clipping === 'none' ? 'not clipped' : `θ = ${brief(run.configuration.training.clip)}`,
  },
  {
    id: 'cliprate',
    name: 'Clip rate',
    unit: '%',
    hint: 'Share of the last hundred steps at which clipping bit.',
    range: [0, 1],
    format: percent,
    read: (run) => run.latest?.clipRate,
    detail: () => 'last 100 steps',
  },
  {
    id: 'speed',
    name: 'Speed',
    unit: 'tokens/s',
    hint: 'Tokens learnt a second.',
    range: [0, Number.POSITIVE_INFINITY],
    format: (value) =>
      value >= 1e6 ? `${significant(value / 1e6)}M` : value >= 1e4 ? `${significant(value / 1e3)}k` : whole(value),
    read: (run) => run.latest?.tokensPerSecond,
    detail: () => 'tokens/s',
  },
  {
    id: 'timeleft',
    name: 'Time left',
    unit: '',
    hint: 'Estimated from the speed so far; after the end, how long the training took.',
    range: [0, Number.POSITIVE_INFINITY],
    format: duration,
    nameOf: (run) => (hasEnded(run) ? 'Took' : 'Time left'),
    read: ({ state, latest }) => (hasEnded({ state }) ? latest?.seconds : latest?.secondsLeft),
    detail: (run) => (run.latest && !hasEnded(run) ? `after ${duration(run.latest.seconds)}` : ''),
  },
];

/** What a metric is called for a run. */
export function nameOf(metric: Metric, run: RunSummary): string {
  return metric.nameOf?.(run) ?? metric.name;
}

/** The value of a metric as it is written; a dash while unknown. */
export function written(metric: Metric, run: RunSummary): string {
  const value = metric.read(run);
  return value === undefined ? '–' : metric.format(value);
}
