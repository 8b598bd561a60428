import * as vscode from 'vscode';
import { type FromPanel, mostCompared, type PanelMemory, type PanelMethods, type ToPanel } from '../protocol/panel';
import { answer } from '../protocol/rpc';
import type { RunState } from '../protocol/runs';
import { Disposable } from './disposable';
import type { Generator } from './generator';
import { beginning, type Position } from './history';
import { isForPeople } from './messages';
import { pageFolder, pageHtml } from './page';
import type { Run } from './run';
import type { Runs } from './runs';
import { Throttle } from './throttle';

/** Identifies the panel's pages to VS Code. */
export const panelType = 'recurrent.panel';

/** Steps sent in one message; a longer history follows in pieces, so that neither side stalls. */
const stepsAtOnce = 50_000;

/** What the playground may take of a core while a run trains: it would slow the training by as much. */
const shareBesideTraining = 0.03;

/**
 * The panel beside the text. The page says ready and gets one snapshot, then what is new ten times a second while it is
 * visible. A hidden page is gone and gets nothing; it says ready again when it is shown.
 */
export class Panel extends Disposable {
  private shown: Run[] = [];
  /** How much of each shown run the page has; undefined while the page is not ready. */
  private sent: Map<Run, Position> | undefined;
  /** Shown runs in which something happened that the page does not know. */
  private readonly changed = new Set<Run>();
  /** The states that the page's list of runs shows. */
  private readonly states = new WeakMap<Run, RunState>();
  private readonly sending = this._register(new Throttle(100, () => this.sendNews()));
  /** Playground requests of the present page. */
  private readonly tickets = new Map<number, vscode.CancellationTokenSource>();
  /** Counts pages: each numbers its requests from 1, so an answer is for the page that asked only. */
  private page = 0;
  private readonly gone = this._register(new vscode.EventEmitter<void>());
  readonly onDidDispose = this.gone.event;

  constructor(
    private readonly webview: vscode.WebviewPanel,
    extension: vscode.Uri,
    private readonly runs: Runs,
    private readonly generator: Generator,
    memory: PanelMemory = {},
  ) {
    super();
    const compare = (memory.compare ?? []).flatMap((id) => runs.get(id) ?? []);
    if (runs.front) this.shown = withFront(runs.front, compare);
    const icon = (kind: string) => vscode.Uri.joinPath(extension, 'media', `recurrent-${kind}.svg`);
    webview.iconPath = { light: icon('light'), dark: icon('dark') };
    webview.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(extension)] };
    this._register(webview.webview.onDidReceiveMessage((message: FromPanel) => this.handle(message)));
    this._register(webview.onDidChangeViewState(() => webview.visible || this.leavePage()));
    this._register(webview.onDidDispose(() => this.dispose()));
    this._register(runs.onDidChangeRun((run) => this.changeRun(run)));
    this._register(runs.onDidRewindRun((run) => this.sent?.has(run) && void this.sendSnapshot()));
    this._register(runs.onDidChangeList(() => this.changeList()));
    webview.webview.html = pageHtml(webview.webview, extension, 'panel');
  }

  /** Brings the panel to the front; beside the walkthrough if it would cover that. */
  reveal(): void {
    const { activeTab, viewColumn } = vscode.window.tabGroups.activeTabGroup;
    // VS Code tells of a walkthrough's tab that it is there, and nothing else.
    const covers = activeTab !== undefined && activeTab.input === undefined && this.webview.viewColumn === viewColumn;
    this.webview.reveal(covers ? vscode.ViewColumn.Beside : undefined, true);
  }

  /** Puts a run in front, with others to compare: without any given, those that it is compared with now. */
  show(run: Run, compare: readonly Run[] = this.comparedWith(run)): void {
    this.shown = withFront(run, compare);
    void this.sendSnapshot();
  }

  /** Whether a person sees this run in it now. */
  isShowing(run: Run): boolean {
    return this.webview.visible && this.shown[0] === run;
  }

  /** Draws another run beside the one in front. */
  compare(run: Run): void {
    const [front, ...others] = this.shown;
    if (front && run !== front)
      this.show(front, [...others.filter((other) => other !== run), run].slice(-mostCompared));
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.gone.fire();
    this.leavePage();
    super.dispose();
    this.webview.dispose();
  }

  private handle(message: FromPanel): void {
    const run = 'run' in message ? this.runs.get(message.run) : undefined;
    const execute = (command: string, ...rest: unknown[]) =>
      void vscode.commands.executeCommand(`recurrent.${command}`, ...rest);
    switch (message.type) {
      case 'ready':
        this.leavePage();
        this.sent = new Map();
        void this.sendSnapshot();
        break;
      case 'show':
        if (!run) break;
        this.runs.choose(run);
        this.show(
          run,
          message.compare.flatMap((id) => this.runs.get(id) ?? []),
        );
        break;
      case 'pause':
      case 'resume':
      case 'stop':
      case 'checkpoint':
        execute(message.type, message.run);
        break;
      case 'adjust':
        if (run) this.adjust(run, message);
        break;
      case 'mend':
        execute(message.remedy === 'clip' ? 'goBackAndClip' : 'goBackAndSlow', message.run);
        break;
      case 'again':
        execute('runAgain', message.run);
        break;
      case 'train':
        execute(message.on === 'sample' ? 'trainOnSampleText' : 'train');
        break;
      case 'settings':
        void vscode.commands.executeCommand('workbench.action.openSettings', '@ext:recurrent.recurrent');
        break;
      case 'request':
        void answer(this.methods, message, this.poster(), isForPeople);
        break;
      default:
        message satisfies never;
    }
  }

  private adjust(run: Run, { lr, clip }: { readonly lr?: number; readonly clip?: number }): void {
    try {
      this.runs.session(run)?.adjust({ lr, clip });
    } catch (error) {
      if (!isForPeople(error)) throw error;
      void vscode.window.showErrorMessage(error.message);
    }
  }

  private readonly methods: PanelMethods = {
    continue: async ({ run: id, prompt, follow, options, seed, ticket }) => {
      const run = this.runs.get(id);
      if (!run) throw new Error(`No run ${id}`);
      const source = new vscode.CancellationTokenSource();
      this.tickets.set(ticket, source);
      const post = this.poster();
      const onTokens: Parameters<Generator['continue']>[1]['onTokens'] = (tokens) =>
        post({ type: 'tokens', ticket, tokens });
      try {
        const share = this.runs.all.some(({ state }) => state === 'running') ? shareBesideTraining : undefined;
        const request = { prompt, follow, options, seed, alternatives: 8, share, onTokens };
        return await this.generator.continue(run, request, source.token);
      } finally {
        if (this.tickets.get(ticket) === source) this.tickets.delete(ticket);
        source.dispose();
      }
    },
    cancel: async ({ ticket }) => this.tickets.get(ticket)?.cancel(),
    save: async ({ name, bytes }) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      const defaultUri = folder && vscode.Uri.joinPath(folder, name);
      const target = await vscode.window.showSaveDialog({ defaultUri, title: vscode.l10n.t('Save {0}', name) });
      if (!target) return false;
      await vscode.workspace.fs.writeFile(target, bytes);
      return true;
    },
  };

  /** The page is gone: what it asked for ends, and what it asked gets no answer. */
  private leavePage(): void {
    this.sent = undefined;
    this.page++;
    for (const source of this.tickets.values()) source.cancel();
    this.tickets.clear();
  }

  /** Posts to the page that is there now, and to none after it. */
  private poster(): (message: ToPanel) => void {
    const { page } = this;
    return (message) => {
      if (page === this.page) this.post(message);
    };
  }

  private request(): void {
    if (this.sent) this.sending.request();
  }

  private changeRun(run: Run): void {
    if (this.states.get(run) !== run.state) this.sendRuns();
    if (!this.shown.includes(run)) return;
    this.changed.add(run);
    this.request();
  }

  private sendRuns(): void {
    if (!this.sent) return;
    for (const run of this.runs.all) this.states.set(run, run.state);
    this.post({ type: 'runs', runs: this.runs.all.map((run) => run.summary) });
  }

  private changeList(): void {
    const { front, all } = this.runs;
    const before = this.shown.length;
    const compare = front ? this.comparedWith(front) : [];
    this.shown = this.shown.filter((run) => all.includes(run));
    if (front && this.shown[0] !== front) this.show(front, compare);
    else if (this.shown.length < before) void this.sendSnapshot();
    else this.sendRuns();
  }

  /**
   * What stays on the charts beside a run that comes to the front: what was compared, as long as it is there, and the run in
   * front until now if the new one stood beside it already.
   */
  private comparedWith(run: Run): Run[] {
    const stay = this.shown.includes(run) ? this.shown : this.shown.slice(1);
    return stay.filter((other) => other !== run && this.runs.all.includes(other));
  }

  private async sendSnapshot(): Promise<void> {
    if (!this.sent) return;
    const sent = new Map<Run, Position>();
    this.sent = sent;
    await this.runs.restore();
    if (this.shown.length === 0 && this.runs.front) this.shown = [this.runs.front];
    const shown = [...this.shown];
    await Promise.all(shown.map((run) => run.load().catch(() => undefined)));
    if (this.sent !== sent) return;
    const histories = shown.map((run) => {
      const { stretch, end } = run.history.stretch(beginning, stepsAtOnce);
      sent.set(run, end);
      if (end.steps < run.history.steps) this.changed.add(run);
      else this.changed.delete(run);
      return { run: run.id, history: stretch };
    });
    for (const run of this.runs.all) this.states.set(run, run.state);
    const runs = this.runs.all.map((run) => run.summary);
    this.post({ type: 'snapshot', current: shown[0]?.id, runs, histories });
    const title = shown[0]?.name;
    this.webview.title = title ? vscode.l10n.t('Recurrent: {0}', title) : 'Recurrent';
    if (this.changed.size > 0) this.request();
  }

  private sendNews(): void {
    if (!this.sent) return;
    for (const run of this.shown) {
      const from = this.sent.get(run);
      if (!from || !this.changed.delete(run)) continue;
      const { stretch, end } = run.history.stretch(from, stepsAtOnce);
      this.sent.set(run, end);
      this.post({ type: 'delta', summary: run.summary, stretch });
      if (end.steps === run.history.steps) continue;
      this.changed.add(run);
      this.sending.request();
    }
  }

  private post(message: ToPanel): void {
    if (!this.isDisposed) void this.webview.webview.postMessage(message);
  }
}

/** A run with others to compare, each once. */
function withFront(run: Run, compare: readonly Run[]): Run[] {
  return [run, ...new Set(compare.filter((other) => other !== run))];
}

/** The other column where there are two: a third one would squeeze everything. */
function columnBeside({ all, activeTabGroup }: vscode.TabGroups): vscode.ViewColumn {
  const others = all.filter((group) => group !== activeTabGroup);
  return others.length === 1 ? others[0].viewColumn : vscode.ViewColumn.Beside;
}

/** Keeps the one panel: opens it, brings it back after a reload. */
export class Panels extends Disposable implements vscode.WebviewPanelSerializer<PanelMemory> {
  private panel: Panel | undefined;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly runs: Runs,
    private readonly generator: Generator,
  ) {
    super();
    this._register(vscode.window.registerWebviewPanelSerializer(panelType, this));
    this._register({ dispose: () => this.panel?.dispose() });
  }

  /** Opens the panel beside the text, or shows it again, with a run in front; the cursor stays where it is. */
  open(run?: Run): Panel {
    if (run) this.runs.choose(run);
    if (this.panel) {
      this.panel.reveal();
      return this.panel;
    }
    const place = { viewColumn: columnBeside(vscode.window.tabGroups), preserveFocus: true };
    return this.adopt(vscode.window.createWebviewPanel(panelType, 'Recurrent', place, { enableFindWidget: true }));
  }

  /** Whether a person sees this run in the panel now. */
  isShowing(run: Run): boolean {
    return this.panel?.isShowing(run) ?? false;
  }

  async deserializeWebviewPanel(webview: vscode.WebviewPanel, memory: PanelMemory | undefined): Promise<void> {
    await this.runs.restore();
    if (this.panel) {
      webview.dispose();
      return;
    }
    const run = memory?.run === undefined ? undefined : this.runs.get(memory.run);
    // A run that was started in this window meanwhile stays in front.
    if (run && !this.runs.front?.wasTouched) this.runs.choose(run);
    this.adopt(webview, memory);
  }

  private adopt(webview: vscode.WebviewPanel, memory?: PanelMemory): Panel {
    const panel = new Panel(webview, this.extension, this.runs, this.generator, memory);
    this.panel = panel;
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = undefined;
    });
    return panel;
  }
}
