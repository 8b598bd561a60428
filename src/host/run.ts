import * as vscode from 'vscode';
import { type Configuration, parseConfiguration, type TrainingConfiguration } from '../model/configuration';
import { describeFileError } from '../platform/files';
import { birthOf } from '../platform/processes';
import type { LatestMetrics, Remedy, RunState, RunSummary } from '../protocol/runs';
import { UserError } from '../text/user-error';
import type { CheckpointEvent, ReadingEvent, TrainingEvent } from '../training/events';
import { Disposable } from './disposable';
import { History } from './history';
import { describeInterruption, mendInterrupted, nobody } from './interruption';
import type { RunFolder } from './run-folder';
import { type CheckpointKind, liveStates, type RunRecord } from './run-record';
import { orderOf, type StoredRun } from './run-store';
import { RunWeights, type Weights } from './run-weights';
import { Throttle } from './throttle';

/** This process, as the record of a run that it trains names it. */
const owner = { owner: process.pid, ownerBirth: birthOf(process.pid) };

/** One training as the host knows it: what was asked, what happened, what is kept. It outlives the worker that trains it. */
export class Run extends Disposable {
  readonly history = new History();
  private readonly changed = this._register(new vscode.EventEmitter<void>());
  /** Something happened: a step, a new state. Up to ten times a second. */
  readonly onDidChange = this.changed.event;
  private readonly rewound = this._register(new vscode.EventEmitter<void>());
  /** The history was cut: whoever shows it begins anew. */
  readonly onDidRewind = this.rewound.event;
  private readonly lost = this._register(new vscode.EventEmitter<void>());
  /** Another window has taken the run that this one trains. */
  readonly onDidLose = this.lost.event;
  private readonly saving = this._register(new Throttle(1000, () => void this.save()));
  private readonly weights: RunWeights;
  private loading: Promise<void> | undefined;
  /** The save that is at work, and the one that waits for it and will write everything that there is then. */
  private atWork: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;
  /** A text that no file holds, until one does. */
  private unsavedText: Uint8Array | undefined;
  private evaluating = false;
  private reading: ReadingEvent | undefined;
  private claimed = false;
  private away: boolean;
  private writing = false;
  private touched: boolean;

  /**
   * @param record what is known so far; a restored run's history is on disk until `load`
   * @param restored whether the record comes from disk
   * @param elsewhere whether another window trains it
   */
  constructor(
    private record: RunRecord,
    readonly folder: RunFolder,
    restored: boolean,
    elsewhere = false,
  ) {
    super();
    if (restored && !elsewhere) this.record = mendInterrupted(record);
    this.touched = !restored;
    this.away = elsewhere;
    this.weights = new RunWeights(folder, record.checkpoints);
    if (!restored) this.loading = Promise.resolve();
    folder.onLost = () => this.lose();
  }

  get id(): string {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  get state(): RunState {
    return this.record.state;
  }

  get configuration(): Configuration {
    return this.record.configuration;
  }

  /** Where its text is, if its record names a place. */
  get uri(): vscode.Uri | undefined {
    try {
      return this.record.uri === undefined ? undefined : vscode.Uri.parse(this.record.uri, true);
    } catch {
      return undefined;
    }
  }

  /** The file beside run.json that holds the text, if no other file does. */
  get copiedText(): string | undefined {
    return this.record.copied ? this.folder.textFile : undefined;
  }

  /** Whether it was trained in this window, and not only brought back. */
  get wasTouched(): boolean {
    return this.touched;
  }

  /** Whether a worker of this window trains it now, or waits to. */
  get isLive(): boolean {
    return liveStates.includes(this.state) && !this.away;
  }

  /** Whether another window trains it, so that it can only be looked at here. */
  get isElsewhere(): boolean {
    return this.away;
  }

  /** Where it stands among the runs: more for one that began later, whatever the clock said. */
  get order(): number {
    return orderOf(this.record);
  }

  get hasCheckpoint(): boolean {
    return this.weights.newestKind !== undefined;
  }

  /** Whether it stopped early and can go on from a checkpoint. */
  get canGoOn(): boolean {
    return ['stopped', 'failed', 'diverged'].includes(this.state) && this.hasCheckpoint;
  }

  /** The step of the newest checkpoint; 0 if there is none. */
  get checkpointStep(): number {
    const kind = this.weights.newestKind;
    return kind ? (this.weights.steps[kind] ?? 0) : 0;
  }

  get latest(): LatestMetrics | undefined {
    return this.history.latest(this.record.prepared?.totalSteps ?? 0) ?? this.record.latest;
  }

  get summary(): RunSummary {
    const { id, name, source, state, started, configuration, prepared } = this.record;
    const message = this.away ? vscode.l10n.t('It is trained in another window.') : this.record.message;
    const { hasCheckpoint, latest } = this;
    const evaluating = state === 'running' && this.evaluating;
    const reading = state === 'preparing' ? this.reading : undefined;
    const known = { id, name, source, state, evaluating, reading, started, configuration, prepared, message };
    return { ...known, hasCheckpoint, remedies: this.remedies, latest };
  }

  /** What may be done if it diverged: clipping comes first where there is none. */
  get remedies(): readonly Remedy[] {
    if (this.state !== 'diverged' || !this.hasCheckpoint) return [];
    return this.configuration.training.clipping === 'norm' ? ['slow'] : ['clip', 'slow'];
  }

  /** Reads a restored run's history from disk, once. @throws UserError if it cannot be read */
  load(): Promise<void> {
    this.loading ??= this.folder.readHistory(this.history).then(
      () => this.changed.fire(),
      (error) => {
        this.loading = undefined;
        const why = describeFileError(error);
        throw new UserError(vscode.l10n.t('The history of {0} cannot be read: {1}.', this.name, why));
      },
    );
    return this.loading;
  }

  /** Takes what another window has made of it, if one has. */
  async takeIn({ known, elsewhere }: StoredRun): Promise<void> {
    if (this.folder.isHeld || (!this.folder.differsFrom(known) && elsewhere === this.away)) return;
    // Read again, as this window may have written it itself since.
    const read = await this.folder.readRecord(this.id).catch(() => undefined);
    if (!read || this.isLive || this.isSaving || this.folder.isHeld) return;
    if (read.changed || read.elsewhere !== this.away) this.replace(read.record, read.elsewhere);
  }

  private replace(record: RunRecord, elsewhere: boolean): void {
    this.record = elsewhere ? record : mendInterrupted(record);
    this.away = elsewhere;
    this.weights.reset(record.checkpoints);
    const loaded = this.loading !== undefined;
    this.loading = undefined;
    if (loaded) void this.load().catch(() => undefined);
    this.rewound.fire();
    this.changed.fire();
  }

  /**
   * Holds the run for this window, as it stands on disk now, until it is at rest again or `letGo`.
   * @throws UserError if another window trains it or has deleted it
   */
  async claim(): Promise<void> {
    if (await this.folder.isGone()) throw new UserError(vscode.l10n.t('This run was deleted; choose another one.'));
    const hold = await this.folder.hold();
    if (hold === 'elsewhere') throw this.refusal();
    this.claimed = true;
    if (hold === 'held' && !this.away) return;
    try {
      const read = await this.folder.readRecord(this.id);
      if (read) this.replace(read.record, false);
    } catch (error) {
      this.letGo();
      const why = error instanceof UserError ? error.message : describeFileError(error);
      throw new UserError(vscode.l10n.t('{0} was changed by another window, and cannot be read: {1}.', this.name, why));
    }
  }

  /** Lets other windows have the run, if it is at rest. */
  letGo(): void {
    this.claimed = false;
    if (!this.isLive) void this.folder.letGo();
  }

  /** The sentence for a person who wants something done with a run that another window trains. */
  refusal(): UserError {
    return new UserError(vscode.l10n.t('{0} is trained in another window; stop it there first.', this.name));
  }

  /** Takes what the worker tells, in order. */
  accept(events: readonly TrainingEvent[]): void {
    for (const event of events) {
      this.history.append(event);
      this.follow(event);
    }
    this.changed.fire();
    this.saving.request();
  }

  /** Puts the run in a state. @param message one sentence for people, after an end */
  enter(state: RunState, message = ''): void {
    this.touched = true;
    this.evaluating &&= liveStates.includes(state);
    this.reading = undefined;
    this.update({ state, message, ...(liveStates.includes(state) ? owner : nobody) });
    if (this.isLive) {
      this.claimed = false;
      void this.folder.hold();
    } else {
      this.weights.release();
    }
    this.changed.fire();
    this.saving.flush();
  }

  /** Notes what was changed while it trains, so that it goes on with that. @throws UserError if it is out of range */
  adjust(change: Partial<Pick<TrainingConfiguration, 'lr' | 'clip' | 'clipping'>>): void {
    const { training } = this.configuration;
    const { lr = training.lr, clip = training.clip, clipping = training.clipping } = change;
    const changed = { ...this.configuration, training: { ...training, lr, clip, clipping } };
    this.update({ configuration: parseConfiguration(changed, vscode.l10n.t('Nothing was changed')) });
  }

  /** Marks where it stopped. @param text for people, in a few words */
  markStop(text: string): void {
    this.accept([{ event: 'mark', step: this.history.lastStep, kind: 'stopped', text }]);
  }

  /** Notes that the editor closes while it trains: it stands still from now on. */
  interrupt(): void {
    this.markStop(vscode.l10n.t('Stopped: the window was closed or reloaded'));
    this.enter('stopped', describeInterruption(this.weights.steps));
  }

  /** Goes back to where a checkpoint was taken: what came later is forgotten. @throws UserError as `load` does */
  async rewind(step: number): Promise<void> {
    await this.load();
    this.history.truncate(step);
    this.weights.rewind(step);
    void this.folder.cutHistory(this.history);
    this.rewound.fire();
  }

  /** The weights to use: while it trains the newest, afterwards the best on validation. Undefined if there are none. */
  async readWeights(): Promise<Weights | undefined> {
    const kind = this.kindToUse();
    return kind && this.weights.read(kind);
  }

  /** The newest weights, to go on from. Undefined if there are none. @throws UserError if none can be used */
  readNewest(): Promise<Weights | undefined> {
    return this.weights.readNewest(this.name);
  }

  /** The file of the weights that `readWeights` reads, once they are on disk. */
  checkpointFile(): string | undefined {
    const kind = this.kindToUse();
    return kind && this.folder.checkpointFile(kind);
  }

  /** Number that changes whenever `readWeights` would return something else. */
  get weightsVersion(): string {
    const { best, latest } = this.weights.steps;
    return this.isLive ? `${this.weights.newestKind} ${latest} ${best}` : `rest ${best ?? latest}`;
  }

  /** Keeps the text beside the run, because no file holds it. */
  keepText(bytes: Uint8Array): void {
    this.unsavedText = bytes;
    this.saving.flush();
  }

  /** Whether something of it is still to be written, so that the disk does not have all of it. */
  get isSaving(): boolean {
    return this.waiting !== undefined || this.writing || this.saving.isRequested;
  }

  /** Writes what is not on disk yet. Resolves when all that there was when it was called is written, or was refused. */
  save(): Promise<void> {
    this.waiting ??= this.atWork.then(() => {
      this.waiting = undefined;
      this.atWork = this.write();
      return this.atWork;
    });
    return this.waiting;
  }

  override dispose(): void {
    super.dispose();
    void this.folder.letGo();
  }

  /**
   * The steps before the weights that came of them, and the weights before the record that names them: whenever the process
   * ends, what the weights have seen is in the history, and the record tells of nothing that is not there. What comes meanwhile
   * is for the next time.
   */
  private async write(): Promise<void> {
    this.writing = true;
    try {
      await this.writeAll();
    } finally {
      this.writing = false;
    }
  }

  private async writeAll(): Promise<void> {
    try {
      await this.load();
    } catch {
      return;
    }
    const { pending } = this.weights;
    this.update({ latest: this.latest });
    const { record } = this;
    if (await this.folder.saveHistory(this.history)) await this.weights.save(pending);
    await this.folder.saveRecord({ ...record, checkpoints: this.weights.storedSteps });
    const text = this.unsavedText;
    if (text && (await this.folder.saveText(text))) this.unsavedText = undefined;
    if (this.isLive || this.claimed || this.waiting) return;
    this.weights.release();
    await this.folder.letGo();
  }

  /** Another window has taken it, so it is not this one's any more: what is in memory is no longer written. */
  private lose(): void {
    this.away = true;
    this.lost.fire();
    this.changed.fire();
  }

  private follow(event: TrainingEvent): void {
    switch (event.event) {
      case 'reading':
        this.reading = event;
        break;
      case 'prepared':
        this.reading = undefined;
        this.update({ prepared: event });
        if (this.state === 'preparing') this.enter('running');
        break;
      case 'checkpoint':
        this.keep(event);
        break;
      case 'evaluating':
      case 'evaluation':
        this.evaluating = event.event === 'evaluating';
        break;
      case 'mark':
        if (event.learningRate !== undefined) this.adjust({ lr: event.learningRate });
        if (event.kind === 'paused') this.enter('paused');
        if (event.kind === 'resumed') this.enter('running');
        break;
    }
  }

  private keep({ step, reason, bytes }: CheckpointEvent): void {
    // What a run goes on from is kept already.
    if (reason === 'initial' && this.hasCheckpoint) return;
    if (reason === 'best') this.weights.keep('best', { step, bytes });
    this.weights.keep('latest', { step, bytes });
    this.saving.flush();
  }

  private kindToUse(): CheckpointKind | undefined {
    return !this.isLive && this.weights.steps.best !== undefined ? 'best' : this.weights.newestKind;
  }

  private update(change: Partial<RunRecord>): void {
    this.record = { ...this.record, ...change };
  }
}
