import * as vscode from 'vscode';
import type { FromPanel, ToPanel } from '../../../src/protocol/panel';

/** A page in the place of the extension's own, in a panel or in a side bar, which says what the test says. */
export class Page<Received = ToPanel, Said = FromPanel> {
  readonly received: Received[] = [];
  private readonly messages = new vscode.EventEmitter<Said>();
  private readonly states = new vscode.EventEmitter<void>();
  private readonly ended = new vscode.EventEmitter<void>();
  visible = true;
  readonly onDidChangeViewState = this.states.event;
  readonly onDidChangeVisibility = this.states.event;
  readonly onDidDispose = this.ended.event;
  readonly webview = {
    html: '',
    cspSource: '',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: this.messages.event,
    postMessage: async (message: Received) => this.received.push(message),
  };

  /** The panel that it is the page of, as VS Code hands it over. */
  get panel(): vscode.WebviewPanel {
    return this as unknown as vscode.WebviewPanel;
  }

  /** The view of the side bar that it is the page of. */
  get view(): vscode.WebviewView {
    return this as unknown as vscode.WebviewView;
  }

  say(message: Said): void {
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
