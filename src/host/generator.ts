import * as vscode from 'vscode';
import { nothingUnknown } from '../generation/unknown';
import type { GenerationConfiguration } from '../model/configuration';
import { describeFileError } from '../platform/files';
import type {
  ContinuedText,
  FlowRequest,
  FlowResult,
  GenerationMethods,
  GenerationTokens,
  SampledToken,
} from '../protocol/generation';
import { Caller, type RequestMessage, type ResponseMessage } from '../protocol/rpc';
import { UserError } from '../text/user-error';
import { startThread, type Thread } from '../worker/threads/start';
import { Disposable } from './disposable';
import type { Run } from './run';

/** What a continuation is asked for, of a run's weights. */
export interface Continuation {
  readonly prompt: string;
  /** Ids of tokens that stand after the prompt already; none if absent. */
  readonly follow?: readonly number[];
  readonly options: GenerationConfiguration;
  readonly seed: number;
  /** Stop at the first token that contains this; it is left out. */
  readonly stop?: string;
  /** Alternatives to report for each token. */
  readonly alternatives?: number;
  /** The share of one core's time that it may take; all of it if absent. */
  readonly share?: number;
  /** Is given tokens as they are sampled. */
  readonly onTokens?: (tokens: readonly SampledToken[]) => void;
}

interface Line {
  readonly thread: Thread<RequestMessage>;
  readonly caller: Caller<GenerationMethods>;
  /** Run → the weights that the worker holds: which, and of which step. */
  readonly loaded: Map<string, { readonly version: string; readonly step: number }>;
}

/**
 * Samples text from the weights of runs, in one worker thread that starts when it is first needed. A worker that dies
 * rejects what is pending, and the next request starts another.
 */
export class Generator extends Disposable {
  private line: Line | undefined;
  private loading: Promise<unknown> = Promise.resolve();
  private next = 1;
  private readonly listeners = new Map<number, (tokens: readonly SampledToken[]) => void>();

  /** @param dist absolute path of the folder `dist` */
  constructor(
    private readonly dist: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
  }

  /**
   * Continues a prompt with a run's newest weights (or, when it has ended, its best).
   * @throws UserError if the run has no weights or they are damaged
   */
  async continue(run: Run, request: Continuation, token: vscode.CancellationToken): Promise<ContinuedText> {
    const line = this.open();
    await this.load(line, run);
    const step = line.loaded.get(run.id)?.step ?? 0;
    if (token.isCancellationRequested) {
      return { tokens: [], text: '', cancelled: true, unknown: nothingUnknown, surprise: 0, notes: [], step };
    }
    const ticket = this.next++;
    const { prompt, follow, options, seed, stop, alternatives = 0, share, onTokens } = request;
    if (onTokens) this.listeners.set(ticket, onTokens);
    const cancelling = token.onCancellationRequested(() => {
      line.caller.call('cancel', { ticket }).catch((error: Error) => this.log.debug(error.message));
    });
    try {
      const stream = onTokens !== undefined;
      const result = await line.caller.call('continue', {
        model: run.id,
        prompt,
        follow,
        options,
        seed,
        stop,
        alternatives,
        ticket,
        stream,
        share,
      });
      return { ...result, step };
    } finally {
      cancelling.dispose();
      this.listeners.delete(ticket);
    }
  }

  /**
   * Follows the loss of a text's last token back through it, under a run's newest weights.
   * @throws UserError or RemoteError if the run has no weights, they are damaged, or the text is too short
   */
  async flow(run: Run, request: Omit<FlowRequest, 'model'>): Promise<FlowResult> {
    const line = this.open();
    await this.load(line, run);
    return line.caller.call('flow', { ...request, model: run.id });
  }

  /** Forgets the weights of a run that is gone. */
  async forget(run: Run): Promise<void> {
    if (!this.line?.loaded.delete(run.id)) return;
    await this.line.caller.call('unload', { model: run.id });
  }

  /** Ends the worker as if it had crashed. For tests. */
  async kill(): Promise<void> {
    await this.line?.thread.terminate();
  }

  override dispose(): void {
    this.close(new Error('disposed'));
    super.dispose();
  }

  private load(line: Line, run: Run): Promise<void> {
    const result = this.loading.then(async () => {
      const version = run.weightsVersion;
      if (line.loaded.get(run.id)?.version === version) return;
      const weights = await run.readWeights().catch((error: Error) => this.refuse(run, error));
      if (!weights)
        throw new UserError(vscode.l10n.t('{0} has no checkpoint yet, so nothing can be sampled from it.', run.name));
      const { dropped } = await line.caller.call('load', { model: run.id, bytes: weights.bytes });
      for (const model of dropped) line.loaded.delete(model);
      line.loaded.set(run.id, { version, step: weights.step });
    });
    this.loading = result.catch(() => undefined);
    return result;
  }

  private refuse(run: Run, error: Error): never {
    this.log.error(error.stack ?? error.message);
    const why = describeFileError(error);
    throw new UserError(vscode.l10n.t('The checkpoint of {0} cannot be read: {1}.', run.name, why));
  }

  private open(): Line {
    if (this.line) return this.line;
    const thread = startThread<RequestMessage, ResponseMessage | GenerationTokens>(
      this.dist,
      'generation',
      { dist: this.dist },
      {
        message: (message) => {
          if (message.type === 'tokens') this.listeners.get(message.ticket)?.(message.tokens);
          else line.caller.handle(message);
        },
        ended: (error) => this.lose(line, error),
      },
    );
    const caller = new Caller<GenerationMethods>((message) => thread.post(message));
    const line: Line = { thread, caller, loaded: new Map() };
    this.line = line;
    return line;
  }

  private lose(line: Line, error: Error): void {
    if (this.line !== line) return;
    this.log.error(error.stack ?? error.message);
    this.close(
      new Error(vscode.l10n.t('the thread that samples text ended unexpectedly ({0}); try again', error.message)),
    );
  }

  private close(why: Error): void {
    const { line } = this;
    this.line = undefined;
    this.loading = Promise.resolve();
    this.listeners.clear();
    line?.caller.rejectAll(why);
    void line?.thread.terminate();
  }
}
