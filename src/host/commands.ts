import { copyFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { UserError } from '../text/user-error';
import { modelInFront, seedOf, textBefore } from './completion';
import { configurationOf, demonstrationNamed, pickDemonstration } from './demonstrations';
import { Disposable } from './disposable';
import type { Generator } from './generator';
import type { GradientFlow } from './gradient-flow';
import { showError } from './messages';
import type { Panels } from './panel';
import { Run } from './run';
import type { Runs } from './runs';
import type { Samples } from './samples';
import type { Session } from './session';
import { readChangeable, readGeneration } from './settings';
import type { Trainer } from './trainer';
import { pickConfiguration } from './training-picker';

/** What a menu, a page or a keybinding hands to a command: a file, a run of the tree, or a run's id. */
type Target = vscode.Uri | Run | string | undefined;

/** How long the status bar says what a command did, ms. */
const announceFor = 5000;

/** What the commands work with. */
export interface CommandParts {
  readonly runs: Runs;
  readonly trainer: Trainer;
  readonly panels: Panels;
  readonly generator: Generator;
  readonly gradientFlow: GradientFlow;
  readonly samples: Samples;
  readonly log: vscode.LogOutputChannel;
}

/** Registers every command of package.json; an error in one becomes one sentence. */
export class Commands extends Disposable {
  constructor(private readonly parts: CommandParts) {
    super();
    const { runs, panels, samples, log } = parts;
    this.add('train', (target) => this.train(target));
    this.add('trainWithOptions', (target) => this.trainWithOptions(target));
    this.add('runAgain', (target) => this.trainWithOptions(this.runOf(target)));
    this.add('trainOnSampleText', async () => {
      const uri = await samples.mobyDick();
      await this.show(uri);
      return this.train(uri);
    });
    this.add('demonstrate', (target) => this.demonstrate(target));
    this.add('openSampleText', async () => this.show(await samples.mobyDick()));
    this.add('downloadSampleText', async () => {
      const uri = await samples.timeMachine();
      if (uri) await this.show(uri);
    });
    this.add('pause', (target) => this.sessionOf(target)?.pause());
    this.add('resume', async (target) => {
      const run = this.runOf(target);
      if (run.canGoOn) await parts.trainer.goOn(run);
      else this.sessionOf(target)?.resume();
    });
    this.add('goBackAndClip', (target) => parts.trainer.mend(this.runOf(target), 'clip'));
    this.add('goBackAndSlow', (target) => parts.trainer.mend(this.runOf(target), 'slow'));
    this.add('stop', (target) => this.sessionOf(target)?.stop());
    this.add('checkpoint', (target) => this.sessionOf(target)?.checkpoint());
    this.add('openPanel', async (target) => {
      await runs.restore();
      panels.open(this.find(target));
    });
    this.add('compareRun', async (target) => {
      await runs.restore();
      this.compare(this.runOf(target));
    });
    this.add('deleteRun', (target) => this.deleteRun(this.runOf(target)));
    this.add('revealCheckpoint', (target) => this.revealCheckpoint(this.runOf(target)));
    this.add('continueHere', () => this.continueHere());
    this.add('gradientFlowHere', () => parts.gradientFlow.show());
    this.add('clearGradientFlow', () => parts.gradientFlow.clear());
    this.add('toggleCompletions', () => this.toggleCompletions());
    this.add('showLog', () => log.show());
  }

  private add(name: string, action: (target: Target) => unknown): void {
    const guarded = async (target: Target) => {
      try {
        return await action(target);
      } catch (error) {
        showError(error, this.parts.log);
        return undefined;
      }
    };
    this._register(vscode.commands.registerCommand(`recurrent.${name}`, guarded));
  }

  private async train(target: Target): Promise<string> {
    const run = await this.parts.trainer.train(target instanceof vscode.Uri ? target : undefined);
    this.parts.panels.open(run);
    return run.id;
  }

  /** Switches completions, and says so for a moment: nothing else would show that it is done. */
  private async toggleCompletions(): Promise<void> {
    const settings = vscode.workspace.getConfiguration('recurrent.completion');
    const enabled = !settings.get('enabled');
    await settings.update('enabled', enabled, targetOf(settings.inspect('enabled')));
    vscode.window.setStatusBarMessage(
      enabled ? vscode.l10n.t('Inline completions are on') : vscode.l10n.t('Inline completions are off'),
      announceFor,
    );
  }

  private async trainWithOptions(target: Target): Promise<string | undefined> {
    const { trainer, panels } = this.parts;
    const before = this.find(target);
    const uri = target instanceof vscode.Uri ? target : trainer.activeText();
    const source = before?.summary.source ?? uri?.path.split('/').at(-1) ?? '';
    if (!before && !uri) throw trainer.noText();
    const begin = before ? { configuration: before.configuration, problem: '' } : readChangeable(uri);
    const configuration = await pickConfiguration(begin.configuration, source, begin.problem);
    if (!configuration) return undefined;
    const run = before ? await trainer.again(before, configuration) : await trainer.train(uri, configuration);
    panels.open(run);
    return run.id;
  }

  /** Starts the run that shows a topic of the lecture, named by the argument or chosen. */
  private async demonstrate(target: Target): Promise<string | undefined> {
    const named = typeof target === 'string' ? demonstrationNamed(target) : undefined;
    const demonstration = named ?? (await pickDemonstration());
    if (!demonstration) return undefined;
    const { trainer, samples, panels } = this.parts;
    const run = await trainer.train(await samples[demonstration.on](), configurationOf(demonstration));
    panels.open(run);
    // Ticks off the topic's step of the walkthrough, and no other's.
    if (named) void vscode.commands.executeCommand('setContext', `recurrent.demonstrated.${target}`, true);
    return run.id;
  }

  private compare(run: Run): void {
    const { runs, panels } = this.parts;
    if (run === runs.front) {
      throw new UserError(vscode.l10n.t('{0} is the run that is shown; compare another one with it.', run.name));
    }
    panels.open().compare(run);
  }

  private async deleteRun(run: Run): Promise<void> {
    if (run.isElsewhere) throw run.refusal();
    const remove = vscode.l10n.t('Delete');
    const detail = vscode.l10n.t('Its history and its checkpoints are deleted from disk.');
    const question = vscode.l10n.t('Delete the run {0}?', run.name);
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove);
    if (answer !== remove) return;
    await this.parts.generator.forget(run);
    await this.parts.runs.delete(run);
  }

  private async revealCheckpoint(run: Run): Promise<void> {
    const file = run.checkpointFile();
    if (!file) throw new UserError(vscode.l10n.t('{0} has no checkpoint yet.', run.name));
    if (run.wasTouched) await run.save();
    if (!vscode.env.remoteName && vscode.env.uiKind === vscode.UIKind.Desktop) {
      await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file));
      return;
    }
    const name = `${run.name.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-')}.safetensors`;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(run.folder.path);
    const title = vscode.l10n.t('Save a Copy of the Checkpoint');
    const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, name), title });
    if (!target) return;
    if (target.scheme === 'file') await copyFile(file, target.fsPath);
    else await vscode.workspace.fs.copy(vscode.Uri.file(file), target, { overwrite: true });
  }

  private async continueHere(): Promise<void> {
    const { runs, generator } = this.parts;
    const editor = vscode.window.activeTextEditor;
    if (!editor) throw new UserError(vscode.l10n.t('There is no cursor to continue at: open a text first.'));
    await runs.restore();
    const run = modelInFront(runs);
    if (!run) throw new UserError(vscode.l10n.t('There is no model yet: train one on any text first.'));
    const at = editor.selection.active;
    const { document } = editor;
    const { version } = document;
    const prompt = textBefore(document, at);
    const options = readGeneration(document.uri, { prompt: '' });
    const title = vscode.l10n.t('Continuing with {0}', run.name);
    const place = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    const result = await vscode.window.withProgress(place, (_, token) =>
      generator.continue(run, { prompt, options, seed: seedOf(prompt) }, token),
    );
    if (result.cancelled) return;
    if (document.version !== version) {
      throw new UserError(
        vscode.l10n.t('The text changed while it was continued, so nothing was inserted; ask once more.'),
      );
    }
    await editor.edit((edit) => edit.insert(at, result.text));
  }

  private async show(uri: vscode.Uri): Promise<void> {
    await vscode.window.showTextDocument(uri, { preview: false });
  }

  /**
   * The run that a command is meant for: its argument, or the one in front.
   * @throws UserError if there is none, or if the one it is meant for was deleted meanwhile
   */
  private runOf(target: Target): Run {
    const { runs } = this.parts;
    const named = target instanceof Run ? target.id : target;
    const run = typeof named === 'string' ? runs.get(named) : runs.front;
    if (run) return run;
    if (typeof named === 'string') throw new UserError(vscode.l10n.t('This run was deleted; choose another one.'));
    throw new UserError(vscode.l10n.t('There is no run yet: train on any text first.'));
  }

  /** What trains the run that a command is meant for, if anything does. @throws UserError if another window does */
  private sessionOf(target: Target): Session | undefined {
    const run = this.runOf(target);
    if (run.isElsewhere) throw run.refusal();
    return this.parts.runs.session(run);
  }

  private find(target: Target): Run | undefined {
    if (target instanceof Run) return target;
    return typeof target === 'string' ? this.parts.runs.get(target) : undefined;
  }
}

/** Where a setting is to be written so that it takes effect: the place that now decides it. */
function targetOf(setting: ReturnType<vscode.WorkspaceConfiguration['inspect']>): vscode.ConfigurationTarget {
  if (setting?.workspaceFolderValue !== undefined) return vscode.ConfigurationTarget.WorkspaceFolder;
  if (setting?.workspaceValue !== undefined) return vscode.ConfigurationTarget.Workspace;
  return vscode.ConfigurationTarget.Global;
}
