import * as assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ObservedRun, RecurrentApi } from '../../src/host/api';
import {
  activated,
  deleteAll,
  Messages,
  realText,
  Scratch,
  small,
  until,
  untilState,
  untilStep,
} from './support/laboratory';

describe('A training', () => {
  let api: RecurrentApi;
  let text: vscode.Uri;
  const scratch = new Scratch();

  before(async () => {
    api = await activated();
    text = scratch.write('whale.txt', realText(60_000));
  });
  after(async () => {
    await deleteAll();
    scratch.remove();
  });

  it('learns: validation perplexity falls below the uniform model, and the run finishes', async () => {
    const run = await api.train(text, small({ training: { maxSteps: 120 } }));
    await untilState(run, 'finished');
    const { prepared, latest, message, hasCheckpoint } = run.summary;
    assert.ok(prepared && latest);
    assert.equal(prepared.vocabulary, 28);
    assert.equal(run.history.steps, 120);
    const [first] = run.history.evaluations;
    const last = run.history.evaluations.at(-1)!;
    assert.ok(last.perplexity < first.perplexity, `${first.perplexity} → ${last.perplexity}`);
    assert.ok(last.perplexity < 20, `${last.perplexity}`);
    assert.ok(run.history.continuations.length > 0);
    assert.ok(hasCheckpoint);
    assert.match(message, /^Finished at step 120\. Best perplexity \d+\.\d\d, at step \d+\.$/);
    assert.match(api.statusText, /perplexity \d+\.\d\d/);
  });

  it('keeps its history, its record and its checkpoints on disk', async () => {
    const run = api.front!;
    let stored = await api.readStored();
    const state = () => stored.find(({ id }) => id === run.id)?.state;
    for (let tries = 0; tries < 50 && state() !== 'finished'; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      stored = await api.readStored();
    }
    assert.equal(state(), 'finished');
    await run.save();
    const files = readdirSync(run.folder.path).filter((name) => !name.startsWith('claim.'));
    assert.deepEqual(files.sort(), ['best.safetensors', 'events.jsonl', 'latest.safetensors', 'run.json', 'steps.f64']);
  });

  it('samples from the weights it kept, in the alphabet that it learnt', async () => {
    const { tokens } = await api.continue(api.front!.id, 'the wh', 40);
    assert.equal(tokens.length, 40);
    assert.match(tokens.map((token) => token.text).join(''), /^[a-z ]{40}$/);
  });

  it('says that it evaluates, where that takes long', async () => {
    // Row by row, several seconds for an evaluation on any machine, and a rate at which so large a model does not diverge.
    const training = { engine: 'fused', seed: 9, lr: 1e-4, batch: 1, steps: 8, evaluateEvery: 20 } as const;
    const run = await api.train(text, small({ text: { validation: 0.3 }, model: { hidden: 1024 }, training }));
    await until(
      'it evaluates',
      () => run.summary.evaluating === true,
      () => run.summary.state,
    );
    await until(
      'the status bar says so',
      () => /Evaluating/.test(api.statusText),
      () => api.statusText,
    );
    await until(
      'it trains again',
      () => run.summary.evaluating === false && run.summary.state === 'running',
      () => run.summary.state,
    );
    assert.ok(run.history.evaluations.length >= 1);
    await vscode.commands.executeCommand('recurrent.stop', run.id);
    await untilState(run, 'stopped');
  });

  it('says how far it has read a large text, and stops while it reads', async () => {
    const file = scratch.write('ideographs.txt', ideographs(2_000_000));
    const run = await api.train(file, small({ text: { normalize: 'none', limit: 0, tokenizer: 'words' } }));
    const now = () => ({ state: run.summary.state, reading: run.summary.reading, status: api.statusText });
    await until('it tells', () => (run.summary.reading?.share ?? 0) > 0, now);
    await until('the status bar says so', () => /Preparing · (vocabulary|encoding) \d+%/.test(api.statusText), now);
    await vscode.commands.executeCommand('recurrent.stop', run.id);
    await untilState(run, 'stopped');
    assert.equal(run.summary.message, 'Stopped before the first step.');
    assert.equal(run.summary.prepared, undefined);
    assert.equal(run.summary.reading, undefined);
    assert.equal(run.summary.hasCheckpoint, false);
    await api.delete(run.id);
  });

  it('trains in a process of its own when V8 is to widen the kernel, and survives that process', async () => {
    const own = small({ training: { engine: 'fused', seed: 7, maxSteps: 40, revectorize: true } });
    const run = await api.train(text, own);
    await untilState(run, 'finished');
    assert.equal(run.history.steps, 40);
    assert.ok(run.summary.hasCheckpoint);
    const lasting = await api.train(text, small({ training: { engine: 'fused', seed: 8, revectorize: true } }));
    await untilStep(lasting, 3);
    await api.kill(lasting.id);
    await untilState(lasting, 'failed');
    assert.match(lasting.summary.message, /ended unexpectedly \(signal SIGKILL\)\./);
  });

  describe('while it runs', () => {
    let run: ObservedRun;
    before(async () => {
      run = await api.train(text, small({ training: { seed: 1 } }));
      await untilStep(run, 20);
    });

    it('pauses, and does no step while it pauses', async () => {
      await vscode.commands.executeCommand('recurrent.pause', run.id);
      await untilState(run, 'paused');
      const at = run.history.lastStep;
      await new Promise((resolve) => setTimeout(resolve, 400));
      assert.equal(run.history.lastStep, at);
      await until(
        'the status bar says so',
        () => /debug-pause/.test(api.statusText),
        () => api.statusText,
      );
    });

    it('resumes', async () => {
      const at = run.history.lastStep;
      await vscode.commands.executeCommand('recurrent.resume', run.id);
      await untilState(run, 'running');
      await untilStep(run, at + 5);
    });

    it('is not touched by a command for a run that was deleted', async () => {
      const messages = new Messages();
      await vscode.commands.executeCommand('recurrent.stop', 'a-run-of-before');
      assert.match(await messages.next(), /^This run was deleted/);
      messages.dispose();
      const at = run.history.lastStep;
      await untilStep(run, at + 5);
      assert.equal(run.summary.state, 'running');
    });

    it('saves a checkpoint when asked', async () => {
      const saved = run.history.marks.filter(({ kind }) => kind === 'checkpoint').length;
      const at = run.history.lastStep;
      await vscode.commands.executeCommand('recurrent.checkpoint', run.id);
      const marks = () => run.history.marks.filter(({ kind }) => kind === 'checkpoint');
      await until('it is marked', () => marks().length > saved);
      assert.equal(marks().length, saved + 1);
      const { text, step } = marks().at(-1)!;
      assert.equal(text, 'Checkpoint saved');
      assert.ok(step >= at, `asked at step ${at}, saved at step ${step}`);
      assert.ok(run.summary.hasCheckpoint);
    });

    it('shows the same run again when it is asked for the same training', async () => {
      const count = api.runs.length;
      assert.equal((await api.train(text, small({ training: { seed: 1 } }))).id, run.id);
      assert.equal(api.runs.length, count);
    });

    it('stops when told, and goes on from where it stopped', async () => {
      await vscode.commands.executeCommand('recurrent.stop', run.id);
      await untilState(run, 'stopped');
      const at = run.history.lastStep;
      assert.deepEqual(run.history.marks.at(-1), { event: 'mark', step: at, kind: 'stopped', text: 'Stopped' });
      await vscode.commands.executeCommand('recurrent.resume', run.id);
      await untilState(run, 'running');
      await untilStep(run, at + 10);
      const { step } = run.history.stretch().stretch.columns;
      for (let i = 0; i < step.length; i++) assert.equal(step[i], i + 1);
      const stops = run.history.marks.filter(({ kind }) => kind === 'stopped' || kind === 'restored');
      assert.deepEqual(
        stops.map(({ kind, step }) => [kind, step]),
        [
          ['stopped', at],
          ['restored', at],
        ],
      );
    });

    it('leaves nothing behind when it is deleted', async () => {
      await api.delete(run.id);
      assert.ok(!api.runs.some(({ id }) => id === run.id));
      assert.ok(!existsSync(run.folder.path));
    });
  });

  it('starts by its command on the file it is given, and opens the panel beside it', async () => {
    const settings = vscode.workspace.getConfiguration('recurrent');
    await settings.update('model.hidden', 8, vscode.ConfigurationTarget.Global);
    const id = await vscode.commands.executeCommand<string>('recurrent.train', text);
    await settings.update('model.hidden', undefined, vscode.ConfigurationTarget.Global);
    const run = api.runs.find((other) => other.id === id)!;
    assert.equal(run.summary.configuration.model.hidden, 8);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    assert.ok(
      tabs.some(({ input }) => input instanceof vscode.TabInputWebview && /recurrent\.panel/.test(input.viewType)),
    );
    await api.delete(id);
  });

  it('trains on what is typed, saved or not', async () => {
    const content = realText(9000).replaceAll('a', 'å');
    const document = await vscode.workspace.openTextDocument({ content });
    const run = await api.train(document.uri, small({ text: { normalize: 'none' }, training: { maxSteps: 3 } }));
    await untilState(run, 'finished');
    const expected = new Set(content).size;
    assert.equal(run.summary.prepared?.vocabulary, expected + 1, 'its characters and <unk>');
    await api.delete(run.id);
  });
});

/** A text whose words take seconds to find: no spaces, and hardly any of them twice. */
function ideographs(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(0x4e00 + ((state >>> 8) % 20_000));
  }).join('');
}
