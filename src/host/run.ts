import * as vscode from 'vscode';
import { readCheckpoint } from '../model/checkpoint';
import type { Configuration, TrainingConfiguration } from '../model/configuration';
import { birthOf } from '../platform/processes';
import type { LatestMetrics, Remedy, RunState, RunSummary } from '../protocol/runs';
import type { CheckpointEvent, ReadingEvent, TrainingEvent } from '../training/events';
import { Disposable } from './disposable';
import { History } from './history';
import type { CheckpointKind, RunFolder, RunRecord } from './run-store';
import { Throttle } from './throttle';

/** The weights of a run at a step, as the bytes of a safetensors file. */
export interface Weights {
  readonly step: number;
  readonly bytes: Uint8Array;
}

const liveStates: readonly RunState[] = ['preparing', 'running', 'paused'];
/** This process, as the record of a run that it trains names it. */
const owner = { owner: process.pid, ownerBirth: birthOf(process.pid) };
const nobody = { owner: undefined, ownerBirth: undefined };
const kinds = ['best', 'latest'] as const satisfies readonly CheckpointKind[];

/** One training as the host knows it: what was asked, what happened, what is kept. It outlives the worker that trains it. */
export class Run extends Disposable {
  readonly history = new History();
  private readonly changed = this._register(new vscode.EventEmitter<void>());
  /** Something happened: a step, a new state. Up to ten times a second. */
  readonly onDidChange = this.changed.event;
  private readonly rewound = this._register(new vscode.EventEmitter<void>());
  /** The history was cut: whoever shows it begins anew. */
  readonly onDidRewind = this.rewound.event;
  private readonly saving = this._register(new Throttle(1000, () => void this.save()));
  private readonly weights = new Map<CheckpointKind, Weights>();
  private readonly onDisk = new WeakSet<Weights>();
  /** Weights that the disk did not take when it was asked; asked again with everything else. */
  private readonly refused = new WeakSet<Weights>();
  private loading: Promise<void> | undefined;
  private evaluating = false;
  private reading: ReadingEvent | undefined;
  private touched: boolean;

  /**
   * @param record what is known so far; a restored run's history is on disk until `load`
   * @param restored whether the record comes from disk
   */
  constructor(
    private record: RunRecord,
    readonly folder: RunFolder,
    restored: boolean,
  ) {
    super();
    this.touched = !restored;
    if (!restored) this.loading = Promise.resolve();
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

  get uri(): vscode.Uri | undefined {
    return this.record.uri === undefined ? undefined : vscode.Uri.parse(this.record.uri);
  }

  /** The file beside run.json that holds the text, if no other file does. */
  get copiedText(): string | undefined {
    return this.record.copied ? this.folder.textFile : undefined;
  }

  /** Whether it was trained in this window, and not only brought back. */
  get wasTouched(): boolean {
    return this.touched;
  }

  /** Whether a worker trains it now, or waits to. */
  get isLive(): boolean {
    return liveStates.includes(this.state);
  }

  get hasCheckpoint(): boolean {
    return this.newestKind() !== undefined;
  }

  /** Whether it stopped early and can go on from a checkpoint. */
  get canGoOn(): boolean {
    return ['stopped', 'failed', 'diverged'].includes(this.state) && this.hasCheckpoint;
  }

  /** The step of the newest checkpoint; 0 if there is none. */
  get checkpointStep(): number {
    const kind = this.newestKind();
    return kind ? (this.record.checkpoints[kind] ?? 0) : 0;
  }

  get latest(): LatestMetrics | undefined {
    return this.history.latest(this.record.prepared?.totalSteps ?? 0) ?? this.record.latest;
  }

  get summary(): RunSummary {
    const { id, name, source, state, started, configuration, prepared, message } = this.record;
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

  /** Reads a restored run's history from disk, once. */
  load(): Promise<void> {
    this.loading ??= this.folder.readHistory(this.history).then(() => this.changed.fire());
    return this.loading;
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
    this.release();
    this.changed.fire();
    if (this.isLive) this.saving.request();
    else this.saving.flush();
  }

  /** Notes what was changed while it trains, so that it goes on with that. */
  adjust(change: Partial<Pick<TrainingConfiguration, 'lr' | 'clip' | 'clipping'>>): void {
    const { training } = this.configuration;
    const { lr = training.lr, clip = training.clip, clipping = training.clipping } = change;
    this.update({ configuration: { ...this.configuration, training: { ...training, lr, clip, clipping } } });
  }

  /** Marks where it stopped. @param text for people, in a few words */
  markStop(text: string): void {
    this.accept([{ event: 'mark', step: this.history.lastStep, kind: 'stopped', text }]);
  }

  /** Notes that the editor closes while it trains: it stands still from now on. */
  interrupt(): void {
    this.markStop(vscode.l10n.t('Stopped: the window was closed or reloaded'));
    this.enter('stopped', describeInterruption(this.record.checkpoints));
  }

  /** Goes back to where a checkpoint was taken: what came later is forgotten. */
  async rewind(step: number): Promise<void> {
    await this.load();
    this.history.truncate(step);
    for (const kind of kinds) {
      if ((this.record.checkpoints[kind] ?? 0) <= step) continue;
      this.weights.delete(kind);
      this.update({ checkpoints: { ...this.record.checkpoints, [kind]: undefined } });
    }
    void this.folder.cutHistory(this.history.steps);
    this.rewound.fire();
  }

  /** The weights to use: while it trains the newest, afterwards the best on validation. Undefined if there are none. */
  async readWeights(): Promise<Weights | undefined> {
    const { best } = this.record.checkpoints;
    const kind = !this.isLive && best !== undefined ? 'best' : this.newestKind();
    return kind && this.readCheckpoint(kind);
  }

  /**
   * The newest weights, to go on from. Undefined if there are none. A training that goes wrong saves nothing while it does,
   * so the newest are the last good ones; afterwards those that are damaged give way to the best ones.
   */
  async readNewest(): Promise<Weights | undefined> {
    const kind = this.newestKind();
    if (!kind) return undefined;
    const { best } = this.record.checkpoints;
    const doubtful = kind === 'latest' && best !== undefined && ['diverged', 'failed'].includes(this.state);
    if (!doubtful) return this.readCheckpoint(kind);
    try {
      const newest = await this.readCheckpoint(kind);
      readCheckpoint(newest.bytes, this.name);
      return newest;
    } catch {
      return this.readCheckpoint('best');
    }
  }

  /** The file of the weights that `readWeights` reads, once they are on disk. */
  checkpointFile(): string | undefined {
    const { best } = this.record.checkpoints;
    const kind = !this.isLive && best !== undefined ? 'best' : this.newestKind();
    return kind && this.folder.checkpointFile(kind);
  }

  /** Number that changes whenever `readWeights` would return something else. */
  get weightsVersion(): string {
    const { best, latest } = this.record.checkpoints;
    return this.isLive ? `${this.newestKind()} ${latest} ${best}` : `rest ${best ?? latest}`;
  }

  /** Keeps the text beside the run, because no file holds it. */
  async saveText(bytes: Uint8Array): Promise<void> {
    if (await this.folder.saveText(bytes)) this.update({ copied: true });
  }

  /** Writes what is not on disk yet. */
  async save(): Promise<void> {
    await this.load();
    await this.folder.saveHistory(this.history);
    for (const [kind, kept] of this.weights) if (this.refused.has(kept)) await this.saveWeights(kind, kept);
    this.update({ latest: this.latest });
    await this.folder.saveRecord(this.record);
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
    const kept = { step, bytes };
    const into: CheckpointKind[] = reason === 'best' ? ['best', 'latest'] : ['latest'];
    for (const kind of into) {
      this.weights.set(kind, kept);
      this.update({ checkpoints: { ...this.record.checkpoints, [kind]: step } });
      void this.saveWeights(kind, kept);
    }
  }

  private async saveWeights(kind: CheckpointKind, kept: Weights): Promise<void> {
    const saved = await this.folder.saveCheckpoint(kind, kept.bytes);
    (saved ? this.onDisk : this.refused).add(kept);
    if (saved) this.refused.delete(kept);
    this.release();
  }

  /** Lets go of the weights of a run at rest that are on disk. */
  private release(): void {
    if (this.isLive) return;
    for (const [kind, kept] of this.weights) if (this.onDisk.has(kept)) this.weights.delete(kind);
  }

  private newestKind(): CheckpointKind | undefined {
    const { best, latest } = this.record.checkpoints;
    if (latest !== undefined && latest >= (best ?? 0)) return 'latest';
    return kinds.find((kind) => this.record.checkpoints[kind] !== undefined);
  }

  private async readCheckpoint(kind: CheckpointKind): Promise<Weights> {
    const held = this.weights.get(kind);
    if (held) return held;
    return { step: this.record.checkpoints[kind] ?? 0, bytes: await this.folder.readCheckpoint(kind) };
  }

  private update(change: Partial<RunRecord>): void {
    this.record = { ...this.record, ...change };
  }
}

/** Says of a run that trained when the editor closed that it stands still, and from where it can go on. */
export function describeInterruption({ latest, best }: RunRecord['checkpoints']): string {
  const step = latest ?? best;
  return step === undefined
    ? vscode.l10n.t('The window was closed or reloaded before the first checkpoint.')
    : vscode.l10n.t('The window was closed or reloaded; the run can go on from step {0}.', step.toLocaleString());
}
