import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RecurrentApi } from '../../src/host/api';
import { configurationOf, type Demonstration, demonstrationNamed, demonstrations } from '../../src/host/demonstrations';
import { recallLag, recallText } from '../../src/text/recall';
import { activated, deleteAll, extension, Messages, until, untilState, untilStep } from './support/laboratory';

type Run = RecurrentApi['runs'][number];

/** What a demonstration has come to. */
interface Shown {
  /** The newest norms, by lag. */
  readonly flow: readonly number[];
  readonly validation: number;
  readonly run: Run;
}

/** Topics of the walkthrough's buttons: `command:recurrent.demonstrate?["topic"]`. */
function buttons(): string[] {
  const { walkthroughs } = extension.packageJSON.contributes;
  return [...JSON.stringify(walkthroughs).matchAll(/recurrent\.demonstrate\?%5B%22(\w+)%22%5D/g)].map(
    ([, name]) => name,
  );
}

describe('The lecture, live', () => {
  let api: RecurrentApi;
  before(async () => {
    api = await activated();
  });
  after(deleteAll);

  it('has a button for each demonstration, and a demonstration for each button', () => {
    assert.deepEqual(buttons().sort(), Object.keys(demonstrations()).sort());
    for (const demonstration of Object.values(demonstrations())) assert.ok(configurationOf(demonstration));
    for (const name of ['constructor', 'toString', 'gates', '']) assert.equal(demonstrationNamed(name), undefined);
  });

  it('shows clip events under Clipping', async () => {
    const id = await vscode.commands.executeCommand<string>('recurrent.demonstrate', 'clipping');
    const run = api.runs.find((other) => other.id === id)!;
    await untilStep(run, 20);
    const clips = () => run.history.stretch().stretch.columns.clipScale.filter((scale) => scale < 1).length;
    await until('there are clip events', () => clips() >= 3, clips);
    await api.delete(id);
  });

  /** Starts a demonstration and waits until it has measured a gradient flow, or more. */
  async function demonstrate(name: string, enough: (shown: Shown) => boolean): Promise<Shown> {
    const id = await vscode.commands.executeCommand<string>('recurrent.demonstrate', name);
    const run = api.runs.find((other) => other.id === id)!;
    const shown = () => {
      const { flows, evaluations } = run.history.stretch().stretch;
      return { flow: flows.at(-1)?.norms[0] ?? [], validation: evaluations.at(-1)?.perplexity ?? Infinity, run };
    };
    await until(`${name} shows its topic`, () => enough(shown()) || run.summary.state === 'diverged', shown);
    const result = shown();
    await api.delete(id);
    return result;
  }

  it('passes the lines of the unigram and the 2-gram under Perplexity', async () => {
    const lines = (run: Run) => run.summary.prepared?.baselines ?? [];
    const below = (name: string, { run, validation }: Shown) =>
      lines(run).some((line) => line.name === name && validation < line.perplexity);
    const shown = await demonstrate('perplexity', (now) => below('unigram', now) && below('2-gram', now));
    assert.deepEqual(
      lines(shown.run)
        .slice(0, 3)
        .map(({ name }) => name),
      ['uniform', 'unigram', '2-gram'],
    );
  });

  it('shows a gradient that ends at lag 5 under Truncation, and one that goes on under Random truncation', async () => {
    const cut = await demonstrate('truncation', ({ flow }) => flow.length > 0);
    assert.ok(cut.flow.slice(0, 5).every((norm) => norm > 0));
    assert.deepEqual(new Set(cut.flow.slice(5)), new Set([0]));
    const random = await demonstrate('random', ({ flow }) => flow[5] > 0);
    assert.notEqual(random.run.summary.state, 'diverged');
  });

  it('shows that a GRU remembers what a plain RNN forgets, under one training', async () => {
    const { forgetting } = recallText();
    const gru = await demonstrate('gru', ({ validation }) => validation < forgetting);
    const over = ({ run }: Shown) => run.history.lastStep >= gru.run.history.lastStep;
    const rnn = await demonstrate('rnn', (shown) => over(shown) && shown.validation < Infinity);
    assert.ok(gru.validation < forgetting, `the GRU remembers: ${gru.validation}`);
    assert.ok(rnn.validation > gru.validation, `the RNN does not: ${rnn.validation}`);
    const reached = ({ flow }: Shown) => flow[recallLag] / flow[0];
    assert.ok(reached(gru) > 3 * reached(rnn), `${reached(gru)} against ${reached(rnn)}`);
  });

  it('differs between clipping and none, and between the three cells, in that alone', () => {
    const { clipping, unclipped, rnn, gru, lstm } = demonstrations();
    const differences = (a: Demonstration, b: Demonstration) => {
      const [one, other] = [a, b].map((each) => configurationOf(each) as Record<string, Record<string, unknown>>);
      return Object.keys(one).flatMap((group) =>
        Object.keys(one[group]).filter((name) => one[group][name] !== other[group][name]),
      );
    };
    assert.deepEqual(differences(clipping, unclipped), ['clipping']);
    assert.deepEqual(differences(rnn, gru), ['cell']);
    assert.deepEqual(differences(gru, lstm), ['cell', 'forgetBias']);
    assert.equal(clipping.on, unclipped.on);
  });

  it('diverges without clipping, says why and what to try, and trains once it goes back and clips', async () => {
    const messages = new Messages();
    try {
      const id = await vscode.commands.executeCommand<string>('recurrent.demonstrate', 'unclipped');
      const run = api.runs.find((other) => other.id === id)!;
      await untilState(run, 'diverged');
      assert.match(run.summary.message, /^(The|For 100 steps the) .*Clip by norm .*\.$/);
      assert.deepEqual(run.summary.remedies, ['clip', 'slow']);
      await vscode.commands.executeCommand('recurrent.goBackAndClip', run.id);
      // The panel shows it, so no notification covers the chart.
      assert.deepEqual(messages.shown, []);
      const restored = () => run.history.marks.find(({ kind }) => kind === 'restored');
      await until('it went back', () => restored() !== undefined);
      await untilStep(run, restored()!.step + 40);
      assert.notEqual(run.summary.state, 'diverged');
      assert.equal(run.summary.configuration.training.clipping, 'norm');
      assert.ok(run.history.stretch().stretch.columns.clipScale.some((scale) => scale < 1));
      assert.deepEqual(
        run.history.marks.filter(({ kind }) => kind === 'clip').map(({ text }) => text),
        ['Clipping: none → norm'],
      );
    } finally {
      messages.dispose();
    }
  });
});
