import * as assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ObservedRun, RecurrentApi } from '../../src/host/api';
import {
  activated,
  deleteAll,
  isPlain,
  Messages,
  realText,
  Scratch,
  small,
  until,
  untilState,
  untilStep,
} from './support/laboratory';

describe('Bad input', () => {
  let api: RecurrentApi;
  let messages: Messages;
  const scratch = new Scratch();

  before(async () => {
    api = await activated();
  });
  beforeEach(() => {
    messages = new Messages();
  });
  afterEach(() => messages.dispose());
  after(async () => {
    await deleteAll();
    scratch.remove();
  });

  const texts: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /empty\.txt.*empty/],
    ['one distinct character', 'a'.repeat(5000), /one\.txt/],
    ['a binary file', new Uint8Array(5000).map((_, i) => (i * 7919) % 256), /binary\.txt/],
  ];
  for (const [what, content, expected] of texts) {
    it(`says in a sentence what is wrong with ${what}`, async () => {
      const name = expected.source.replace(/\\.*/, '');
      const run = await api.train(scratch.write(`${name}.txt`, content), small({ text: { normalize: 'none' } }));
      await untilState(run, 'failed');
      const message = await messages.next();
      assert.match(message, expected);
      assert.ok(isPlain(message), message);
      assert.equal(run.summary.message, message);
      await api.delete(run.id);
    });
  }

  it('shrinks the window to a short text, says so, and trains', async () => {
    const run = await api.train(scratch.write('short.txt', realText(150)), small({ training: { maxSteps: 3 } }));
    await untilState(run, 'finished');
    const message = await messages.next();
    assert.match(message, /short\.txt/);
    assert.ok(isPlain(message), message);
    await api.delete(run.id);
  });

  it('refuses a file that does not exist', async () => {
    await vscode.commands.executeCommand('recurrent.train', vscode.Uri.file(join(scratch.path, 'nowhere.txt')));
    const message = await messages.next();
    assert.match(message, /nowhere\.txt cannot be read: it does not exist\./);
  });

  it('refuses a folder', async () => {
    await vscode.commands.executeCommand('recurrent.train', vscode.Uri.file(scratch.path));
    const message = await messages.next();
    assert.match(message, /it is a folder/);
    assert.ok(isPlain(message), message);
  });

  it('refuses a setting out of range, naming it', async () => {
    const settings = vscode.workspace.getConfiguration('recurrent');
    await settings.update('model.hidden', -3, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('recurrent.train', scratch.write('fine.txt', realText(5000)));
    await settings.update('model.hidden', undefined, vscode.ConfigurationTarget.Global);
    const message = await messages.next();
    assert.match(message, /model\.hidden/);
    assert.ok(isPlain(message), message);
  });

  it('recovers from a worker that dies: the checkpoint is kept, and the run goes on from it', async () => {
    const run = await api.train(scratch.write('whale.txt', realText(40_000)), small());
    await untilStep(run, 50);
    assert.ok(run.summary.hasCheckpoint);
    messages.answer = 'Go On from Checkpoint';
    await api.kill(run.id);
    const message = await messages.next();
    assert.match(message, /ended unexpectedly .*The checkpoint of step \d+ is kept\.$/);
    assert.ok(isPlain(message), message);
    await untilState(run, 'running');
    await untilStep(run, 70);
    const { step } = run.history.stretch().stretch.columns;
    for (let i = 0; i < step.length; i++) assert.equal(step[i], i + 1);
    await api.delete(run.id);
  });

  it('offers to end a worker that does not answer when it is to stop, and ends it', async () => {
    // A step of this takes the reference engine most of a minute.
    const model = { cell: 'lstm', hidden: 1024 } as const;
    const training = { batch: 128, steps: 16 } as const;
    const run = await api.train(scratch.write('whale.txt', realText(40_000)), small({ model, training }));
    await untilState(run, 'running');
    await new Promise((resolve) => setTimeout(resolve, 500));
    messages.answer = 'End It Now';
    await vscode.commands.executeCommand('recurrent.stop', run.id);
    const message = await messages.next();
    assert.match(message, /has not answered for 10 seconds/);
    assert.ok(isPlain(message), message);
    await untilState(run, 'stopped');
    assert.match(run.summary.message, /^Ended after step \d+, as it did not answer\./);
    await api.delete(run.id);
  });

  /** It goes on at a rate that holds, at most the one given, and longer than the watch would wait. */
  async function holds(run: ObservedRun, most: number): Promise<void> {
    const { step } = run.history.marks.find(({ kind }) => kind === 'restored')!;
    await untilStep(run, step + 200);
    assert.equal(run.summary.state, 'running', run.summary.message);
    const { lr } = run.summary.configuration.training;
    assert.ok(lr > 0 && lr <= most, `${lr}`);
    const found = run.history.marks.filter(({ kind, step: at }) => kind === 'learningRate' && at === step).at(-1)!;
    assert.match(found.text, new RegExp(`${lr}, which holds$`));
  }

  it('stops a run that diverges, and goes back to its last good checkpoint with a lower learning rate', async () => {
    const configuration = small({
      model: { cell: 'rnn', activation: 'identity' },
      training: { optimizer: 'sgd', lr: 0.1, clipping: 'none' },
    });
    const run = await api.train(scratch.write('whale.txt', realText(40_000)), configuration);
    await untilStep(run, 50);
    await vscode.commands.executeCommand('recurrent.checkpoint', run.id);
    messages.answer = 'Lower the Rate';
    api.adjust(run.id, { lr: 80 });
    const message = await messages.next();
    messages.answer = undefined;
    assert.ok(isPlain(message), message);
    await until('it went back', () => run.history.marks.some(({ kind }) => kind === 'restored'));
    await holds(run, 8);
    await api.delete(run.id);
  });

  it('goes back to the beginning when a run diverges before it learnt anything', async () => {
    const configuration = small({
      model: { cell: 'rnn', activation: 'relu' },
      training: { optimizer: 'sgd', lr: 100, clipping: 'none' },
    });
    messages.answer = 'Lower the Rate';
    const run = await api.train(scratch.write('whale.txt', realText(40_000)), configuration);
    const message = await messages.next();
    messages.answer = undefined;
    assert.ok(isPlain(message), message);
    await until('it went back', () => run.history.marks.some(({ kind }) => kind === 'restored'));
    assert.equal(run.history.marks.find(({ kind }) => kind === 'restored')!.step, 0);
    await holds(run, 10);
    await api.delete(run.id);
  });

  it('says what is wrong with a damaged checkpoint, and keeps the history', async () => {
    const text = scratch.write('whale.txt', realText(40_000));
    const run = await api.train(text, small());
    await untilStep(run, 25);
    await vscode.commands.executeCommand('recurrent.stop', run.id);
    await untilState(run, 'stopped');
    const steps = run.history.steps;
    await run.save();
    for (const name of ['latest', 'best']) writeFileSync(join(run.folder.path, `${name}.safetensors`), 'no tensors');
    await vscode.commands.executeCommand('recurrent.resume', run.id);
    const message = await messages.next();
    assert.match(message, /cannot go on: latest\.safetensors is not a usable checkpoint/);
    assert.ok(isPlain(message), message);
    assert.equal(run.summary.state, 'stopped');
    assert.equal(run.history.steps, steps);
    await assert.rejects(api.continue(run.id, 'a', 5), /model|checkpoint/i);
    await api.delete(run.id);
  });
});
