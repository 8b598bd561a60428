import * as vscode from 'vscode';
import { writeAtomically } from '../platform/files';
import { recallText } from '../text/recall';
import { UserError } from '../text/user-error';

const timeMachine = 'https://www.gutenberg.org/cache/epub/35/pg35.txt';
const patience = 30_000;

/** The texts for newcomers, kept in the extension's own storage so that they may be edited. */
export class Samples {
  /**
   * @param extension where `dist/samples` is
   * @param storage where copies go
   */
  constructor(
    private readonly extension: vscode.Uri,
    private readonly storage: vscode.Uri,
  ) {}

  /** A copy of Moby-Dick, which comes with the extension. @throws UserError if it cannot be written */
  async mobyDick(): Promise<vscode.Uri> {
    const copy = vscode.Uri.joinPath(this.storage, 'samples', 'moby-dick.txt');
    if (await exists(copy)) return copy;
    const original = vscode.Uri.joinPath(this.extension, 'dist', 'samples', 'moby-dick.txt');
    try {
      await writeAtomically(copy.fsPath, await vscode.workspace.fs.readFile(original));
    } catch (error) {
      throw new UserError(vscode.l10n.t('The sample text cannot be copied to {0}: {1}.', copy.fsPath, reason(error)));
    }
    return copy;
  }

  /** A text where memory shows (`recallText`). @throws UserError if it cannot be written */
  async recall(): Promise<vscode.Uri> {
    const copy = vscode.Uri.joinPath(this.storage, 'samples', 'recall.txt');
    if (await exists(copy)) return copy;
    try {
      await writeAtomically(copy.fsPath, recallText().text);
    } catch (error) {
      throw new UserError(vscode.l10n.t('The text cannot be written to {0}: {1}.', copy.fsPath, reason(error)));
    }
    return copy;
  }

  /**
   * The Time Machine: the copy downloaded before, or a new one if the person agrees.
   * @returns undefined if they do not
   * @throws UserError if it cannot be downloaded or written
   */
  async timeMachine(): Promise<vscode.Uri | undefined> {
    const copy = vscode.Uri.joinPath(this.storage, 'samples', 'the-time-machine.txt');
    if (await exists(copy)) return copy;
    const download = vscode.l10n.t('Download');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Download The Time Machine by H. G. Wells from Project Gutenberg?'),
      { modal: true, detail: vscode.l10n.t('About 200 KB from {0}. Nothing else is sent or fetched.', timeMachine) },
      download,
    );
    if (answer !== download) return undefined;
    const title = vscode.l10n.t('Downloading The Time Machine');
    const bytes = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      fetchText(),
    );
    try {
      await writeAtomically(copy.fsPath, bytes);
    } catch (error) {
      throw new UserError(vscode.l10n.t('The text cannot be written to {0}: {1}.', copy.fsPath, reason(error)));
    }
    return copy;
  }
}

async function fetchText(): Promise<Uint8Array> {
  try {
    const response = await fetch(timeMachine, { signal: AbortSignal.timeout(patience) });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return withoutLicence(await response.text());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UserError(
      vscode.l10n.t(
        'The Time Machine could not be downloaded ({0}); check the network, or open any other text.',
        reason(cause),
      ),
    );
  }
}

/** The book alone: what stands between Project Gutenberg's marks. @throws Error if they are not there */
function withoutLicence(text: string): Uint8Array {
  const book = /\*\*\* ?START OF[^\n]*\*\*\*\r?\n([\s\S]*?)\*\*\* ?END OF/.exec(text)?.[1];
  if (book === undefined) throw new Error(vscode.l10n.t('what came is not the book'));
  return new TextEncoder().encode(`${book.replaceAll('\r\n', '\n').trim()}\n`);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, '');
}
