import * as vscode from 'vscode';
import { readCheckpoint } from '../model/checkpoint';
import { describeFileError } from '../platform/files';
import { UserError } from '../text/user-error';
import type { RunFolder } from './run-folder';
import { type CheckpointKind, checkpointKinds, type RunRecord } from './run-record';

/** The weights of a run at a step, as the bytes of a safetensors file. */
export interface Weights {
  readonly step: number;
  readonly bytes: Uint8Array;
}

type Steps = RunRecord['checkpoints'];

/** The best and the newest weights of a run, in memory and on disk. */
export class RunWeights {
  private readonly held = new Map<CheckpointKind, Weights>();
  private readonly unsaved = new Set<CheckpointKind>();
  /** Steps of the files. */
  private stored: Steps;
  /** Steps of what `read` would return. */
  private known: Steps;

  /** @param steps of the checkpoint files */
  constructor(
    private readonly folder: RunFolder,
    steps: Steps,
  ) {
    this.stored = steps;
    this.known = steps;
  }

  get steps(): Steps {
    return this.known;
  }

  get storedSteps(): Steps {
    return this.stored;
  }

  get newestKind(): CheckpointKind | undefined {
    const { best, latest } = this.known;
    if (latest !== undefined && latest >= (best ?? 0)) return 'latest';
    return checkpointKinds.find((kind) => this.known[kind] !== undefined);
  }

  /** Forgets everything but what the disk has. @param steps of the checkpoint files */
  reset(steps: Steps): void {
    this.held.clear();
    this.unsaved.clear();
    this.stored = steps;
    this.known = steps;
  }

  /** Takes new weights; `save` writes them. */
  keep(kind: CheckpointKind, weights: Weights): void {
    this.held.set(kind, weights);
    this.unsaved.add(kind);
    this.known = { ...this.known, [kind]: weights.step };
  }

  /** What is not on disk now, to be given to `save`. */
  get pending(): readonly (readonly [CheckpointKind, Weights])[] {
    return [...this.held].filter(([kind]) => this.unsaved.has(kind));
  }

  /** Writes weights. Those that the disk does not take stay pending. */
  async save(pending: readonly (readonly [CheckpointKind, Weights])[]): Promise<void> {
    for (const [kind, weights] of pending) {
      if (!(await this.folder.saveCheckpoint(kind, weights.bytes))) continue;
      this.stored = { ...this.stored, [kind]: weights.step };
      if (this.held.get(kind) === weights) this.unsaved.delete(kind);
    }
  }

  /** Lets go of what is on disk. */
  release(): void {
    for (const kind of checkpointKinds) if (!this.unsaved.has(kind)) this.held.delete(kind);
  }

  /** Forgets what was taken after a step. */
  rewind(step: number): void {
    for (const kind of checkpointKinds) {
      if ((this.known[kind] ?? 0) <= step) continue;
      this.held.delete(kind);
      this.unsaved.delete(kind);
      this.known = { ...this.known, [kind]: undefined };
      this.stored = { ...this.stored, [kind]: undefined };
    }
  }

  /** The weights of a kind. @throws FileError or an error of the system */
  async read(kind: CheckpointKind): Promise<Weights> {
    const held = this.held.get(kind);
    if (held) return held;
    return { step: this.known[kind] ?? 0, bytes: await this.folder.readCheckpoint(kind) };
  }

  /**
   * The newest weights that are whole, to go on from; those that are damaged or missing give way to the other kind. Their step is
   * what the file says. Undefined if there are none.
   * @param name of the run, in messages
   * @throws UserError if there are some and none can be used
   */
  async readNewest(name: string): Promise<Weights | undefined> {
    const newest = this.newestKind;
    if (!newest) return undefined;
    let problem: UserError | undefined;
    for (const kind of [newest, ...checkpointKinds.filter((other) => other !== newest)]) {
      if (this.known[kind] === undefined) continue;
      try {
        const held = this.held.get(kind);
        if (held) return held;
        const { bytes } = await this.read(kind);
        const { resume } = readCheckpoint(bytes, `${kind}.safetensors`);
        const step = resume?.progress.step ?? this.known[kind] ?? 0;
        this.known = { ...this.known, [kind]: step };
        this.stored = { ...this.stored, [kind]: step };
        return { step, bytes };
      } catch (error) {
        problem ??= new UserError(
          error instanceof UserError
            ? vscode.l10n.t('{0} cannot go on: {1}', name, error.message)
            : vscode.l10n.t(
                '{0} cannot go on: {1} cannot be read: {2}.',
                name,
                `${kind}.safetensors`,
                describeFileError(error),
              ),
        );
      }
    }
    throw problem;
  }
}
