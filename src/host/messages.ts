import * as vscode from 'vscode';
import { RemoteError } from '../protocol/rpc';
import { UserError } from '../text/user-error';
import type { ReportProblem } from './run-folder';

/** Whether an error's message is one sentence for people, complete as it is. */
export function isForPeople(error: unknown): error is Error {
  return error instanceof UserError || (error instanceof RemoteError && error.user);
}

/**
 * Shows an error as one sentence; what is not for people goes to the log, and the sentence points there.
 * Does not wait for an answer.
 */
export function showError(error: unknown, log: vscode.LogOutputChannel): void {
  if (isForPeople(error)) {
    void vscode.window.showErrorMessage(error.message);
    return;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  log.error(stack ?? message);
  const show = vscode.l10n.t('Show Log');
  const text = vscode.l10n.t('Recurrent could not do this: {0}', message);
  void vscode.window.showErrorMessage(text, show).then((chosen) => chosen && log.show());
}

/** Tells a person, in one sentence, what could not be read or written; nothing in memory is lost by it. */
export function reportProblem(log: vscode.LogOutputChannel): ReportProblem {
  return (doing, path, why, others = 0) => {
    const left = vscode.l10n.t('{0} cannot be read, so what it holds is left out: {1}.', path, why);
    const more = others > 0 ? ` ${vscode.l10n.t('So it is with {0} more.', others.toLocaleString())}` : '';
    const sentence =
      doing === 'read'
        ? left + more
        : vscode.l10n.t('{0} cannot be written, so the run is kept in memory until it can: {1}.', path, why);
    log.warn(sentence);
    void vscode.window.showWarningMessage(sentence);
  };
}
