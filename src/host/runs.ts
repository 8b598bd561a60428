import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Configuration } from '../model/configuration';
import type { TrainingRequest } from '../protocol/training';
import { Disposable } from './disposable';
import { Run } from './run';
import type { RunRecord } from './run-record';
import type { RunStore, StoredRun } from './run-store';
import { Session, type SessionEnd } from './session';
import type { Text } from './texts';

/** A session came to its end. */
export interface EndedSession {
  readonly run: Run;
  readonly how: SessionEnd;
}

/** All runs, newest first, the one in front, and the sessions that train. */
export class Runs extends Disposable {
  private list: Run[] = [];
  private readonly sessions = new Map<Run, Session>();
  /** Runs whose weights and text are read, so that they can go on. */
  private readonly goingOn = new Set<Run>();
  private chosen: Run | undefined;
  private restoring: Promise<void> | undefined;
  private refreshing: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  private readonly changedList = this._register(new vscode.EventEmitter<void>());
  /** A run was added or removed, or another one is in front. */
  readonly onDidChangeList = this.changedList.event;
  private readonly changedRun = this._register(new vscode.EventEmitter<Run>());
  /** Something happened in a run. */
  readonly onDidChangeRun = this.changedRun.event;
  private readonly rewoundRun = this._register(new vscode.EventEmitter<Run>());
  readonly onDidRewindRun = this.rewoundRun.event;
  private readonly endedSession = this._register(new vscode.EventEmitter<EndedSession>());
  readonly onDidEndSession = this.endedSession.event;

  /** @param dist absolute path of the folder `dist` */
  constructor(
    private readonly store: RunStore,
    private readonly dist: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
  }

  get all(): readonly Run[] {
    return this.list;
  }

  /** The run that commands and the status bar mean: the one last started or chosen. */
  get front(): Run | undefined {
    return this.chosen;
  }

  get(id: string): Run | undefined {
    return this.list.find((run) => run.id === id);
  }

  session(run: Run): Session | undefined {
    return this.sessions.get(run);
  }

  /** Puts a run in front. */
  choose(run: Run): void {
    if (run === this.chosen) return;
    this.chosen = run;
    this.changedList.fire();
  }

  /** Brings back the runs of earlier sessions, once; their histories stay on disk until someone looks. */
  restore(): Promise<void> {
    this.restoring ??= this.store.list().then((stored) => {
      const restored = stored.filter(({ record }) => !this.get(record.id)).map((run) => this.restored(run));
      this.list = [...this.list, ...restored.reverse()];
      this.chosen ??= this.list[0];
      if (restored.length > 0) this.changedList.fire();
      void this.store.tidy();
    });
    return this.restoring;
  }

  /** Takes in what other windows have done meanwhile: their new runs, how theirs go on, and which were deleted. */
  refresh(): Promise<void> {
    this.refreshing ??= this.takeIn().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async takeIn(): Promise<void> {
    await this.restore();
    const stored = new Map((await this.store.list()).map((run) => [run.record.id, run]));
    const gone = new Set<Run>();
    for (const run of this.list) {
      if (!stored.has(run.id) && !this.isBusy(run) && (await run.folder.isGone())) gone.add(run);
    }
    if (this.isDisposed) return;
    const before = this.list;
    this.list = this.list.filter((run) => !gone.has(run));
    const here = new Map(this.list.map((run) => [run.id, run]));
    const appeared = [...stored.values()].filter(({ record }) => !here.has(record.id));
    for (const read of appeared) this.insert(this.restored(read));
    if (this.chosen && gone.has(this.chosen)) this.chosen = undefined;
    this.chosen ??= this.list[0];
    for (const run of gone) run.dispose();
    if (this.list.length !== before.length || gone.size > 0) this.changedList.fire();
    for (const [id, run] of here) {
      const read = stored.get(id);
      if (read && !this.isBusy(run)) await run.takeIn(read);
    }
  }

  /** Whether this window does something with a run, so that it knows best. */
  private isBusy(run: Run): boolean {
    return run.isLive || run.isSaving || this.sessions.has(run) || this.goingOn.has(run);
  }

  private restored({ record, known, elsewhere }: StoredRun): Run {
    return this.add(new Run(record, this.store.folder(record.id, known), true, elsewhere));
  }

  /** Puts a run of another window where it belongs, newest first. */
  private insert(run: Run): void {
    const at = this.list.findIndex((other) => other.order < run.order);
    this.list = at < 0 ? [...this.list, run] : this.list.toSpliced(at, 0, run);
  }

  /** Starts a new run on a text, and puts it in front. */
  start(text: Text, configuration: Configuration): Run {
    const id = newId();
    const started = Date.now();
    const record: RunRecord = {
      version: 1,
      id,
      name: `${configuration.model.cell.toUpperCase()}-${configuration.model.hidden} · ${text.source}`,
      source: text.source,
      uri: text.uri.toString(),
      copied: !text.saved,
      started,
      order: Math.max(started, ...this.list.map((run) => run.order + 1)),
      configuration,
      state: 'preparing',
      message: '',
      checkpoints: {},
    };
    const run = this.add(new Run(record, this.store.folder(id), false));
    this.list = [run, ...this.list];
    this.chosen = run;
    run.enter('preparing');
    if (!text.saved) run.keepText(text.bytes);
    this.begin(run, text);
    this.changedList.fire();
    return run;
  }

  /**
   * Lets a run that stopped early go on from its newest checkpoint. Does nothing if there is none, or if it goes on already.
   * @param read gets the run's text; what it throws is thrown
   * @param steadyFrom the greatest learning rate to go on with, if one is to be found that holds
   */
  async goOn(run: Run, read: () => Promise<Text>, steadyFrom?: number): Promise<void> {
    if (run.isLive || this.goingOn.has(run)) return;
    this.goingOn.add(run);
    try {
      await run.claim();
      const weights = await run.readNewest();
      if (!weights) return;
      const text = await read();
      if (!this.keeps(run)) return;
      await run.rewind(weights.step);
      if (!this.keeps(run)) return;
      run.enter('preparing');
      this.choose(run);
      this.begin(run, text, { resume: weights.bytes, steadyFrom });
    } finally {
      this.goingOn.delete(run);
      run.letGo();
    }
  }

  /**
   * Removes a run and its folder; a session that trains it ends.
   * @throws UserError if another window trains it
   */
  async delete(run: Run): Promise<void> {
    if (!this.list.includes(run)) return;
    if (!run.isLive && (await run.folder.hold()) === 'elsewhere') throw run.refusal();
    this.sessions.get(run)?.dispose();
    this.list = this.list.filter((other) => other !== run);
    if (this.chosen === run) this.chosen = this.list[0];
    const deleted = run.folder.delete();
    run.dispose();
    this.changedList.fire();
    await deleted;
  }

  /** Keeps what the sessions have learnt and ends them: the editor closes. */
  close(): Promise<void> {
    this.closing ??= this.keepAndEnd();
    return this.closing;
  }

  private async keepAndEnd(): Promise<void> {
    const sessions = [...this.sessions.values()].filter(({ run }) => run.state !== 'preparing');
    await Promise.all(sessions.map((session) => session.checkpoint(1500)));
    const live = this.list.filter((run) => run.isLive);
    for (const session of [...this.sessions.values()]) session.dispose();
    for (const run of live) run.interrupt();
    await Promise.all(live.map((run) => run.save()));
    await Promise.all(live.map((run) => run.folder.settled()));
  }

  /** An editor that closes disposes of everything without waiting for `close`, whose sessions are still needed. */
  override dispose(): void {
    if (this.closing) void this.closing.finally(() => this.release());
    else this.release();
  }

  private release(): void {
    for (const session of this.sessions.values()) session.dispose();
    for (const run of this.list) run.dispose();
    super.dispose();
  }

  /** Whether a run was not deleted meanwhile. */
  private keeps(run: Run): boolean {
    return !this.isDisposed && !this.closing && this.list.includes(run);
  }

  private add(run: Run): Run {
    run.onDidChange(() => this.changedRun.fire(run));
    run.onDidRewind(() => this.rewoundRun.fire(run));
    run.onDidLose(() => this.lose(run));
    return run;
  }

  /** Ends the training of a run that another window has taken: there it goes on. */
  private lose(run: Run): void {
    this.sessions.get(run)?.dispose();
    const told = vscode.l10n.t(
      '{0} was taken over by another window, so it is no longer trained in this one.',
      run.name,
    );
    this.log.warn(told);
    void vscode.window.showWarningMessage(told);
    void this.refresh().catch((error: Error) => this.log.error(error));
  }

  private begin(run: Run, text: Text, from: Pick<TrainingRequest, 'resume' | 'steadyFrom'> = {}): void {
    const request = {
      text: text.bytes,
      source: text.source,
      configuration: run.configuration,
      dist: this.dist,
      ...from,
    };
    const session = new Session(run, request, this.log);
    this.sessions.set(run, session);
    session.onDidEnd((how) => {
      this.sessions.delete(run);
      this.endedSession.fire({ run, how });
      queueMicrotask(() => session.dispose());
    });
    this.log.info(`${run.name}: ${from.resume ? 'goes on' : 'starts'}`);
  }
}

/** Sorts by time: year to second, then chance. */
function newId(): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
