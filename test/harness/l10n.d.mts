/** Collects the texts that src/ gives to `vscode.l10n.t`: text → the same text, sorted. */
export function localizedTexts(folder?: string): Record<string, string>;
