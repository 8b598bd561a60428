import * as vscode from 'vscode';
import type { FromSidebar, ToSidebar } from '../protocol/sidebar';
import { Disposable } from './disposable';
import { History } from './history';
import { pageFolder, pageHtml } from './page';
import type { Runs } from './runs';
import { Throttle } from './throttle';

/** Numbers that move four times a second can still be read; each message carries its curves anew. Milliseconds. */
const sendInterval = 250;

/** The side bar's metrics of the run in front: at most four messages a second, none while it is hidden. */
export class MetricsView extends Disposable implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  private ready = false;
  private readonly sending = this._register(new Throttle(sendInterval, () => void this.send()));

  constructor(
    private readonly extension: vscode.Uri,
    private readonly runs: Runs,
  ) {
    super();
    this._register(vscode.window.registerWebviewViewProvider('recurrent.metrics', this));
    this._register(runs.onDidChangeList(() => this.request()));
    this._register(runs.onDidChangeRun((run) => run === runs.front && this.request()));
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.ready = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(this.extension)] };
    const listeners = [
      view.webview.onDidReceiveMessage((message: FromSidebar) => this.handle(message)),
      view.onDidChangeVisibility(() => {
        if (!view.visible) this.ready = false;
      }),
      view.onDidDispose(() => {
        for (const listener of listeners) listener.dispose();
        if (this.view === view) this.view = undefined;
      }),
    ];
    view.webview.html = pageHtml(view.webview, this.extension, 'sidebar');
  }

  private handle(message: FromSidebar): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.sending.flush();
        break;
      case 'pause':
      case 'resume':
      case 'stop':
        void vscode.commands.executeCommand(`recurrent.${message.type}`, message.run);
        break;
      case 'openPanel':
        void vscode.commands.executeCommand('recurrent.openPanel');
        break;
      case 'train':
        void vscode.commands.executeCommand(
          message.on === 'sample' ? 'recurrent.trainOnSampleText' : 'recurrent.train',
        );
        break;
      default:
        message satisfies never;
    }
  }

  private request(): void {
    if (this.ready && this.view?.visible) this.sending.request();
  }

  private async send(): Promise<void> {
    await this.runs.restore();
    const run = this.runs.front;
    await run?.load().catch(() => undefined);
    if (!this.ready || !this.view?.visible) return;
    const message: ToSidebar = {
      type: 'run',
      run: run?.summary,
      sparklines: run?.history.sparklines ?? new History().sparklines,
    };
    void this.view.webview.postMessage(message);
  }
}
