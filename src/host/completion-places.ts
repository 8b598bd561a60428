import * as vscode from 'vscode';
import { z } from 'zod';

/**
 * Schemes of documents that a person writes as texts. What VS Code and its extensions use documents for besides (inputs of
 * chats, comments, commits and consoles, outputs, search results, settings) has schemes of its own, ever new ones: whatever is
 * not named here is left alone. A folder's file system, whatever it is, is named by having been opened.
 */
const schemes = ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell'];

/** Languages of files that are messages to somebody or listings, and no texts, though an editor opens them. */
const elsewhere = new Set(['git-commit', 'git-rebase', 'scminput', 'search-result', 'log', 'Log', 'code-text-binary']);

/**
 * Where completions are offered.
 * @param languages identifiers; * stands for all
 * @param folders schemes of the folders of the workspace
 */
export function completionSelector(languages: readonly string[], folders: readonly string[]): vscode.DocumentFilter[] {
  return [...new Set([...schemes, ...folders])].flatMap((scheme) =>
    languages.map((language) => (language === '*' ? { scheme, pattern: '**' } : { scheme, language })),
  );
}

/** The schemes of the folders that are open. */
export function folderSchemes(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.scheme);
}

/** Whether a document that a selector lets through is a text after all. */
export function isText({ languageId }: Pick<vscode.TextDocument, 'languageId'>): boolean {
  return !elsewhere.has(languageId);
}

const languagesSchema = z.object({
  contributes: z.object({
    languages: z.array(z.object({ id: z.string(), extensions: z.array(z.string()).optional() })),
  }),
});

let extensions: ReadonlyMap<string, string> | undefined;

/** The language of a file by the end of its name, as the extensions of this editor say; plain text if none does. */
export function languageOf(name: string): string {
  extensions ??= readExtensions();
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  for (let dot = base.indexOf('.'); dot >= 0; dot = base.indexOf('.', dot + 1)) {
    const language = extensions.get(base.slice(dot));
    if (language) return language;
  }
  return 'plaintext';
}

function readExtensions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { packageJSON } of vscode.extensions.all) {
    const { data } = languagesSchema.safeParse(packageJSON);
    for (const { id, extensions: ends = [] } of data?.contributes.languages ?? []) {
      for (const end of ends) found.set(end.toLowerCase(), id);
    }
  }
  return found;
}
