import { describe, expect, it } from 'vitest';
import { fileName, flowToCsv, runsToJson, toCsv } from '../../../webview/export-data';
import { RunHistory } from '../../../webview/history';
import { fullNames, shortNames } from '../../../webview/run-names';
import { stretch, summary } from '../../visual/scenarios';

function run(name = 'GRU-256 · "odd", name.txt', id = 'run-1') {
  const history = new RunHistory(0.9);
  history.append(stretch(60, 80));
  return { summary: summary('finished', 60, 80, { name, id }), history, colour: 0 };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('exports', () => {
  it('write one CSV line a step, with the evaluations where they were', () => {
    const made = run();
    const lines = text(toCsv([made]))
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(61);
    const heads = lines[0].split(',');
    expect(heads.slice(0, 3)).toEqual(['run', 'step', 'epoch']);
    const prefix = '"GRU-256 · ""odd"", name.txt",';
    const cells = lines[2].slice(prefix.length).split(',');
    expect(lines[2].startsWith(prefix)).toBe(true);
    expect(Number(cells[0])).toBe(2);
    expect(Number(cells[heads.indexOf('gradNorm') - 1])).toBe(made.history.gradNorm.values[1]);
    expect(Number(cells.at(-1))).toBe(made.history.evaluations[0].perplexity);
    expect(lines[1].endsWith(',')).toBe(true);
  });

  it('write JSON that holds everything', () => {
    const made = run();
    const [value] = JSON.parse(text(runsToJson([made])));
    expect(value.steps.map(({ loss }: { loss: number }) => loss)).toEqual([...made.history.loss.used]);
    expect(value.evaluations).toEqual(made.history.evaluations);
    expect(value.configuration.model.hidden).toBe(256);
  });

  it('leave out what has no finite value, with the nats beside it', () => {
    const made = run('A', 'run-1');
    const { columns, ...rest } = stretch(61, 80, { from: 60 });
    const wild = { step: 61, nats: 900, perplexity: Number.POSITIVE_INFINITY, unknownShare: 0.25 };
    made.history.append({
      ...rest,
      columns: {
        ...columns,
        loss: Float64Array.of(900),
        gradNorm: Float64Array.of(Number.NaN),
        clip: Float64Array.of(0),
      },
      evaluations: [{ event: 'evaluation', epoch: 1, bitsPerCharacter: 1298, best: false, diagnosis: '', ...wild }],
      flows: [{ event: 'flow', step: 61, norms: [[1, 2, Number.POSITIVE_INFINITY, Number.NaN]] }],
    });
    const json = text(runsToJson([made, made]));
    expect(json).not.toMatch(/null|NaN|Infinity/);
    const [first, second] = JSON.parse(json);
    expect(second.id).toBe('run-1');
    const last = first.steps.at(-1);
    expect(last).toMatchObject({ step: 61, loss: 900, clipScale: expect.any(Number) });
    for (const name of ['perplexity', 'gradNorm', 'smoothedNorm', 'clip']) expect(last).not.toHaveProperty(name);
    expect(first.evaluations.at(-1)).toMatchObject({ nats: 900 });
    expect(first.evaluations.at(-1)).not.toHaveProperty('perplexity');
    expect(first.flows.at(-1).norms).toEqual([[1, 2]]);
    const csv = text(toCsv([made]))
      .trimEnd()
      .split('\r\n');
    expect(csv.join()).not.toMatch(/null|NaN|Infinity/);
    const heads = csv[0].split(',');
    const cells = (csv.at(-1) ?? '').split(',');
    const cell = (name: string) => cells[heads.indexOf(name)];
    expect(
      ['loss', 'perplexity', 'validationNats', 'validationUnknownShare', 'validationPerplexity'].map(cell),
    ).toEqual(['900', '', '900', '0.25', '']);
    expect(JSON.parse(text(runsToJson([])))).toEqual([]);
  });

  it('tell runs of one name apart as the legend does', () => {
    const several = [run('GRU-8 · a.txt', 'run-7'), run('GRU-8 · b.txt', 'run-8'), run('GRU-8 · a.txt', 'run-9')];
    const names = several.map(({ summary }) => summary.name);
    expect(shortNames(names)).toEqual(['GRU-8 (1)', 'GRU-8 (2)', 'GRU-8 (3)']);
    const told = ['GRU-8 · a.txt (1)', 'GRU-8 · b.txt', 'GRU-8 · a.txt (3)'];
    expect(fullNames(names)).toEqual(told);
    for (const table of [toCsv(several), flowToCsv(several)]) {
      const lines = text(table).trimEnd().split('\r\n').slice(1);
      expect([...new Set(lines.map((line) => line.split(',')[0]))]).toEqual(told);
    }
    const values: { name: string; id: string }[] = JSON.parse(text(runsToJson(several)));
    expect(values.map(({ name }) => name)).toEqual(told);
    expect(values.map(({ id }) => id)).toEqual(['run-7', 'run-8', 'run-9']);
  });

  it('hold the averages that are drawn, and what they were made with', () => {
    const made = run();
    const [heads, first] = text(toCsv([made]))
      .split('\r\n')
      .map((line) => line.replace(/^"(?:""|[^"])*"/, 'run').split(','));
    expect(Number(first[heads.indexOf('smoothed')])).toBe(made.history.smoothed.values[0]);
    expect(Number(first[heads.indexOf('smoothedNorm')])).toBe(made.history.smoothedNorm.values[0]);
    const [value] = JSON.parse(text(runsToJson([made])));
    expect(value.steps.map((row: { smoothedNorm: number }) => row.smoothedNorm)).toEqual([
      ...made.history.smoothedNorm.used,
    ]);
    expect(value.smoothing).toBe(0.9);
    made.history.smooth(0.5);
    expect(JSON.parse(text(runsToJson([made])))[0].smoothing).toBe(0.5);
  });

  it('make names that every file system takes', () => {
    expect(fileName(run('GRU-256 · moby-dick.txt'), 'perplexity', 'png')).toBe('GRU-256-moby-dick-txt-perplexity.png');
  });
});
