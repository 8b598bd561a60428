import * as assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import * as vscode from 'vscode';
import { Completions } from '../../src/host/completion';
import { completionSelector, folderSchemes, languageOf } from '../../src/host/completion-places';
import { Generator } from '../../src/host/generator';
import type { Run } from '../../src/host/run';
import { RunStore } from '../../src/host/run-store';
import { Runs } from '../../src/host/runs';
import type { ContinuedText } from '../../src/protocol/generation';
import { dist, Messages, realText, Scratch, small, untilState } from './support/laboratory';

describe('Inline completions', () => {
  const scratch = new Scratch();
  const log = vscode.window.createOutputChannel('Completion tests', { log: true });
  const runs = new Runs(new RunStore(`${scratch.path}/runs`, () => assert.fail('cannot write')), dist(), log);
  const generator = new Generator(dist(), log);
  let messages: Messages;
  const settings = () => vscode.workspace.getConfiguration('recurrent.completion');
  const { Automatic, Invoke } = vscode.InlineCompletionTriggerKind;
  let completions: Completions;
  let document: vscode.TextDocument;
  /** How often the completions were asked, and a model. */
  let called = 0;
  let asked = 0;

  before(async () => {
    messages = new Messages();
    const original = generator.continue.bind(generator);
    generator.continue = (...request) => {
      asked++;
      return original(...request);
    };
    completions = new Completions(runs, generator, log);
    const provide = completions.provideInlineCompletionItems.bind(completions);
    completions.provideInlineCompletionItems = (...request) => {
      called++;
      return provide(...request);
    };
    document = await open('Call me Ishm');
    await settings().update('delay', 0, vscode.ConfigurationTarget.Global);
    await settings().update('length', 40, vscode.ConfigurationTarget.Global);
  });
  beforeEach(() => {
    called = 0;
    asked = 0;
  });
  after(async () => {
    for (const name of ['delay', 'length', 'enabled', 'languages']) {
      await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
    }
    for (const part of [completions, generator, runs, messages, log]) part.dispose();
    scratch.remove();
  });

  function open(content: string, language = 'plaintext'): Thenable<vscode.TextDocument> {
    return vscode.workspace.openTextDocument({ language, content });
  }

  async function complete(
    change: Partial<vscode.InlineCompletionContext> = {},
    token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
    position = document.lineAt(0).range.end,
    where = document,
  ): Promise<vscode.InlineCompletionItem[] | undefined> {
    const context = { triggerKind: Automatic, selectedCompletionInfo: undefined, ...change };
    return completions.provideInlineCompletionItems(where, position, context, token);
  }

  /** What is offered where │ stands in a text. */
  async function offered(
    text: string,
    change: { asked?: boolean; language?: string } = {},
  ): Promise<string | undefined> {
    const [before, after] = text.split('│');
    const where = await open(before + after, change.language);
    const context = { triggerKind: change.asked ? Invoke : Automatic };
    const items = await complete(context, undefined, where.positionAt(before.length), where);
    return items && String(items[0].insertText);
  }

  async function edit(where: vscode.TextDocument, range: vscode.Range, text: string): Promise<void> {
    const change = new vscode.WorkspaceEdit();
    change.replace(where.uri, range, text);
    assert.ok(await vscode.workspace.applyEdit(change));
  }

  async function train(name: string, text: string, maxSteps: number): Promise<Run> {
    const uri = scratch.write(name, text);
    const bytes = await vscode.workspace.fs.readFile(uri);
    const configuration = small({
      text: { limit: 80_000 },
      model: { hidden: 64 },
      training: { engine: 'fused', batch: 16, steps: 32, maxSteps },
    });
    const run = runs.start({ bytes, source: name, uri, saved: true }, configuration);
    await untilState(run, 'finished');
    return run;
  }

  it('offers nothing, and asks nobody, while there is no model', async () => {
    assert.equal(await complete(), undefined);
    assert.equal(asked, 0);
  });

  it('knows the languages of files', () => {
    assert.equal(languageOf('main.ts'), 'typescript');
    assert.equal(languageOf('train.py'), 'python');
    assert.equal(languageOf('README.md'), 'markdown');
    assert.equal(languageOf('book.txt'), 'plaintext');
    assert.equal(languageOf('corpus'), 'plaintext');
  });

  describe('of texts, and nowhere else', () => {
    const other = ['comment', 'chatSessionInput', 'vscode-scm', 'output', 'debug', 'search-editor', 'vscode-settings'];
    const schemes = [...other, 'vscode-interactive-input', 'git', 'review'];
    const provider = { provideTextDocumentContent: () => 'Call me ' };
    const matches = (selector: vscode.DocumentFilter[], where: vscode.TextDocument) =>
      vscode.languages.match(selector, where) > 0;

    it('by their schemes', async () => {
      const file = await vscode.workspace.openTextDocument(scratch.write('plain.txt', 'Call me'));
      const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', {
        cells: [new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, 'Call me', 'markdown')],
      });
      const selectors = [['plaintext', 'markdown'], ['*']].map((languages) => completionSelector(languages, ['memfs']));
      for (const selector of selectors) {
        for (const where of [file, document, notebook.cellAt(0).document]) assert.ok(matches(selector, where));
        for (const scheme of schemes) {
          const registration = vscode.workspace.registerTextDocumentContentProvider(scheme, provider);
          const box = await vscode.workspace.openTextDocument(vscode.Uri.parse(`${scheme}:/box.txt`));
          assert.equal(matches(selector, box), false, scheme);
          registration.dispose();
        }
        const folder = vscode.workspace.registerTextDocumentContentProvider('memfs', provider);
        assert.ok(matches(selector, await vscode.workspace.openTextDocument(vscode.Uri.parse('memfs:/a.txt'))));
        folder.dispose();
      }
      assert.ok(folderSchemes().length > 0);
    });
  });

  describe('with a model', () => {
    let run: Run;
    before(async () => {
      run = await train('whale.txt', realText(80_000), 400);
      assert.equal(completions.describe(document), `Completions: ${run.name}`);
    });

    it('offers text at the cursor, the same for the same prompt', async () => {
      const [item] = (await complete())!;
      assert.equal(typeof item.insertText, 'string');
      assert.match(String(item.insertText), /^[a-z ]+$/);
      assert.ok(item.range?.isEmpty && item.range.start.isEqual(document.lineAt(0).range.end));
      assert.equal((await complete())![0].insertText, item.insertText);
      assert.equal(asked, 1);
    });

    it('goes on from what the suggestion list has selected', async () => {
      const range = new vscode.Range(0, 8, 0, 12);
      const [item] = (await complete({ selectedCompletionInfo: { range, text: 'Ishmael' } }))!;
      assert.ok(item.range?.isEqual(range));
      assert.match(String(item.insertText), /^Ishmael./);
    });

    it('keeps a completion while it is typed along, and when that is deleted again', async () => {
      const where = await open('First line\r\nThe great ');
      const end = () => where.lineAt(1).range.end;
      const at = end();
      const rest = async () => (await complete({}, undefined, end(), where))?.[0].insertText;
      const whole = String(await rest());
      assert.ok(whole.length > 8, whole);
      assert.equal(asked, 1);
      for (let typed = 1; typed < 8; typed++) {
        await edit(where, new vscode.Range(end(), end()), whole[typed - 1]);
        assert.equal(await rest(), whole.slice(typed));
      }
      for (let typed = 6; typed >= 0; typed--) {
        await edit(where, new vscode.Range(end().translate(0, -1), end()), '');
        assert.equal(await rest(), whole.slice(typed));
      }
      assert.equal(asked, 1);
      await edit(where, new vscode.Range(end(), end()), whole[0] === 'q' ? 'w' : 'q');
      await rest();
      assert.equal(asked, 2);
      await edit(where, new vscode.Range(at, end()), '');
      assert.equal(await rest(), whole);
      await edit(where, new vscode.Range(end(), end()), whole);
      await rest();
      assert.equal(asked, 3);
      await edit(where, new vscode.Range(0, 0, 0, 0), 'Another ');
      await rest();
      assert.equal(asked, 4);
    });

    it('keeps nothing of another setting, and does not wait to go on with what it keeps', async () => {
      const where = await open('The old ');
      const ask = async () => (await complete({}, undefined, where.lineAt(0).range.end, where))?.[0].insertText;
      const first = String(await ask());
      await settings().update('delay', 5000, vscode.ConfigurationTarget.Global);
      await settings().update('delay', 0, vscode.ConfigurationTarget.Global);
      assert.equal(await ask(), first);
      assert.equal(asked, 2);
    });

    it('asks nobody within a word of any alphabet, nor unasked before text that goes on', async () => {
      for (const text of ['Cal│l', 'при│вет', 'caf│é', '日本│語', 'ne│\u0301e', 'مر│حبا']) {
        assert.equal(await offered(text), undefined, text);
        assert.equal(await offered(text, { asked: true }), undefined, text);
      }
      for (const text of ['the │, and', 'the│ whale']) assert.equal(await offered(text), undefined, text);
      assert.equal(asked, 0);
      assert.ok(await offered('the │, and', { asked: true }));
    });

    it('offers nothing where most of the text is unknown to the model', async () => {
      assert.equal(await offered('Это написано совсем другими буквами, и модель их никогда не видела. │'), undefined);
      assert.equal(await offered('日本語の文章です。これはモデルが見たことのない文字です。│'), undefined);
      assert.equal(asked, 2);
      assert.ok(await offered('She read the café menu │'));
    });

    describe('that writes', () => {
      const original = generator.continue;
      let written: Partial<ContinuedText> = {};
      before(() => {
        const nothing = { tokens: [], cancelled: false, step: 1, surprise: 0, notes: [], text: '' };
        const unknown = { pieces: [], share: 0, atEnd: false };
        generator.continue = async () => ({ ...nothing, unknown, end: 'stop', ...written });
      });
      after(() => {
        generator.continue = original;
      });

      for (const [what, line, change, expected] of [
        ['a quote that follows', '"Call me │"', { text: 'Ishmael," said' }, 'Ishmael,'],
        ['only what follows', 'Привет│!', { text: '! Корабль' }, undefined],
        ['bold that ends', '**bold │**', { text: 'text** and' }, 'text'],
        ['blanks', 'name    │', { text: '        ' }, undefined],
        ['bytes', 'Call me │', { text: 'Ishm\uFFFDael' }, undefined],
        ['a line that ended', 'Call me │', { text: 'Ishmael of old' }, 'Ishmael of old'],
        ['more than its length', 'Call me │', { text: 'Ishmael of ol', end: 'length' }, 'Ishmael of'],
        ['the half of a word', 'Call me │', { text: 'Ishm', end: 'length' }, undefined],
        ['the next line', 'Call me │\nIshmael. Some years', { text: 'Ishmael.' }, undefined],
        [
          'half known letters',
          'Call me │',
          { text: 'Ishmael', unknown: { pieces: ['x'], share: 0.4, atEnd: false } },
          'Ishmael',
        ],
        [
          'mostly unknown ones',
          'Call me │',
          { text: 'Ishmael', unknown: { pieces: ['x'], share: 0.6, atEnd: false } },
          undefined,
        ],
        ['a text that it cannot read', 'Call me │', { text: 'Ishmael', surprise: 1.3 }, undefined],
        [
          'what it never saw the like of',
          'Das Rätsel│',
          { text: ' jumps', unknown: { pieces: ['Rätsel'], share: 0.4, atEnd: true } },
          undefined,
        ],
      ] as const) {
        it(`offers what may be seen of ${what}`, async () => {
          written = change;
          assert.equal(await offered(line), expected);
        });
      }
    });

    it('is the best for a document, and not simply the newest', async () => {
      const early = await train('early.txt', realText(60_000).slice(2000), 10);
      assert.equal(runs.all[0], early);
      assert.equal(completions.describe(document), `Completions: ${run.name}`);
      const own = await vscode.workspace.openTextDocument(early.uri!);
      assert.equal(completions.describe(own), `Completions: ${run.name}`);
      const serving: Run[] = [];
      const original = generator.continue;
      generator.continue = (...request) => {
        serving.push(request[0]);
        return original(...request);
      };
      try {
        assert.ok(await offered('Another ship │'));
        assert.deepEqual(serving, [run]);
        await settings().update('languages', ['*'], vscode.ConfigurationTarget.Global);
        assert.equal(await offered('import numpy │', { language: 'python' }), undefined);
        assert.equal(await offered('Fix the │', { language: 'git-commit', asked: true }), undefined);
        assert.deepEqual(serving, [run]);
        assert.ok(await offered('import numpy │', { language: 'python', asked: true }));
      } finally {
        generator.continue = original;
        await settings().update('languages', undefined, vscode.ConfigurationTarget.Global);
        await runs.delete(early);
      }
    });

    it('says nothing before it is better than the 2-gram, unless asked', async () => {
      const another = new Runs(new RunStore(`${scratch.path}/early`, () => {}), dist(), log);
      const text = scratch.write('few.txt', realText(20_000));
      const bytes = await vscode.workspace.fs.readFile(text);
      const configuration = small({ training: { maxSteps: 5, evaluateEvery: 5 } });
      const early = another.start({ bytes, source: 'few.txt', uri: text, saved: true }, configuration);
      await untilState(early, 'finished');
      const alone = new Completions(another, generator, log);
      try {
        const ask = (triggerKind: vscode.InlineCompletionTriggerKind) => {
          const context = { triggerKind, selectedCompletionInfo: undefined };
          const { token } = new vscode.CancellationTokenSource();
          return alone.provideInlineCompletionItems(document, new vscode.Position(0, 12), context, token);
        };
        assert.match(alone.describe(document) ?? '', /none yet/);
        assert.equal(await ask(Automatic), undefined);
        assert.equal(asked, 0);
        await ask(Invoke);
        assert.equal(asked, 1);
      } finally {
        alone.dispose();
        another.dispose();
      }
    });

    it('minds no setting of training that conflicts with another', async () => {
      const training = vscode.workspace.getConfiguration('recurrent.training');
      await training.update('truncateEvery', 1000, vscode.ConfigurationTarget.Global);
      const there = await complete();
      await training.update('truncateEvery', undefined, vscode.ConfigurationTarget.Global);
      assert.equal(there?.length, 1);
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
      await settings().update('length', 40, vscode.ConfigurationTarget.Global);
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
        called = 0;
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
        await new Promise((resolve) => setTimeout(resolve, 700));
        await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
        return called;
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
