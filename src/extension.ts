import type * as vscode from 'vscode';

/** Called once by VS Code when the extension is first needed. */
export function activate(_context: vscode.ExtensionContext): void {}
