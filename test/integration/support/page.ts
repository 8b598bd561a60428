import * as vscode from 'vscode';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';

/** A page in the place of the panel's own, which says what the test says. */
export class Page {
  readonly received: ToPanel[] = [];
  private readonly messages = new vscode.EventEmitter<FromPanel>();
  private readonly states = new vscode.EventEmitter<void>();
  private readonly ended = new vscode.EventEmitter<void>();
  visible = true;
  readonly onDidChangeViewState = this.states.event;
  readonly onDidDispose = this.ended.event;
  readonly webview = {
    html: '',
    cspSource: '',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: this.messages.event,
    postMessage: async (message: ToPanel) => this.received.push(message),
  };

  /** The panel that it is the page of, as VS Code hands it over. */
  get panel(): vscode.WebviewPanel {
    return this as unknown as vscode.WebviewPanel;
  }

  say(message: FromPanel): void {
    this.messages.fire(message);
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.states.fire();
  }

  reveal(): void {}

  dispose(): void {
    this.ended.fire();
  }
}
