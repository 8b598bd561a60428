import { toJson } from '../src/protocol/json';
import type { RunHistory } from './history';
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

const stepHeads = columns.map((name) => (name === 'time' ? 'seconds' : name));
const heads = ['run', ...stepHeads, 'validationNats', 'validationUnknownShare', 'validationPerplexity'];

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** How each of several runs is called. */
function namesOf(runs: readonly ShownRun[]): string[] {
  return fullNames(runs.map(({ summary }) => summary.name));
}

/** A number in a table; empty where it has no finite value. */
function cell(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? String(value) : '';
}

/** The histories of runs as CSV (RFC 4180, UTF-8): one line a step; what is unknown or has no finite value stays empty. */
export function toCsv(runs: readonly ShownRun[]): Uint8Array {
  const lines = [heads.join(',')];
  const names = namesOf(runs);
  runs.forEach(({ history }, index) => {
    const evaluations = new Map(history.evaluations.map((evaluation) => [evaluation.step, evaluation]));
    const name = quoted(names[index]);
    for (let i = 0; i < history.length; i++) {
      const evaluation = evaluations.get(history.step.values[i]);
      const numbers = [
        ...columns.map((column) => history[column].values[i]),
        evaluation?.nats,
        evaluation?.unknownShare,
        evaluation?.perplexity,
      ];
      lines.push([name, ...numbers.map(cell)].join(','));
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
          lines.push([name, step, layer + 1, lag, cell(norm)].join(','));
        });
      });
    }
  });
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
}

/** Steps that are made into text at a time, so that a long run is never one string. */
const stepsAtOnce = 10_000;

/**
 * Everything known of runs as JSON: configuration, an object a step, the weight of the moving averages among them, evaluations,
 * continuations, gradient flow and marks. A field without a finite value is left out, and norms by lag end before the first.
 */
export function runsToJson(runs: readonly ShownRun[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const write = (text: string) => parts.push(encoder.encode(text));
  const names = namesOf(runs);
  runs.forEach(({ summary, history }, index) => {
    const { id, source, state, configuration, prepared } = summary;
    const started = new Date(summary.started).toISOString();
    const { smoothing, evaluations, continuations, flows, marks } = history;
    const rest = { evaluations, continuations, flows, marks };
    const head = toJson({
      id,
      name: names[index],
      source,
      state,
      started,
      configuration,
      prepared,
      smoothing,
      ...rest,
    });
    write(`${index === 0 ? '[' : ','}${head.slice(0, -1)},"steps":[`);
    for (let from = 0; from < history.length; from += stepsAtOnce) {
      const count = Math.min(stepsAtOnce, history.length - from);
      const rows = Array.from({ length: count }, (_, i) => stepOf(history, from + i));
      write(`${from === 0 ? '' : ','}${rows.join(',')}`);
    }
    write(']}');
  });
  write(runs.length === 0 ? '[]' : ']');
  return joined(parts);
}

/** The numbers of one step as a JSON object; by hand, as there may be a million. */
function stepOf(history: RunHistory, index: number): string {
  const fields: string[] = [];
  columns.forEach((column, c) => {
    const value = history[column].values[index];
    if (Number.isFinite(value)) fields.push(`"${stepHeads[c]}":${value}`);
  });
  return `{${fields.join(',')}}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A file name from a run's name: letters, digits and dashes. */
export function fileName(run: ShownRun | undefined, what: string, extension: string): string {
  const stem = (run?.summary.name ?? 'run').replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return `${stem}-${what}.${extension}`;
}
