import * as vscode from 'vscode';
import type { RunState } from '../protocol/runs';
import { Disposable } from './disposable';
import type { Run } from './run';
import { contextOf } from './run-context';
import { describeRun, describeState } from './run-text';
import type { Runs } from './runs';
import { Throttle } from './throttle';

const icons: Record<RunState, vscode.ThemeIcon> = {
  preparing: new vscode.ThemeIcon('loading~spin'),
  running: new vscode.ThemeIcon('pulse', new vscode.ThemeColor('testing.iconQueued')),
  paused: new vscode.ThemeIcon('debug-pause', new vscode.ThemeColor('debugIcon.pauseForeground')),
  finished: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  stopped: new vscode.ThemeIcon('debug-stop'),
  diverged: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
};

/** The list of runs in the side bar, newest first. */
export class RunsTree extends Disposable implements vscode.TreeDataProvider<Run> {
  private readonly changed = this._register(new vscode.EventEmitter<Run | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private readonly stale = new Set<Run>();
  /** What each run's item shows in its icon and its menus; a change of that does not wait. */
  private readonly drawn = new WeakMap<Run, string>();
  private readonly redrawing = this._register(new Throttle(1000, () => this.redraw()));
  private readonly view: vscode.TreeView<Run>;

  constructor(private readonly runs: Runs) {
    super();
    this.view = this._register(vscode.window.createTreeView('recurrent.runs', { treeDataProvider: this }));
    this._register(runs.onDidChangeList(() => this.changed.fire(undefined)));
    this._register(
      runs.onDidChangeRun((run) => {
        this.stale.add(run);
        if (!this.view.visible) return;
        if (this.drawn.get(run) === this.contextOf(run)) this.redrawing.request();
        else this.redrawing.flush();
      }),
    );
    this._register(this.view.onDidChangeVisibility(({ visible }) => visible && this.redrawing.request()));
  }

  async getChildren(run?: Run): Promise<Run[]> {
    if (run) return [];
    await this.runs.restore();
    return [...this.runs.all];
  }

  getTreeItem(run: Run): vscode.TreeItem {
    const { name, state, started, message } = run.summary;
    const { short, brief, lines } = describeRun(run);
    const item = new vscode.TreeItem(name);
    item.id = run.id;
    item.description = brief;
    item.iconPath = icons[state];
    item.contextValue = this.contextOf(run);
    this.drawn.set(run, item.contextValue);
    const tooltip = new vscode.MarkdownString();
    tooltip.appendText(
      [name, describeState(state), new Date(started).toLocaleString(), ...lines, message].filter(Boolean).join('\n'),
    );
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: [name, short, message].filter(Boolean).join(', ') };
    item.command = { command: 'recurrent.openPanel', title: vscode.l10n.t('Open Panel'), arguments: [run.id] };
    return item;
  }

  private contextOf(run: Run): string {
    return contextOf(run, run === this.runs.front);
  }

  private redraw(): void {
    const stale = [...this.stale].filter((run) => this.runs.all.includes(run));
    this.stale.clear();
    for (const run of stale) this.changed.fire(run);
  }
}
