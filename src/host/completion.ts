import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { UserError } from '../text/user-error';
import { chooseModel } from './completion-model';
import { completionSelector, folderSchemes, isText, languageOf } from './completion-places';
import { isPlace, presentable, type Surroundings, withoutRepeated } from './completion-rules';
import { Disposable } from './disposable';
import type { Generator } from './generator';
import { KeptCompletions } from './kept-completions';
import type { Run } from './run';
import type { Runs } from './runs';
import { readCompletionSettings, readGeneration } from './settings';
import { withoutOpenWord } from './word-edges';

/** Characters before the cursor that the model reads. */
const promptCharacters = 1000;

/** The share of a prompt's characters that a model must know. */
const leastKnown = 0.5;

/** Lines after the cursor among which the next one with a text is looked for. */
const nextLines = 20;

/** A place in a document where a text may be inserted, with what stands around it. */
interface Spot extends Surroundings {
  readonly document: vscode.TextDocument;
  /** What is replaced: nothing, but for what the suggestion list has selected. */
  readonly range: vscode.Range;
  /** What stands there before the completion once it is accepted: what the suggestion list has selected. */
  readonly begun: string;
  /** The end of the text before the completion, as a model reads it. */
  readonly prompt: string;
  /** Of the completion, in UTF-16 units of the document. */
  readonly offset: number;
}

/**
 * Inline completions from the best model for a document. Registered only while they are switched on: switched off, nothing is
 * computed. Tab stays the editor's own.
 */
export class Completions extends Disposable implements vscode.InlineCompletionItemProvider {
  private registration: vscode.Disposable | undefined;
  private readonly kept = new KeptCompletions();
  private reported = '';

  constructor(
    private readonly runs: Runs,
    private readonly generator: Generator,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
    this._register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('recurrent')) this.kept.forget();
        if (event.affectsConfiguration('recurrent.completion')) this.register();
      }),
    );
    this._register(vscode.workspace.onDidChangeWorkspaceFolders(() => this.register()));
    this._register(runs.onDidChangeList(() => this.kept.forget(({ run }) => !runs.get(run))));
    this._register({ dispose: () => this.registration?.dispose() });
    this.register();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    { triggerKind, selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const asked = triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    if (!isText(document)) return undefined;
    const spot = spotAt(document, selected?.range ?? new vscode.Range(position, position), selected?.text ?? '');
    if (!isPlace(spot, asked)) return undefined;
    const text = this.rest(spot, asked) ?? (await this.find(spot, asked, token));
    if (!text || token.isCancellationRequested || !this.registration) return undefined;
    const rest = withoutRepeated(text, spot);
    return rest ? [new vscode.InlineCompletionItem(spot.begun + rest, spot.range)] : undefined;
  }

  /** In one line, for people: whose model serves in a document; undefined where completions are not offered. */
  describe(document: vscode.TextDocument): string | undefined {
    const { enabled, languages } = readCompletionSettings();
    if (!enabled) return vscode.l10n.t('Completions: switched off');
    const offered = vscode.languages.match(completionSelector(languages, folderSchemes()), document) > 0;
    if (!offered || !isText(document)) return undefined;
    const run = chooseModel(this.runs.all, document, languageOf, false);
    return run
      ? vscode.l10n.t('Completions: {0}', run.name)
      : vscode.l10n.t('Completions: none yet; no model of such a text is better than its 2-gram');
  }

  /** What is left of a completion that was found before and that is typed along. */
  private rest(spot: Spot, asked: boolean): string | undefined {
    const document = spot.document.uri.toString();
    return this.kept.rest(document, spot.prompt, spot.offset, ({ run, weights }, newest) => {
      // What is on the screen stays, though its model has learnt since.
      return (newest && !asked) || this.runs.get(run)?.weightsVersion === weights;
    });
  }

  /** Asks a model, and keeps what it says. */
  private async find(spot: Spot, asked: boolean, token: vscode.CancellationToken): Promise<string> {
    if (!asked && !(await pause(readCompletionSettings().delay, token))) return '';
    await this.runs.restore();
    const { document, prompt, offset } = spot;
    const run = chooseModel(this.runs.all, document, languageOf, asked);
    if (!run || token.isCancellationRequested) return '';
    const weights = run.weightsVersion;
    const text = await this.sample(run, spot, token);
    if (text) this.kept.keep({ document: document.uri.toString(), offset, prompt, text, run: run.id, weights });
    return text;
  }

  private async sample(run: Run, { document, prompt, before }: Spot, token: vscode.CancellationToken): Promise<string> {
    const { length, temperature } = readCompletionSettings();
    try {
      const here = { prompt: '', length, temperature, beams: 0, ending: 'length' } as const;
      const options = readGeneration(document.uri, here);
      // Drawn anew with each word, and not with each letter.
      const request = { prompt, options, seed: seedOf(withoutOpenWord(prompt)), stop: '\n' };
      const { text, end, cancelled, unknown, surprise } = await this.generator.continue(run, request, token);
      if (cancelled || 1 - unknown.share < leastKnown || surprise >= 1) return '';
      return presentable({ text, cut: end === 'length', afterUnknown: unknown.atEnd }, before);
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
    const selector = completionSelector(languages, folderSchemes());
    this.registration = enabled ? vscode.languages.registerInlineCompletionItemProvider(selector, this) : undefined;
  }
}

function spotAt(document: vscode.TextDocument, range: vscode.Range, begun: string): Spot {
  const prompt = lastOf(textBefore(document, range.start) + begun);
  return {
    document,
    range,
    begun,
    prompt,
    offset: document.offsetAt(range.start) + begun.length,
    before: prompt.slice(prompt.lastIndexOf('\n') + 1),
    after: document.lineAt(range.end).text.slice(range.end.character),
    next: nextLine(document, range.end.line),
  };
}

/** The next line that is not blank, if it is near. */
function nextLine(document: vscode.TextDocument, line: number): string {
  const end = Math.min(document.lineCount, line + 1 + nextLines);
  for (let at = line + 1; at < end; at++) {
    const { text, isEmptyOrWhitespace } = document.lineAt(at);
    if (!isEmptyOrWhitespace) return text;
  }
  return '';
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
  return lastOf(document.getText(new vscode.Range(start, position)));
}

/** As much of a text's end as a model reads: whole characters. */
function lastOf(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .slice(-promptCharacters)
    .replace(/^[\uDC00-\uDFFF]/, '');
}

/** The same prompt asks for the same text. */
export function seedOf(prompt: string): number {
  return createHash('sha256').update(prompt).digest().readUInt32LE(0);
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
