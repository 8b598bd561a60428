import * as vscode from 'vscode';
import type { Configuration } from '../model/configuration';
import type { Remedy } from '../protocol/runs';
import { escapeText } from '../text/quote';
import { UserError } from '../text/user-error';
import { slower } from '../training/divergence';
import { Disposable } from './disposable';
import { showError } from './messages';
import type { Run } from './run';
import type { EndedSession, Runs } from './runs';
import { readConfiguration } from './settings';
import { readLocalFile, readText, type Text } from './texts';

/** Starts runs on texts, lets them go on, and asks the person what only a person can answer. */
export class Trainer extends Disposable {
  /** Trainings whose texts are read now, by text and configuration. */
  private readonly beginning = new Map<string, Promise<Run>>();

  /** @param isShowing whether a person sees a run's panel, which tells all that a notification would */
  constructor(
    private readonly runs: Runs,
    private readonly isShowing: (run: Run) => boolean,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
    this._register(runs.onDidEndSession((ended) => void this.tell(ended)));
  }

  /**
   * Trains on a text with the settings that apply to it, or with a given configuration.
   * A run that does the same already is put in front instead.
   * @param target the text; the active editor's if absent
   * @throws UserError if there is no text, it cannot be read, or a setting is wrong
   */
  async train(target?: vscode.Uri, configuration?: Configuration): Promise<Run> {
    const uri = target ?? this.activeText();
    if (!uri) throw this.noText();
    const chosen = configuration ?? readConfiguration(uri);
    const twin = this.runs.all.find(
      (run) =>
        run.isLive &&
        run.uri?.toString() === uri.toString() &&
        JSON.stringify(run.configuration) === JSON.stringify(chosen),
    );
    if (twin) {
      this.runs.choose(twin);
      return twin;
    }
    const asked = JSON.stringify([uri.toString(), chosen]);
    const begun = this.beginning.get(asked) ?? this.begin(uri, chosen).finally(() => this.beginning.delete(asked));
    this.beginning.set(asked, begun);
    return begun;
  }

  private async begin(uri: vscode.Uri, configuration: Configuration): Promise<Run> {
    const place = { location: vscode.ProgressLocation.Window, title: 'Recurrent' };
    const text = await vscode.window.withProgress(place, () => readText(uri));
    // A new run stands behind all others.
    await this.runs.restore().catch(() => undefined);
    return this.runs.start(text, configuration);
  }

  /** Lets a run that stopped early go on from its newest checkpoint. @throws UserError if its text is gone */
  async goOn(run: Run): Promise<void> {
    await this.runs.goOn(run, () => this.textOf(run));
  }

  /**
   * Lets a run that diverged go on from its last good model, clipped or slower, at a learning rate that holds.
   * @throws UserError if its text is gone
   */
  async mend(run: Run, remedy: Remedy): Promise<void> {
    if (!run.remedies.includes(remedy)) {
      throw new UserError(vscode.l10n.t('{0} has not diverged, or keeps no model to go back to.', run.name));
    }
    const { lr } = run.configuration.training;
    if (remedy === 'clip') run.adjust({ clipping: 'norm' });
    await this.runs.goOn(run, () => this.textOf(run), remedy === 'clip' ? lr : slower(lr));
  }

  /** The text that a run learns. @throws UserError if it is gone */
  async textOf(run: Run): Promise<Text> {
    const { source } = run.summary;
    const uri = run.uri ?? vscode.Uri.file(run.folder.textFile);
    const copy = run.copiedText;
    if (copy) return { bytes: await readLocalFile(copy, source), source, uri, saved: false };
    if (isWithinReach(uri)) return readText(uri);
    throw new UserError(
      vscode.l10n.t('The text of {0} is at {1}; open it in an editor first.', run.name, escapeText(uri.toString(true))),
    );
  }

  /** Trains on the text of a run again, with the configuration that the person makes of the run's. */
  async again(run: Run, configuration: Configuration): Promise<Run> {
    return this.runs.start(await this.textOf(run), configuration);
  }

  /** Tells what ended badly, and offers what can be done about it. */
  private async tell({ run, how }: EndedSession): Promise<void> {
    if (how === 'done' || how === 'disposed') return;
    // The panel's banner says it, with what can be done, and a notification would cover the chart that shows it.
    if (how === 'diverged' && this.isShowing(run)) return;
    const goOn = vscode.l10n.t('Go On from Checkpoint');
    const labels = { clip: vscode.l10n.t('Clip by Norm'), slow: vscode.l10n.t('Lower the Rate') };
    const log = vscode.l10n.t('Show Log');
    const actions: string[] = [];
    if (how === 'failed' && run.hasCheckpoint) actions.push(goOn);
    const { remedies } = run;
    if (how === 'diverged') actions.push(...remedies.map((remedy) => labels[remedy]));
    if (how === 'failed') actions.push(log);
    const { name, source, message } = run.summary;
    const told = message.includes(source) ? message : `${name}: ${message}`;
    const answer = await vscode.window.showErrorMessage(told, ...actions);
    if (answer === log) this.log.show();
    // A notification stays for hours: meanwhile the run may have been resumed otherwise, or deleted.
    if (run.isLive || this.runs.get(run.id) !== run) return;
    const remedy = remedies.find((one) => labels[one] === answer);
    const act = remedy ? this.mend(run, remedy) : answer === goOn ? this.goOn(run) : undefined;
    await act?.catch((error: unknown) => showError(error, this.log));
  }

  /** The text in the active editor, or undefined. */
  activeText(): vscode.Uri | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
    return input instanceof vscode.TabInputText ? input.uri : editor?.document.uri;
  }

  /** The sentence for a person who asked to train on nothing. */
  noText(): UserError {
    return new UserError(
      vscode.l10n.t('There is no text to train on: open a file, or run “Recurrent: Open Sample Text”.'),
    );
  }
}

/**
 * Whether a text may be read because a run's record names it: one of this machine, of a place that the workspace has, or open in an
 * editor. Another server, or a scheme that nothing here knows, is asked for nothing.
 */
function isWithinReach(uri: vscode.Uri): boolean {
  const name = uri.toString();
  if (vscode.workspace.textDocuments.some((open) => open.uri.toString() === name)) return true;
  if (uri.scheme === 'file' && uri.authority === '') return true;
  const { workspaceFolders = [] } = vscode.workspace;
  return workspaceFolders.some((folder) => folder.uri.scheme === uri.scheme && folder.uri.authority === uri.authority);
}
