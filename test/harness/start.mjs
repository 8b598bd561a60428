// `npm start`: the laboratory in a real VS Code with the sample text open. In the desktop VS Code when `code` is on PATH,
// else in the browser through code-server. Options: --port N (browser only), --browser (even when `code` is on PATH).

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, remoteUri, startServer, workbenchAddress } from './code-server.mjs';
import { ensure, toolFolder } from './ensure.mjs';
import { HarnessError, main, must, root, say, which } from './shell.mjs';
import { makeWorkspace } from './workspace.mjs';

/** Kept between starts, so that runs, settings and edited texts are found again. */
const laboratory = join(toolFolder, 'laboratory');

function options() {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, browser: { type: 'boolean', default: false } },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new HarnessError(`--port ${values.port} is not a port: give a whole number from 1 to 65535.`);
    }
    return { port, browser: values.browser };
  } catch (error) {
    throw new HarnessError(error.message.replace(/[.]?$/, '.'));
  }
}

async function inDesktop(code) {
  await must(process.execPath, ['esbuild.mjs']);
  const workspace = makeWorkspace(join(laboratory, 'texts'));
  await must(code, [`--extensionDevelopmentPath=${root}`, '--new-window', workspace.folder, workspace.sample]);
  say(
    'VS Code is open with the sample text. Run “Recurrent: Train Language Model on This File” from the palette (F1).',
  );
}

async function inBrowser(codeServer, port) {
  say('Packaging the extension …');
  await must('npm', ['run', '--loglevel=error', 'package']);
  const workspace = makeWorkspace(join(laboratory, 'texts'));
  const server = await startServer(codeServer, {
    port: port ?? (await freePort(8321)),
    vsix: join(root, 'recurrent.vsix'),
    home: laboratory,
    // The panel takes half of the window, and a book's lines are longer than that.
    settings: { 'editor.wordWrap': 'on' },
  });
  const address = workbenchAddress(server, workspace.folder, [['openFile', remoteUri(server, workspace.sample)]]);
  process.on('SIGINT', () => server.stop());
  process.on('SIGTERM', () => server.stop());
  console.log(`\nVS Code with the laboratory is at\n\n  ${address}\n`);
  console.log('Run “Recurrent: Train Language Model on This File” from the palette (F1). Ctrl-C here ends everything.');
  await server.ended;
}

main(async () => {
  const { port, browser } = options();
  const code = browser ? undefined : which('code');
  const tools = await ensure({ chromium: false, codeServer: !code });
  if (code) await inDesktop(code);
  else await inBrowser(tools.codeServer, port);
});
