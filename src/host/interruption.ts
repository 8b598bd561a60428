import * as vscode from 'vscode';
import { liveStates, type RunRecord } from './run-record';

/** Who trains a run that is at rest. */
export const nobody = { owner: undefined, ownerBirth: undefined };

/** Says of a run that trained when the editor closed that it stands still, and from where it can go on. */
export function describeInterruption({ latest, best }: RunRecord['checkpoints']): string {
  const step = latest ?? best;
  return step === undefined
    ? vscode.l10n.t('The window was closed or reloaded before the first checkpoint.')
    : vscode.l10n.t('The window was closed or reloaded; the run can go on from step {0}.', step.toLocaleString());
}

/** A run that was training when its window closed stands still now. */
export function mendInterrupted(record: RunRecord): RunRecord {
  if (!liveStates.includes(record.state)) return record;
  return { ...record, ...nobody, state: 'stopped', message: describeInterruption(record.checkpoints) };
}
