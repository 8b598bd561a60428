import * as vscode from 'vscode';
import type { RunState } from '../protocol/runs';
import { Disposable } from './disposable';
import { describeRun } from './run-text';
import type { Runs } from './runs';
import { Throttle } from './throttle';

const icons: Record<RunState, string> = {
  preparing: '$(loading~spin)',
  running: '$(pulse)',
  paused: '$(debug-pause)',
  finished: '$(check)',
  stopped: '$(debug-stop)',
  diverged: '$(warning)',
  failed: '$(error)',
};

/** Says whose model completes what is typed in a document; undefined if that is not to be said. */
export type DescribeCompletions = (document: vscode.TextDocument) => string | undefined;

/** The status bar item: the state and perplexity of the run in front; hidden while nothing was run in this window. */
export class StatusBar extends Disposable {
  private readonly item = this._register(
    vscode.window.createStatusBarItem('recurrent.status', vscode.StatusBarAlignment.Left, 50),
  );
  private readonly drawing = this._register(new Throttle(500, () => this.draw()));

  constructor(
    private readonly runs: Runs,
    private readonly completions: DescribeCompletions,
  ) {
    super();
    this.item.name = vscode.l10n.t('Recurrent Training');
    this.item.command = 'recurrent.openPanel';
    this._register(runs.onDidChangeList(() => this.drawing.request()));
    this._register(vscode.window.onDidChangeActiveTextEditor(() => this.drawing.request()));
    this._register(runs.onDidChangeRun((run) => run === runs.front && this.drawing.request()));
  }

  /** What it says now, for tests. */
  get text(): string {
    return this.item.text;
  }

  private draw(): void {
    const run = this.runs.front;
    if (!run?.wasTouched) {
      this.item.hide();
      return;
    }
    const { state, name, message } = run.summary;
    const { short, lines } = describeRun(run);
    const document = vscode.window.activeTextEditor?.document;
    const completions = (document && this.completions(document)) ?? '';
    this.item.text = `${icons[state]} ${short}`;
    const tooltip = new vscode.MarkdownString('', true);
    tooltip.appendMarkdown(`**${plain(name)}**\n\n`);
    for (const line of lines) tooltip.appendMarkdown(`${plain(line)}  \n`);
    for (const part of [message, completions]) if (part) tooltip.appendMarkdown(`\n${plain(part)}\n`);
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = {
      label: `Recurrent: ${[name, ...lines, message, completions].filter(Boolean).join(', ')}`,
    };
    const problem = state === 'failed' || state === 'diverged';
    this.item.backgroundColor = problem ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }
}

function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&');
}
