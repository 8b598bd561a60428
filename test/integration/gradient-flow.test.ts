import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RecurrentApi } from '../../src/host/api';
import type { ShownFlow } from '../../src/host/gradient-flow';
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
} from './support/laboratory';

describe('Gradient flow at the cursor', () => {
  const scratch = new Scratch();
  const messages = new Messages();
  const sentence = 'Call me Ishmael.\nSome years ago';
  let api: RecurrentApi;
  let editor: vscode.TextEditor;

  before(async () => {
    api = await activated();
    await deleteAll();
    const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content: sentence });
    editor = await vscode.window.showTextDocument(document);
  });
  after(async () => {
    messages.dispose();
    await deleteAll();
    scratch.remove();
  });

  /** Runs the command with the cursor at a place. */
  async function show(at: vscode.Position): Promise<ShownFlow> {
    editor.selection = new vscode.Selection(at, at);
    await until('the cursor is there', () => editor.selection.active.isEqual(at));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const shown = await vscode.commands.executeCommand<ShownFlow | undefined>('recurrent.gradientFlowHere');
    assert.ok(shown, messages.shown.join(' '));
    return shown;
  }

  async function train(change: Parameters<typeof small>[0]): Promise<string> {
    const uri = scratch.write(`whale-${api.runs.length}.txt`, realText(20_000));
    const run = await api.train(uri, small({ ...change, training: { maxSteps: 40, ...change?.training } }));
    await untilState(run, 'finished');
    return run.id;
  }

  it('says in one sentence that there is no model', async () => {
    assert.equal(await vscode.commands.executeCommand('recurrent.gradientFlowHere'), undefined);
    assert.equal(await messages.next(), 'There is no model yet: train one on any text first.');
    assert.equal(api.shownFlow, undefined);
  });

  describe('with an RNN that reads lower case', () => {
    let id: string;
    before(async () => {
      id = await train({ text: { normalize: 'lowercase' }, model: { cell: 'rnn' } });
    });

    it('tints each character before the one looked at, less the further back', async () => {
      const shown = await show(new vscode.Position(1, 14));
      const { result, levels, ranges, target } = shown;
      assert.equal(shown.run, id);
      assert.equal(api.shownFlow, shown);
      assert.equal(result.token, 'o');
      assert.equal(editor.document.getText(target), 'o');
      assert.ok(target?.isEqual(new vscode.Range(1, 13, 1, 14)));
      const lags = sentence.length - 1;
      assert.equal(result.norms.length, 1);
      for (const list of [result.norms[0], levels, ranges!, result.before]) assert.equal(list.length, lags);
      assert.deepEqual(
        ranges!.map((range) => editor.document.getText(range)),
        [...sentence].slice(0, -1).reverse(),
      );
      assert.equal(Math.max(...result.norms[0]), result.norms[0][0]);
      assert.equal(levels[0], 8);
      assert.ok(result.norms[0][lags - 1] < result.norms[0][0] / 100, `norms ${result.norms[0]}`);
      assert.ok(levels[lags - 1] <= 4);
      const { name } = api.runs.find((run) => run.id === id)!.summary;
      const bits = result.bits.toFixed(2);
      assert.equal(shown.message, `Gradient flow of “o”: a surprise of ${bits} bits under ${name}.`);
      assert.ok(result.bits > 0 && result.bits < 30);
    });

    it('clears with another selection, with an edit, and with the command of Escape', async () => {
      await show(new vscode.Position(1, 14));
      editor.selection = new vscode.Selection(0, 3, 0, 3);
      await until('the tint is gone', () => api.shownFlow === undefined);
      await show(new vscode.Position(1, 14));
      await vscode.commands.executeCommand('recurrent.clearGradientFlow');
      assert.equal(api.shownFlow, undefined);
      await show(new vscode.Position(1, 14));
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'x'));
      await until('the tint is gone', () => api.shownFlow === undefined);
      await editor.edit((edit) => edit.delete(new vscode.Range(0, 0, 0, 1)));
    });

    it('says what is missing where too little text stands before the cursor', async () => {
      editor.selection = new vscode.Selection(0, 1, 0, 1);
      assert.equal(await vscode.commands.executeCommand('recurrent.gradientFlowHere'), undefined);
      const message = await messages.next();
      assert.match(message, /at least two tokens of text before the cursor/);
      assert.ok(isPlain(message));
    });

    it('finds its places after Windows line ends as well', async () => {
      await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
      const { ranges } = await show(new vscode.Position(1, 2));
      assert.ok(ranges?.[0].isEqual(new vscode.Range(1, 0, 1, 1)));
      assert.ok(ranges?.[1].isEqual(new vscode.Range(0, 16, 1, 0)));
      assert.ok(ranges?.[2].isEqual(new vscode.Range(0, 15, 0, 16)));
      await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.LF));
    });
  });

  it('says the spectral radius of a linear RNN, and its exact norms', async () => {
    await train({ text: { normalize: 'none' }, model: { cell: 'rnn', activation: 'identity' } });
    const { result, more, lags } = await show(new vscode.Position(1, 14));
    const { exact, spectralRadius } = result.linear!;
    assert.equal(more, `Spectral radius of W_hh: ${spectralRadius.toPrecision(4)}.`);
    assert.equal(exact.length, result.norms[0].length);
    for (const [k, norm] of exact.entries()) {
      assert.ok(Math.abs(norm / result.norms[0][k] - 1) < 1e-3, `lag ${k}: ${norm}, ${result.norms[0][k]}`);
      assert.equal(lags[k].length, 2);
      assert.equal(lags[k][1], `Exactly, by the powers of W_hh: ${norm.toPrecision(3)}`);
    }
  });

  it('lists the tokens of a model that reads letters only', async () => {
    await train({ model: { layers: 2 } });
    const shown = await show(new vscode.Position(0, 16));
    assert.equal(shown.ranges, undefined);
    assert.equal(shown.target, undefined);
    assert.equal(api.shownFlow, undefined);
    assert.equal(shown.result.norms.length, 2);
    assert.deepEqual(shown.result.before.slice(0, 3), ['l', 'e', 'a']);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });
});
