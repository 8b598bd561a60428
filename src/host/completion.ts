import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { UserError } from '../text/user-error';
import { Disposable } from './disposable';
import type { Generator } from './generator';
import type { Run } from './run';
import type { Runs } from './runs';
import { readCompletionSettings, readGeneration } from './settings';

/** Characters before the cursor that the model reads. */
const promptCharacters = 1000;

/**
 * Inline completions from the newest model. Registered only while they are switched on: switched off, nothing is
 * computed. Tab stays the editor's own.
 */
export class Completions extends Disposable implements vscode.InlineCompletionItemProvider {
  private registration: vscode.Disposable | undefined;
  private reported = '';

  constructor(
    private readonly runs: Runs,
    private readonly generator: Generator,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
    this._register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('recurrent.completion')) this.register();
      }),
    );
    this._register({ dispose: () => this.registration?.dispose() });
    this.register();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const settings = readCompletionSettings();
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const after = document.lineAt(position).text.slice(position.character);
    if (!asked && /\w/.test(after)) return undefined;
    if (!asked && !(await pause(settings.delay, token))) return undefined;
    await this.runs.restore();
    const run = newestModel(this.runs.all);
    if (!run || token.isCancellationRequested) return undefined;
    const selected = context.selectedCompletionInfo;
    const range = selected?.range ?? new vscode.Range(position, position);
    const begun = selected?.text ?? '';
    const text = await this.sample(run, textBefore(document, range.start) + begun, document.uri, token);
    if (!text || token.isCancellationRequested || !this.registration) return undefined;
    return [new vscode.InlineCompletionItem(begun + text, range)];
  }

  private async sample(run: Run, prompt: string, uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const { length, temperature } = readCompletionSettings();
    try {
      const here = { prompt: '', length, temperature, beams: 0, ending: 'length' } as const;
      const options = readGeneration(uri, here);
      const request = { prompt, options, seed: seedOf(prompt), stop: '\n' };
      const { tokens, cancelled } = await this.generator.continue(run, request, token);
      if (cancelled) return '';
      const text = tokens.map((sampled) => sampled.text).join('');
      return tokens.length < length ? text.trimEnd() : wholeWords(text);
    } catch (error) {
      this.report(error);
      return '';
    }
  }

  /** Writes a problem to the log, once for each: completions run unasked, so they never interrupt. */
  private report(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    if (message === this.reported) return;
    this.reported = message;
    this.log.warn(error instanceof UserError ? message : (stack ?? message));
  }

  private register(): void {
    const { enabled, languages } = readCompletionSettings();
    // What is on offer at this moment would stay on the screen, and be asked for again by nobody.
    if (this.registration && !enabled) void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    this.registration?.dispose();
    this.registration = enabled
      ? vscode.languages.registerInlineCompletionItemProvider(
          languages.map((language) => (language === '*' ? { pattern: '**' } : { language })),
          this,
        )
      : undefined;
  }
}

/** The run whose weights are newest, preferring one that trains; undefined if none has weights. */
export function newestModel(runs: readonly Run[]): Run | undefined {
  return runs.find((run) => run.isLive && run.hasCheckpoint) ?? runs.find((run) => run.hasCheckpoint);
}

/** The model that a command is meant for: that of the run in front if it has one, else the newest. */
export function modelInFront({ front, all }: Pick<Runs, 'front' | 'all'>): Run | undefined {
  return front?.hasCheckpoint ? front : newestModel(all);
}

/** The text before a position that a model reads as its prompt. */
export function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  const offset = document.offsetAt(position);
  const start = document.positionAt(Math.max(0, offset - promptCharacters));
  const text = document.getText(new vscode.Range(start, position)).replaceAll('\r\n', '\n');
  return text.replace(/^[\uDC00-\uDFFF]/, '');
}

/** The same prompt asks for the same text. */
export function seedOf(prompt: string): number {
  return createHash('sha256').update(prompt).digest().readUInt32LE(0);
}

/** Leaves out a last word that may have been cut short, if something is left then. */
function wholeWords(text: string): string {
  const end = text.trimEnd().search(/\s\S*$/);
  return end > 0 && /\S/.test(text.slice(0, end)) ? text.slice(0, end) : text;
}

/** Waits. Resolves to whether nobody cancelled meanwhile. */
function pause(milliseconds: number, token: vscode.CancellationToken): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (uncancelled: boolean) => {
      clearTimeout(timer);
      listener.dispose();
      resolve(uncancelled);
    };
    const timer = setTimeout(() => done(true), milliseconds);
    const listener = token.onCancellationRequested(() => done(false));
  });
}
