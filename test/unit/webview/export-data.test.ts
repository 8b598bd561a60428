import { describe, expect, it } from 'vitest';
import { fileName, toCsv, toJson } from '../../../webview/export-data';
import { RunHistory } from '../../../webview/history';
import { stretch, summary } from '../../visual/scenarios';

function run(name = 'GRU-256 · "odd", name.txt') {
  const history = new RunHistory(0.9);
  history.append(stretch(60, 80));
  return { summary: summary('finished', 60, 80, { name }), history, colour: 0 };
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
    const [value] = JSON.parse(text(toJson([made])));
    expect(value.steps.loss).toEqual([...made.history.loss.used]);
    expect(value.evaluations).toEqual(made.history.evaluations);
    expect(value.configuration.model.hidden).toBe(256);
  });

  it('make names that every file system takes', () => {
    expect(fileName(run('GRU-256 · moby-dick.txt'), 'perplexity', 'png')).toBe('GRU-256-moby-dick-txt-perplexity.png');
  });
});
