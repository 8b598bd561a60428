import * as vscode from 'vscode';
import { Disposable } from './disposable';
import type { Runs } from './runs';

/** Keeps the keys that menus and enablements of package.json look at; they speak of the run in front. */
export class ContextKeys extends Disposable {
  private readonly values = new Map<string, boolean>();

  constructor(private readonly runs: Runs) {
    super();
    this._register(runs.onDidChangeList(() => this.update()));
    this._register(runs.onDidChangeRun(() => this.update()));
    this.update();
  }

  private update(): void {
    const { front } = this.runs;
    const live = front?.isLive ? front.state : undefined;
    this.set('running', live === 'running' || live === 'preparing');
    this.set('paused', live === 'paused');
    this.set('canGoOn', front?.canGoOn === true);
    this.set('canClip', front?.remedies.includes('clip') === true);
    this.set('canSlow', front?.remedies.includes('slow') === true);
    this.set('hasRun', front !== undefined);
    this.set(
      'hasModel',
      this.runs.all.some((run) => run.hasCheckpoint),
    );
  }

  private set(name: string, value: boolean): void {
    if (this.values.get(name) === value) return;
    this.values.set(name, value);
    void vscode.commands.executeCommand('setContext', `recurrent.${name}`, value);
  }
}
