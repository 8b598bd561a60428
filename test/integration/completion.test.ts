import * as assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import * as vscode from 'vscode';
import { Completions, newestModel } from '../../src/host/completion';
import { Generator } from '../../src/host/generator';
import type { Run } from '../../src/host/run';
import { RunStore } from '../../src/host/run-store';
import { Runs } from '../../src/host/runs';
import { dist, Messages, realText, Scratch, small, untilState } from './support/laboratory';

describe('Inline completions', () => {
  const scratch = new Scratch();
  const log = vscode.window.createOutputChannel('Completion tests', { log: true });
  const runs = new Runs(new RunStore(`${scratch.path}/runs`, () => assert.fail('cannot write')), dist(), log);
  const generator = new Generator(dist(), log);
  let messages: Messages;
  const settings = () => vscode.workspace.getConfiguration('recurrent.completion');
  const automatic = vscode.InlineCompletionTriggerKind.Automatic;
  let completions: Completions;
  let document: vscode.TextDocument;
  let asked = 0;

  before(async () => {
    messages = new Messages();
    const original = generator.continue.bind(generator);
    generator.continue = (...request) => {
      asked++;
      return original(...request);
    };
    completions = new Completions(runs, generator, log);
    document = await vscode.workspace.openTextDocument({ language: 'plaintext', content: 'Call me Ishm' });
    await settings().update('delay', 0, vscode.ConfigurationTarget.Global);
    await settings().update('length', 20, vscode.ConfigurationTarget.Global);
  });
  beforeEach(() => {
    asked = 0;
  });
  after(async () => {
    for (const name of ['delay', 'length', 'enabled']) {
      await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
    }
    for (const part of [completions, generator, runs, messages, log]) part.dispose();
    scratch.remove();
  });

  async function complete(
    change: Partial<vscode.InlineCompletionContext> = {},
    token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
    position = document.lineAt(0).range.end,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const context = { triggerKind: automatic, selectedCompletionInfo: undefined, ...change };
    return completions.provideInlineCompletionItems(document, position, context, token);
  }

  it('offers nothing, and asks nobody, while there is no model', async () => {
    assert.equal(await complete(), undefined);
    assert.equal(asked, 0);
  });

  describe('with a model', () => {
    let run: Run;
    before(async () => {
      const text = scratch.write('whale.txt', realText(30_000));
      const bytes = await vscode.workspace.fs.readFile(text);
      const configuration = small({ training: { maxSteps: 40 } });
      run = runs.start({ bytes, source: 'whale.txt', uri: text, saved: true }, configuration);
      await untilState(run, 'finished');
      assert.equal(newestModel(runs.all), run);
    });

    it('offers text at the cursor, the same for the same prompt', async () => {
      const [item] = (await complete())!;
      assert.equal(typeof item.insertText, 'string');
      assert.match(String(item.insertText), /^[a-z ]+$/);
      assert.ok(item.range?.isEmpty && item.range.start.isEqual(document.lineAt(0).range.end));
      assert.equal((await complete())![0].insertText, item.insertText);
    });

    it('goes on from what the suggestion list has selected', async () => {
      const range = new vscode.Range(0, 8, 0, 12);
      const [item] = (await complete({ selectedCompletionInfo: { range, text: 'Ishmael' } }))!;
      assert.ok(item.range?.isEqual(range));
      assert.match(String(item.insertText), /^Ishmael./);
    });

    it('minds no setting of training that conflicts with another', async () => {
      const training = vscode.workspace.getConfiguration('recurrent.training');
      await training.update('truncateEvery', 1000, vscode.ConfigurationTarget.Global);
      const offered = await complete();
      await training.update('truncateEvery', undefined, vscode.ConfigurationTarget.Global);
      assert.equal(offered?.length, 1);
    });

    it('asks nobody when it is cancelled while it waits', async () => {
      await settings().update('delay', 200, vscode.ConfigurationTarget.Global);
      const source = new vscode.CancellationTokenSource();
      const pending = complete({}, source.token);
      source.cancel();
      assert.equal(await pending, undefined);
      assert.equal(asked, 0);
      await settings().update('delay', 0, vscode.ConfigurationTarget.Global);
    });

    it('stops sampling soon after it is cancelled', async () => {
      await settings().update('length', 1000, vscode.ConfigurationTarget.Global);
      const source = new vscode.CancellationTokenSource();
      const request = { prompt: 'a', options: { ...run.configuration.generation, length: 100_000 }, seed: 0 };
      const began = Date.now();
      const pending = generator.continue(run, request, source.token);
      setTimeout(() => source.cancel(), 300);
      const { cancelled, tokens } = await pending;
      assert.equal(cancelled, true);
      assert.ok(tokens.length < 100_000);
      assert.ok(Date.now() - began < 5000);
      await settings().update('length', 20, vscode.ConfigurationTarget.Global);
    });

    it('samples again after its thread died under two requests', async () => {
      const ask = () => {
        const options = { ...run.configuration.generation, length: 20 };
        const { token } = new vscode.CancellationTokenSource();
        return generator.continue(run, { prompt: 'the', options, seed: 0 }, token);
      };
      await generator.kill();
      const both = [ask(), ask()];
      await generator.kill();
      for (const { status } of await Promise.allSettled(both)) assert.equal(status, 'rejected');
      assert.equal((await ask()).tokens.length, 20);
    });

    it('goes on with a text while newer weights are loaded for another', async () => {
      const ask = (weights: Run, length: number) => {
        const options = { ...run.configuration.generation, length };
        const { token } = new vscode.CancellationTokenSource();
        return generator.continue(weights, { prompt: 'the', options, seed: 0, share: 0.5 }, token);
      };
      const order: string[] = [];
      const long = ask(run, 3000).finally(() => order.push('long'));
      const newer: Run = Object.create(run, { weightsVersion: { value: 'newer' } });
      await ask(newer, 2).finally(() => order.push('short'));
      const { cancelled, tokens } = await long;
      assert.deepEqual(order, ['short', 'long']);
      assert.equal(cancelled, false);
      assert.equal(tokens.length, 3000);
    });

    it('says why weights cannot be read', async () => {
      const hidden = `${run.checkpointFile()}.hidden`;
      const another = new Generator(dist(), log);
      renameSync(run.checkpointFile()!, hidden);
      try {
        const request = { prompt: 'the', options: run.configuration.generation, seed: 0 };
        const { token } = new vscode.CancellationTokenSource();
        await assert.rejects(another.continue(run, request, token), /cannot be read: it does not exist\.$/);
      } finally {
        renameSync(hidden, run.checkpointFile()!);
        another.dispose();
      }
    });

    it('leaves the middle of a word alone, unless asked', async () => {
      const middle = new vscode.Position(0, 3);
      assert.equal(await complete({}, undefined, middle), undefined);
      assert.equal(asked, 0);
      const invoked = vscode.InlineCompletionTriggerKind.Invoke;
      assert.ok(await complete({ triggerKind: invoked }, undefined, middle));
    });

    it('offers nothing any more that was being sampled when it was switched off', async () => {
      const original = generator.continue;
      let reached = () => {};
      const begun = new Promise<void>((resolve) => {
        reached = resolve;
      });
      let proceed = () => {};
      const switchedOff = new Promise<void>((resolve) => {
        proceed = resolve;
      });
      generator.continue = async (...request) => {
        reached();
        await switchedOff;
        return original(...request);
      };
      try {
        const pending = complete();
        await begun;
        await settings().update('enabled', false, vscode.ConfigurationTarget.Global);
        proceed();
        assert.equal(await pending, undefined);
      } finally {
        generator.continue = original;
        await settings().update('enabled', undefined, vscode.ConfigurationTarget.Global);
      }
      assert.ok(await complete());
    });

    it('is asked by the editor while it is switched on, and never while it is off', async () => {
      await vscode.window.showTextDocument(document);
      const ask = async () => {
        asked = 0;
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
        await new Promise((resolve) => setTimeout(resolve, 700));
        await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
        return asked;
      };
      assert.ok((await ask()) > 0);
      await vscode.commands.executeCommand('recurrent.toggleCompletions');
      assert.equal(settings().get('enabled'), false);
      assert.equal(await ask(), 0);
      await vscode.commands.executeCommand('recurrent.toggleCompletions');
      assert.ok((await ask()) > 0);
    });
  });
});
