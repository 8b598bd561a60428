import * as vscode from 'vscode';
import type { RunState, RunSummary } from '../protocol/runs';
import { inFigures, inPercent } from '../text/numbers';
import type { Run } from './run';

/** The name of a state, for people. */
export function describeState(state: RunState): string {
  return {
    preparing: vscode.l10n.t('Preparing'),
    running: vscode.l10n.t('Training'),
    paused: vscode.l10n.t('Paused'),
    finished: vscode.l10n.t('Finished'),
    stopped: vscode.l10n.t('Stopped'),
    diverged: vscode.l10n.t('Diverged'),
    failed: vscode.l10n.t('Failed'),
  }[state];
}

/** How far a text is read, in a few words. */
function describeReading({ what, share }: NonNullable<RunSummary['reading']>): string {
  const percent = `${Math.floor(100 * share)}%`;
  return {
    decoding: vscode.l10n.t('decoding {0}', percent),
    normalising: vscode.l10n.t('normalising {0}', percent),
    vocabulary: vscode.l10n.t('vocabulary {0}', percent),
    encoding: vscode.l10n.t('encoding {0}', percent),
    baselines: vscode.l10n.t('baselines {0}', percent),
  }[what];
}

/** A run in words. */
export interface RunText {
  /** For the status bar. */
  readonly short: string;
  /** For the tree, whose icon says the state and where there is little room: what tells runs of one name apart. */
  readonly brief: string;
  /** For tooltips. */
  readonly lines: readonly string[];
}

/** Describes a run as it stands. */
export function describeRun(run: Run): RunText {
  const { latest, state, evaluating, reading, prepared, started } = run.summary;
  const activity = evaluating ? vscode.l10n.t('Evaluating') : describeState(state);
  if (!latest) {
    const words = reading ? `${activity} · ${describeReading(reading)}` : activity;
    return { short: words, brief: words, lines: [words] };
  }
  const { step, totalSteps, epoch, perplexity, validationPerplexity, secondsLeft } = latest;
  const numbers = [vscode.l10n.t('perplexity {0}', inFigures(perplexity, 2))];
  const short = [activity, ...numbers];
  if (run.isLive && totalSteps > 0) short.push(`${Math.min(100, Math.floor((100 * step) / totalSteps))}%`);
  const lines = [
    vscode.l10n.t('Step {0} of {1}, epoch {2}', step.toLocaleString(), totalSteps.toLocaleString(), epoch.toFixed(2)),
    vscode.l10n.t('Training perplexity {0}', inFigures(perplexity, 3)),
  ];
  if (validationPerplexity !== undefined) {
    lines.push(vscode.l10n.t('Validation perplexity {0}', inFigures(validationPerplexity, 3)));
  }
  if (latest.bestPerplexity !== undefined && latest.bestStep !== undefined) {
    const at = latest.bestStep.toLocaleString();
    lines.push(vscode.l10n.t('Best {0}, at step {1}', inFigures(latest.bestPerplexity, 3), at));
  }
  if (latest.unknownShare) {
    lines.push(vscode.l10n.t('{0} of the validation tokens are <unk>', inPercent(latest.unknownShare)));
  }
  if (Number.isFinite(latest.tokensPerSecond)) {
    lines.push(vscode.l10n.t('{0} tokens per second', Math.round(latest.tokensPerSecond).toLocaleString()));
  }
  if (run.isLive && secondsLeft !== undefined) lines.push(vscode.l10n.t('About {0} left', describeTime(secondsLeft)));
  for (const note of prepared?.notes ?? []) lines.push(note);
  const brief = [inFigures(validationPerplexity ?? perplexity, 2), describeMoment(started)];
  return { short: short.join(' · '), brief: brief.join(' · '), lines };
}

/** When something was: the time of day today, else the day. */
function describeMoment(milliseconds: number): string {
  const moment = new Date(milliseconds);
  const today = moment.toDateString() === new Date().toDateString();
  return today
    ? moment.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    : moment.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
}

/** Seconds as `45 s`, `12 min` or `3.5 h`. */
export function describeTime(seconds: number): string {
  if (seconds < 90) return vscode.l10n.t('{0} s', Math.ceil(seconds));
  if (seconds < 90 * 60) return vscode.l10n.t('{0} min', Math.round(seconds / 60));
  return vscode.l10n.t('{0} h', (seconds / 3600).toFixed(1));
}
