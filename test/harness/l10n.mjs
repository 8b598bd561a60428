// The texts that src/ gives to vscode.l10n.t, as translators find them in l10n/bundle.l10n.json.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Collects the texts of all files under a folder.
 * @returns text → the same text, sorted
 * @throws an Error naming a call whose first argument is not a literal: nobody could translate it
 */
export function localizedTexts(folder = 'src') {
  const texts = new Set();
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.ts') || file.includes('assembly')) continue;
    const path = join(folder, file);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      if (ts.isCallExpression(node) && node.expression.getText().endsWith('l10n.t')) {
        const [text] = node.arguments;
        if (!text || !ts.isStringLiteral(text)) throw new Error(`${path}: ${node.getText()} has no literal text.`);
        texts.add(text.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return Object.fromEntries([...texts].sort().map((text) => [text, text]));
}
