import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder that web pages may load from, and nothing else. */
export function pageFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

/**
 * The HTML of one of our pages: a script, a style sheet, an empty root, and a policy that allows nothing more.
 * @param name of the files in dist/webview, `panel` or `sidebar`
 */
export function pageHtml(webview: vscode.Webview, extension: vscode.Uri, name: 'panel' | 'sidebar'): string {
  const nonce = randomBytes(18).toString('base64');
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extension), file)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} blob: data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta property="csp-nonce" content="${nonce}">
  <link rel="stylesheet" href="${uri(`${name}.css`)}">
  <title>Recurrent</title>
</head>
<body>
  <div id="root"></div>
  <script nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
</body>
</html>`;
}
