import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../src/model/configuration';
import { prepareCorpus } from '../../../src/text/corpus';
import { recallLag, recallSteps, recallText } from '../../../src/text/recall';
import { Plan } from '../../../src/training/plan';

describe('The text where memory shows', () => {
  const { text, remembering, forgetting } = recallText();

  it('is lines that end with the letter they begin with, the same each time', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3000);
    for (const line of lines) expect(line).toMatch(/^([A-D]) sailed to \1$/);
    expect(new Set(lines)).toHaveProperty('size', 4);
    expect(recallText().text).toBe(text);
  });

  it('measures the flow of the gradient where the letter must be known again', () => {
    const configuration = parseConfiguration({ training: { steps: recallSteps } }, 'Test');
    const corpus = prepareCorpus(text, configuration.text, 'recall.txt');
    const { inputs, targets, steps, batch } = new Plan(corpus, configuration, {
      batch: 32,
      steps: recallSteps,
    }).probe();
    const { decode } = corpus.tokenizer;
    for (let b = 0; b < batch; b++) {
      const last = (steps - 1) * batch + b;
      const key = decode.call(corpus.tokenizer, [targets[last]]);
      expect(key).toMatch(/[A-D]/);
      expect(decode.call(corpus.tokenizer, [inputs[last - recallLag * batch]])).toBe(key);
    }
  });

  it('says how well it can be predicted, with and without memory', () => {
    expect(remembering).toBeCloseTo(4 ** (1 / 14), 12);
    expect(forgetting).toBeCloseTo(4 ** (2 / 14), 12);
  });
});
