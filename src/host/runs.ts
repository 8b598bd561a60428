import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Configuration } from '../model/configuration';
import { birthOf } from '../platform/processes';
import type { TrainingRequest } from '../protocol/training';
import { Disposable } from './disposable';
import { describeInterruption, Run } from './run';
import type { RunRecord, RunStore } from './run-store';
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
    this.restoring ??= this.store.list().then((records) => {
      const restored = records
        .filter(({ id }) => !this.get(id))
        .map((record) => this.add(new Run(mendInterrupted(record), this.store.folder(record.id), true)));
      this.list = [...this.list, ...restored.reverse()];
      this.chosen ??= this.list[0];
      if (restored.length > 0) this.changedList.fire();
    });
    return this.restoring;
  }

  /** Starts a new run on a text, and puts it in front. */
  start(text: Text, configuration: Configuration): Run {
    const id = newId();
    const record: RunRecord = {
      version: 1,
      id,
      name: `${configuration.model.cell.toUpperCase()}-${configuration.model.hidden} · ${text.source}`,
      source: text.source,
      uri: text.uri.toString(),
      copied: false,
      started: Date.now(),
      configuration,
      state: 'preparing',
      message: '',
      checkpoints: {},
      owner: process.pid,
      ownerBirth: birthOf(process.pid),
    };
    const run = this.add(new Run(record, this.store.folder(id), false));
    this.list = [run, ...this.list];
    this.chosen = run;
    if (!text.saved) void run.saveText(text.bytes);
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
    }
  }

  /** Removes a run and its folder; a session that trains it ends. */
  async delete(run: Run): Promise<void> {
    this.sessions.get(run)?.dispose();
    this.list = this.list.filter((other) => other !== run);
    if (this.chosen === run) this.chosen = this.list[0];
    run.dispose();
    this.changedList.fire();
    await run.folder.delete();
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
    return run;
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

/** A run that was training when the editor closed stands still now. */
function mendInterrupted(record: RunRecord): RunRecord {
  if (!['preparing', 'running', 'paused'].includes(record.state)) return record;
  const message = describeInterruption(record.checkpoints);
  return { ...record, state: 'stopped', message, owner: undefined, ownerBirth: undefined };
}

/** Sorts by time: year to second, then chance. */
function newId(): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
