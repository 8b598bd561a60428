/** The answer to a request. An error crosses the boundary as its message; `user` says that it is a person's to mend. */
export type Answer<T> = { readonly ok: T } | { readonly err: { readonly message: string; readonly user: boolean } };

/** Requests of one boundary: name → a function from argument to result. */
export type Methods = { [name: string]: (argument: never) => unknown };

export interface RequestMessage {
  readonly type: 'request';
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}
export interface ResponseMessage {
  readonly type: 'response';
  readonly id: number;
  readonly answer: Answer<unknown>;
}

type Argument<M extends Methods, K extends keyof M> = Parameters<M[K]>[0];
type Result<M extends Methods, K extends keyof M> = Awaited<ReturnType<M[K]>>;

/** An error that came from the other side. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  constructor(
    message: string,
    /** Whether it is a person's to mend, to be shown as it is. */
    readonly user: boolean,
  ) {
    super(message);
  }
}

/** The asking side: numbers its requests, and settles each when its response arrives. */
export class Caller<M extends Methods> {
  private next = 1;
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private gone: Error | undefined;

  constructor(private readonly post: (message: RequestMessage) => void) {}

  /** Sends a request. Rejects with `RemoteError` if the other side failed, and when `rejectAll` is or was called. */
  call<K extends keyof M & string>(method: K, argument: Argument<M, K>): Promise<Result<M, K>> {
    if (this.gone) return Promise.reject(this.gone);
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      try {
        this.post({ type: 'request', id, method, argument });
      } catch (error) {
        this.pending.delete(id);
        reject(error as Error);
      }
    });
  }

  /** Takes a response; ignores one whose request is no longer pending. */
  handle(message: ResponseMessage): void {
    const entry = this.pending.get(message.id);
    if (!entry) return;
    this.pending.delete(message.id);
    // An answer of nothing crosses to a page as JSON, which leaves its `ok` out.
    if ('err' in message.answer) entry.reject(new RemoteError(message.answer.err.message, message.answer.err.user));
    else entry.resolve(message.answer.ok);
  }

  /** Rejects everything pending, and whatever is asked later: the other side is gone. */
  rejectAll(error: Error): void {
    this.gone = error;
    const entries = [...this.pending.values()];
    this.pending.clear();
    for (const entry of entries) entry.reject(error);
  }
}

/**
 * The answering side: runs the handler of a request and posts its answer.
 * @param isUserError tells whether an error is a person's to mend
 */
export async function answer<M extends Methods>(
  handlers: M,
  message: RequestMessage,
  post: (message: ResponseMessage) => void,
  isUserError: (error: unknown) => boolean = () => false,
): Promise<void> {
  let result: Answer<unknown>;
  try {
    const handler = handlers[message.method] as ((argument: unknown) => unknown) | undefined;
    if (!handler) throw new Error(`No method ${message.method}`);
    result = { ok: await handler(message.argument) };
  } catch (error) {
    result = { err: { message: error instanceof Error ? error.message : String(error), user: isUserError(error) } };
  }
  post({ type: 'response', id: message.id, answer: result });
}
