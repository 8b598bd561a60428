import * as vscode from 'vscode';
import { flowLevel, flowLevels, usualLags } from '../analysis/flow-level';
import type { FlowResult } from '../protocol/generation';
import { inDigits, inFigures } from '../text/numbers';
import { placesFromEnd } from '../text/places';
import { UserError } from '../text/user-error';
import { modelInFront, textBefore } from './completion';
import { Disposable } from './disposable';
import type { Generator } from './generator';
import type { Run } from './run';
import type { Runs } from './runs';

/** What the command shows, and where. */
export interface ShownFlow {
  readonly run: string;
  readonly result: FlowResult;
  /** Of each token before the one looked at, nearest first: how strongly it is tinted, 0 … 8. */
  readonly levels: readonly number[];
  /** Of each token before the one looked at, nearest first; undefined if they are listed, and not tinted in the text. */
  readonly ranges?: readonly vscode.Range[];
  /** Of the token looked at. */
  readonly target?: vscode.Range;
  /** The sentence of the status bar. */
  readonly message: string;
  /** What more is known of a linear RNN: a sentence, or nothing. */
  readonly more: string;
  /** What is said of each token before the one looked at, nearest first: a line for each layer, and the exact norm of a linear RNN. */
  readonly lags: readonly (readonly string[])[];
}

/**
 * Follows the loss of the token before the cursor back through the text: each token before it is tinted by the norm of the
 * gradient that arrives there. The tint goes away with an edit, another selection, or Escape.
 */
export class GradientFlow extends Disposable {
  private readonly tints = Array.from({ length: flowLevels + 1 }, (_, level) =>
    this._register(vscode.window.createTextEditorDecorationType(tint(level))),
  );
  private readonly outline = this._register(
    vscode.window.createTextEditorDecorationType({
      borderColor: new vscode.ThemeColor('recurrent.gradientFlowTokenBorder'),
      borderStyle: 'solid',
      borderWidth: '1px',
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
  private current: { readonly editor: vscode.TextEditor; readonly message: vscode.Disposable } | undefined;
  /** What is tinted now. */
  shown: ShownFlow | undefined;

  constructor(
    private readonly runs: Runs,
    private readonly generator: Generator,
  ) {
    super();
    const { onDidChangeTextEditorSelection, onDidChangeVisibleTextEditors } = vscode.window;
    this._register(
      onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === this.current?.editor) this.clear();
      }),
    );
    this._register(
      onDidChangeVisibleTextEditors((editors) => {
        if (this.current && !editors.includes(this.current.editor)) this.clear();
      }),
    );
    this._register(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document === this.current?.editor.document && contentChanges.length > 0) this.clear();
      }),
    );
  }

  /** Shows the flow of the token before the cursor, under the model in front. @throws UserError if that cannot be */
  async show(): Promise<ShownFlow> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) {
      throw new UserError(vscode.l10n.t('There is no cursor to look back from: open a text and put the cursor in it.'));
    }
    await this.runs.restore();
    const run = modelInFront(this.runs);
    if (!run) throw new UserError(vscode.l10n.t('There is no model yet: train one on any text first.'));
    const { document } = editor;
    const { version } = document;
    const at = editor.selection.active;
    const text = textBefore(document, at);
    const place = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Following the gradient back') };
    const result = await vscode.window.withProgress(place, () => this.generator.flow(run, { text, steps: usualLags }));
    if (document.version !== version) {
      throw new UserError(vscode.l10n.t('The text changed while the gradient was followed back; ask once more.'));
    }
    this.clear();
    return this.present(editor, run, result, rangesBefore(document, at, text, run, result));
  }

  /** Takes the tint away. */
  clear(): void {
    if (!this.current) return;
    const { editor, message } = this.current;
    for (const type of [...this.tints, this.outline]) editor.setDecorations(type, []);
    message.dispose();
    this.current = undefined;
    this.shown = undefined;
    setKey(false);
  }

  override dispose(): void {
    this.clear();
    super.dispose();
  }

  private present(
    editor: vscode.TextEditor,
    run: Run,
    result: FlowResult,
    ranges: readonly vscode.Range[] | undefined,
  ): ShownFlow {
    const norms = result.norms[0];
    const greatest = Math.max(...norms.filter(Number.isFinite));
    const levels = norms.map((norm) => flowLevel(norm, greatest));
    const message = sentence(result, run);
    const more = sentenceOnLinear(result);
    const lags = norms.map((_, k) => describeLag(result, k));
    const shown = { run: run.id, result, levels, message, more, lags, ranges: ranges?.slice(1), target: ranges?.[0] };
    if (!ranges) {
      void list(shown, run, `${message} ${more}`.trim());
      return shown;
    }
    const marks = ranges.slice(1).map((range, k) => ({ range, hoverMessage: hover(lags[k], k), level: levels[k] }));
    this.tints.forEach((type, level) => {
      editor.setDecorations(
        type,
        marks.filter((mark) => mark.level === level),
      );
    });
    const tip = vscode.l10n.t('Escape takes the tint away.');
    const hoverMessage = [message, more, tip].filter((part) => part !== '').map(plain);
    editor.setDecorations(this.outline, [{ range: ranges[0], hoverMessage }]);
    this.current = { editor, message: vscode.window.setStatusBarMessage(`$(pulse) ${message}`) };
    this.shown = shown;
    setKey(true);
    return shown;
  }
}

function tint(level: number): vscode.DecorationRenderOptions {
  const rangeBehavior = vscode.DecorationRangeBehavior.ClosedClosed;
  if (level === 0) return { rangeBehavior };
  return { rangeBehavior, backgroundColor: new vscode.ThemeColor(`recurrent.gradientFlow${level}Background`) };
}

function setKey(shown: boolean): void {
  void vscode.commands.executeCommand('setContext', 'recurrent.gradientFlowShown', shown);
}

/** Where the token looked at and those before it stand, last first; undefined if the model reads the text otherwise. */
function rangesBefore(
  document: vscode.TextDocument,
  at: vscode.Position,
  text: string,
  run: Run,
  { token, before, form }: FlowResult,
): vscode.Range[] | undefined {
  const places = placesFromEnd(text, [token, ...before], { ...run.configuration.text, form });
  const lines = text.split('\n');
  const first = at.line - lines.length + 1;
  const missing = (first === at.line ? at.character : document.lineAt(first).text.length) - lines[0].length;
  const position = (offset: number) => {
    const before = text.slice(0, offset).split('\n');
    const character = (before.at(-1) ?? '').length;
    return new vscode.Position(first + before.length - 1, before.length === 1 ? character + missing : character);
  };
  return places?.map(({ start, end }) => new vscode.Range(position(start), position(end)));
}

function sentence({ token, bits }: FlowResult, run: Run): string {
  return vscode.l10n.t(
    'Gradient flow of {0}: a surprise of {1} bits under {2}.',
    visible(token),
    inFigures(bits, 2),
    run.name,
  );
}

function sentenceOnLinear({ linear, norms }: FlowResult): string {
  if (!linear) return '';
  const radius = inDigits(linear.spectralRadius, 4);
  return norms.length === 1
    ? vscode.l10n.t('Spectral radius of W_hh: {0}.', radius)
    : vscode.l10n.t('Spectral radius of W_hh of the top layer, {0}: {1}.', norms.length, radius);
}

/** What is said of one lag: for each layer, the norm and its share of lag 0; for a linear RNN, what the powers of W_hh give. */
function describeLag({ norms, linear }: FlowResult, k: number): string[] {
  const lines = norms.map((layer, index) => {
    const norm = inDigits(layer[k], 3);
    const share = inDigits((100 * layer[k]) / layer[0], 3);
    return norms.length === 1
      ? vscode.l10n.t('‖∂L/∂h‖ = {0}, {1}% of lag 0', norm, share)
      : vscode.l10n.t('Layer {0}: ‖∂L/∂h‖ = {1}, {2}% of lag 0', index + 1, norm, share);
  });
  if (linear) lines.push(vscode.l10n.t('Exactly, by the powers of W_hh: {0}', inDigits(linear.exact[k], 3)));
  return lines;
}

/** Holds numbers only, so nothing in it needs escaping. */
function hover(lines: readonly string[], k: number): vscode.MarkdownString[] {
  const lag = vscode.l10n.t('lag {0}', k);
  return lines.map((line) => new vscode.MarkdownString(`**${lag}**: ${line}`));
}

function plain(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(text);
}

/** The tokens as a list, for a text that the model reads otherwise than it is written. */
async function list({ result, lags }: ShownFlow, { configuration }: Run, title: string): Promise<void> {
  const items = result.before.map((token, k) => ({
    label: `${vscode.l10n.t('lag {0}', k)}  ${visible(token)}`,
    description: lags[k].join('; '),
  }));
  const { normalize } = configuration.text;
  const placeHolder =
    normalize === 'letters' || normalize === 'd2l'
      ? vscode.l10n.t('The model reads letters only, so its tokens are listed and not tinted in the text')
      : vscode.l10n.t('The model’s tokens are not pieces of this text, so they are listed and not tinted in it');
  await vscode.window.showQuickPick(items, { title, placeHolder });
}

/** A token on one line, in quotation marks, with blanks and breaks made visible. */
function visible(token: string): string {
  return `“${token.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '␣')}”`;
}
