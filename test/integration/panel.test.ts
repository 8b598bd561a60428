import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Continuation, Generator } from '../../src/host/generator';
import { Panel } from '../../src/host/panel';
import type { Run } from '../../src/host/run';
import type { Runs } from '../../src/host/runs';
import { extension, small } from './support/laboratory';
import { Page } from './support/page';

/** A continuation that a test lets go on. */
interface Asked {
  readonly request: Continuation;
  readonly token: vscode.CancellationToken;
  finish(): void;
}

describe('The panel', () => {
  const run = { id: 'one' } as Run;
  const never = new vscode.EventEmitter<never>().event;
  const runs = {
    all: [] as Run[],
    get: () => run,
    restore: async () => undefined,
    onDidChangeRun: never,
    onDidRewindRun: never,
    onDidChangeList: never,
  } as unknown as Runs;
  let asked: Asked[];
  let page: Page;
  let panel: Panel;

  beforeEach(() => {
    asked = [];
    page = new Page();
    const generator = {
      continue: (_: Run, request: Continuation, token: vscode.CancellationToken) =>
        new Promise((resolve) => {
          asked.push({ request, token, finish: () => resolve({ tokens: [], cancelled: false }) });
        }),
    } as unknown as Generator;
    panel = new Panel(page.panel, extension.extensionUri, runs, generator);
    page.say({ type: 'ready' });
  });
  afterEach(() => panel.dispose());

  function ask(): Asked {
    const argument = { run: run.id, prompt: 'a', options: small().generation, seed: 0, ticket: 1 };
    page.say({ type: 'request', id: 1, method: 'continue', argument });
    return asked.at(-1)!;
  }

  /** What came for requests, once everything under way has come. */
  async function answers(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return page.received.map(({ type }) => type).filter((type) => type === 'tokens' || type === 'response');
  }

  it('streams to the page that asked, and answers it', async () => {
    const { request, token, finish } = ask();
    request.onTokens?.([]);
    finish();
    assert.deepEqual(await answers(), ['tokens', 'response']);
    assert.equal(token.isCancellationRequested, false);
  });

  it('ends what a hidden page asked for', async () => {
    const { request, token, finish } = ask();
    page.show(false);
    assert.equal(token.isCancellationRequested, true);
    request.onTokens?.([]);
    finish();
    assert.deepEqual(await answers(), []);
  });

  it('gives a page that was made again no answers of the one before, whose numbers are the same', async () => {
    const first = ask();
    page.say({ type: 'ready' });
    assert.equal(first.token.isCancellationRequested, true);
    const second = ask();
    first.request.onTokens?.([]);
    first.finish();
    assert.deepEqual(await answers(), []);
    page.say({ type: 'request', id: 2, method: 'cancel', argument: { ticket: 1 } });
    assert.equal(second.token.isCancellationRequested, true, 'the old request leaves the new one its ticket');
    second.finish();
    assert.deepEqual(await answers(), ['response', 'response']);
  });
});
