import { describe, expect, it } from 'vitest';
import { answer, Caller, RemoteError, type RequestMessage } from '../../../src/protocol/rpc';

type Methods = { double(argument: number): Promise<number>; fail(argument: string): Promise<void> };

const methods: Methods = {
  double: async (argument) => 2 * argument,
  fail: async (argument) => {
    throw new RangeError(argument);
  },
};

/** A caller whose other side answers only when it is told to. */
function pair() {
  const posted: RequestMessage[] = [];
  const caller = new Caller<Methods>((message) => posted.push(message));
  const respond = (message: RequestMessage) =>
    answer(
      methods,
      message,
      (response) => caller.handle(response),
      (error) => error instanceof RangeError,
    );
  return { caller, posted, respond };
}

describe('A caller', () => {
  it('settles each request with its own answer, in whatever order they come', async () => {
    const { caller, posted, respond } = pair();
    const results = [caller.call('double', 1), caller.call('double', 2)];
    for (const message of [...posted].reverse()) await respond(message);
    expect(await Promise.all(results)).toEqual([2, 4]);
  });

  it('takes an answer of nothing that came as JSON, as it comes to a page', async () => {
    const posted: RequestMessage[] = [];
    const caller = new Caller<{ end(argument: number): Promise<void> }>((message) => posted.push(message));
    const result = caller.call('end', 1);
    await answer({ end: async () => undefined }, posted[0], (response) =>
      caller.handle(JSON.parse(JSON.stringify(response))),
    );
    expect(await result).toBeUndefined();
  });

  it('rejects with the message of the other side and whether it is for people', async () => {
    const { caller, posted, respond } = pair();
    const result = caller.call('fail', 'Too short.');
    void respond(posted[0]);
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ message: 'Too short.', user: true });
  });

  it('rejects what is pending and what is asked later, once the other side is gone', async () => {
    const { caller, posted } = pair();
    const gone = new Error('the thread ended');
    const pending = caller.call('double', 1);
    caller.rejectAll(gone);
    await expect(pending).rejects.toBe(gone);
    await expect(caller.call('double', 2)).rejects.toBe(gone);
    expect(posted).toHaveLength(1);
  });

  it('rejects a request that cannot be posted, and goes on', async () => {
    let broken = true;
    const caller: Caller<Methods> = new Caller((message) => {
      if (broken) throw new Error('cannot be cloned');
      void answer(methods, message, (response) => caller.handle(response));
    });
    await expect(caller.call('double', 1)).rejects.toThrow('cannot be cloned');
    broken = false;
    expect(await caller.call('double', 2)).toBe(4);
  });
});
