import * as vscode from 'vscode';
import type { FromTraining, ToTraining, TrainingRequest } from '../protocol/training';
import { inFigures } from '../text/numbers';
import type { FinishedEvent, TrainingEvent } from '../training/events';
import { startThread, startTrainingProcess, type Thread } from '../worker/threads/start';
import { Disposable } from './disposable';
import type { Run } from './run';

/** How a session ended: `refused` is a failure that the person must mend, `failed` one that is not theirs. */
export type SessionEnd = 'done' | 'diverged' | 'refused' | 'failed' | 'disposed';

/** How long a worker may take to stop before a person is asked whether to end it, milliseconds. */
const stopPatience = 10_000;

/** Owns the one worker thread that trains a run, and tells the run what the worker tells. */
export class Session extends Disposable {
  private readonly thread: Thread<ToTraining>;
  private over = false;
  private overdue: NodeJS.Timeout | undefined;
  private readonly over_ = this._register(new vscode.EventEmitter<SessionEnd>());
  /** Fires once, when nothing more will come. */
  readonly onDidEnd = this.over_.event;
  private readonly saved = this._register(new vscode.EventEmitter<void>());

  /** Starts the worker; everything that goes wrong later ends in the run's message. */
  constructor(
    readonly run: Run,
    request: TrainingRequest,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
    const listener = {
      message: (message: FromTraining) => this.handle(message),
      ended: (error: NodeJS.ErrnoException) => this.crash(error),
    };
    const { dist, configuration } = request;
    this.thread = configuration.training.revectorize
      ? startTrainingProcess<ToTraining, FromTraining>(dist, request, listener)
      : startThread<ToTraining, FromTraining>(dist, 'training', request, listener);
  }

  pause(): void {
    if (this.run.state === 'running') this.post({ type: 'pause' });
  }

  resume(): void {
    if (this.run.state === 'paused') this.post({ type: 'resume' });
  }

  /** Asks the worker to stop after its step, and the person whether to end it if it does not answer. */
  stop(): void {
    if (this.over) return;
    this.post({ type: 'stop' });
    this.overdue ??= setTimeout(() => void this.offerEnd(), stopPatience);
  }

  /** Saves now. Resolves when the checkpoint has come, or after `patience` milliseconds. */
  checkpoint(patience = 5000): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        listener.dispose();
        resolve();
      };
      const timer = setTimeout(done, patience);
      const listener = this.saved.event(done);
      this.post({ type: 'checkpoint' });
    });
  }

  /** Changes what may change while it trains. @throws UserError if it is out of range */
  adjust({ lr, clip }: { readonly lr?: number; readonly clip?: number }): void {
    this.run.adjust({ lr, clip });
    this.post({ type: 'adjust', lr, clip });
  }

  /** Ends the worker as if it had crashed. For tests. */
  async kill(): Promise<void> {
    await this.thread.terminate();
  }

  override dispose(): void {
    this.end('disposed');
    super.dispose();
  }

  private post(message: ToTraining): void {
    if (!this.over) this.thread.post(message);
  }

  private handle(message: FromTraining): void {
    if (this.over) return;
    switch (message.type) {
      case 'events':
        this.run.accept(message.events);
        for (const event of message.events) this.follow(event);
        break;
      case 'failed':
        this.log.error(message.stack ?? message.message);
        if (message.user) this.fail(message.message, 'refused');
        else this.fail(vscode.l10n.t('The training stopped: {0}', sentence(message.message)));
        break;
      default:
        message satisfies never;
    }
  }

  private follow(event: TrainingEvent): void {
    switch (event.event) {
      case 'prepared': {
        for (const note of event.notes) this.log.info(`${this.run.name}: ${note}`);
        const { batch, steps } = this.run.configuration.training;
        const shrunk = event.batch < batch || event.steps < steps;
        if (shrunk && event.notes[0]) void vscode.window.showInformationMessage(event.notes[0]);
        break;
      }
      case 'checkpoint':
        this.saved.fire();
        if (event.reason === 'asked') {
          const told = vscode.l10n.t('Checkpoint of step {0} saved', event.step.toLocaleString());
          vscode.window.setStatusBarMessage(`$(save) ${told}`, 5000);
        }
        break;
      case 'finished':
        if (event.reason === 'stopped') this.run.markStop(vscode.l10n.t('Stopped'));
        this.run.enter(event.reason === 'stopped' ? 'stopped' : 'finished', describeEnd(event, this.run));
        this.end('done');
        break;
      case 'diverged':
        this.run.enter('diverged', `${event.why} ${event.remedy}`);
        this.end('diverged');
        break;
    }
  }

  private async offerEnd(): Promise<void> {
    const end = vscode.l10n.t('End It Now');
    const told = vscode.l10n.t(
      '{0} has not answered for {1} seconds, as in a very long step; wait, or end it now and lose what it learnt since its last checkpoint.',
      this.run.name,
      stopPatience / 1000,
    );
    const answer = await vscode.window.showWarningMessage(told, end);
    this.overdue = undefined;
    if (answer !== end || this.over) return;
    this.run.markStop(vscode.l10n.t('Ended'));
    const at = this.run.history.lastStep.toLocaleString();
    this.run.enter('stopped', this.withCheckpoint(vscode.l10n.t('Ended after step {0}, as it did not answer.', at)));
    this.end('done');
  }

  private crash(error: NodeJS.ErrnoException): void {
    if (this.over) return;
    this.log.error(error.stack ?? String(error));
    const { name } = this.run;
    this.fail(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? vscode.l10n.t(
            '{0} ran out of memory; lower model.hidden, training.batch or training.steps, or set text.limit.',
            name,
          )
        : vscode.l10n.t('The thread that trained {0} ended unexpectedly ({1}).', name, error.message),
    );
  }

  private fail(why: string, how: SessionEnd = 'failed'): void {
    this.run.enter('failed', this.withCheckpoint(why));
    this.end(how);
  }

  private withCheckpoint(sentence: string): string {
    if (!this.run.hasCheckpoint) return sentence;
    const step = this.run.checkpointStep.toLocaleString();
    return `${sentence} ${vscode.l10n.t('The checkpoint of step {0} is kept.', step)}`;
  }

  private end(how: SessionEnd): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.overdue);
    this.over_.fire(how);
    void this.thread.terminate();
  }
}

function describeEnd({ reason, step }: FinishedEvent, run: Run): string {
  const { best } = run.history;
  const at = step.toLocaleString();
  if (step === 0 && reason === 'stopped') return vscode.l10n.t('Stopped before the first step.');
  const how = {
    epochs: vscode.l10n.t('Finished all its epochs at step {0}.', at),
    maxSteps: vscode.l10n.t('Finished at step {0}.', at),
    stopped: vscode.l10n.t('Stopped at step {0}.', at),
    earlyStopping: vscode.l10n.t('Stopped at step {0}, as evaluations no longer improved.', at),
  }[reason];
  if (!best) return how;
  const measured = vscode.l10n.t(
    'Best perplexity {0}, at step {1}.',
    inFigures(best.perplexity, 2),
    best.step.toLocaleString(),
  );
  return `${how} ${measured}`;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
