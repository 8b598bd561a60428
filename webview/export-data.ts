import { fullNames } from './run-names';
import type { ShownRun } from './shown-run';

const columns = [
  'step',
  'epoch',
  'time',
  'loss',
  'perplexity',
  'smoothed',
  'gradNorm',
  'smoothedNorm',
  'clip',
  'clipScale',
  'learningRate',
  'tokensPerSecond',
] as const;

const heads = ['run', ...columns.map((name) => (name === 'time' ? 'seconds' : name)), 'validationPerplexity'];

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** How each of several runs is called. */
function namesOf(runs: readonly ShownRun[]): string[] {
  return fullNames(runs.map(({ summary }) => summary.name));
}

/** The histories of runs as CSV (RFC 4180, UTF-8): one line a step; what is unknown or not a number stays empty. */
export function toCsv(runs: readonly ShownRun[]): Uint8Array {
  const lines = [heads.join(',')];
  const names = namesOf(runs);
  runs.forEach(({ history }, index) => {
    const evaluations = new Map(history.evaluations.map(({ step, perplexity }) => [step, perplexity]));
    const name = quoted(names[index]);
    for (let i = 0; i < history.length; i++) {
      const cells = columns.map((column) => {
        const value = history[column].values[i];
        return Number.isFinite(value) ? String(value) : '';
      });
      lines.push([name, ...cells, evaluations.get(history.step.values[i]) ?? ''].join(','));
    }
  });
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
}

/** The gradient flow of runs as CSV: one line for each step, layer (from 1) and lag k. */
export function flowToCsv(runs: readonly ShownRun[]): Uint8Array {
  const lines = ['run,step,layer,lag,norm'];
  const names = namesOf(runs);
  runs.forEach(({ history }, run) => {
    const name = quoted(names[run]);
    for (const { step, norms } of history.flows) {
      norms.forEach((row, layer) => {
        row.forEach((norm, lag) => {
          lines.push([name, step, layer + 1, lag, Number.isFinite(norm) ? norm : ''].join(','));
        });
      });
    }
  });
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
}

/** Everything known of runs as JSON: configuration, columns, the weight of the moving averages among them, evaluations, continuations, gradient flow and marks. */
export function toJson(runs: readonly ShownRun[]): Uint8Array {
  const names = namesOf(runs);
  const value = runs.map(({ summary, history }, index) => ({
    id: summary.id,
    name: names[index],
    source: summary.source,
    state: summary.state,
    started: new Date(summary.started).toISOString(),
    configuration: summary.configuration,
    prepared: summary.prepared,
    smoothing: history.smoothing,
    steps: Object.fromEntries(
      columns.map((column) => [column === 'time' ? 'seconds' : column, Array.from(history[column].used)]),
    ),
    evaluations: history.evaluations,
    continuations: history.continuations,
    flows: history.flows,
    marks: history.marks,
  }));
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A file name from a run's name: letters, digits and dashes. */
export function fileName(run: ShownRun | undefined, what: string, extension: string): string {
  const stem = (run?.summary.name ?? 'run').replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return `${stem}-${what}.${extension}`;
}
