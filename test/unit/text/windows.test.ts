import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random';
import {
  fitWindow,
  offsetCount,
  randomWindows,
  sequentialWindows,
  type Window,
  windowCount,
} from '../../../src/text/windows';

const counting = (n: number) => Uint8Array.from({ length: n }, (_, i) => i);
const copies = (windows: Iterable<Window>) =>
  Array.from(windows, ({ inputs, targets }) => ({ inputs: [...inputs], targets: [...targets] }));

describe('sequentialWindows', () => {
  it('lays the rows side by side, as the PyTorch peer does', () => {
    // windows(torch.arange(24), B=3, T=3, offset=2): n = 21, seven columns, two windows
    expect(copies(sequentialWindows(counting(24), 3, 3, 2))).toEqual([
      { inputs: [2, 9, 16, 3, 10, 17, 4, 11, 18], targets: [3, 10, 17, 4, 11, 18, 5, 12, 19] },
      { inputs: [5, 12, 19, 6, 13, 20, 7, 14, 21], targets: [6, 13, 20, 7, 14, 21, 8, 15, 22] },
    ]);
  });

  it('gives as many windows as windowCount says', () => {
    for (const [n, B, T] of [
      [25, 3, 4],
      [13, 3, 4],
      [12, 3, 4],
      [100, 7, 3],
      [2, 1, 1],
      [1, 1, 1],
      [0, 1, 1],
    ]) {
      expect(copies(sequentialWindows(counting(n), B, T, 0)).length).toBe(windowCount(n, B, T));
    }
  });
});

describe('randomWindows', () => {
  const random = new Random(3);
  const windows = copies(randomWindows(counting(100), 4, 5, () => random.uniform()));

  it('takes every stretch at most once, and its target is the next token', () => {
    const starts = windows.flatMap(({ inputs }) => inputs.slice(0, 4));
    expect(new Set(starts).size).toBe(starts.length);
    expect(new Set(starts.map((start) => start % 5)).size).toBe(1);
    for (const { inputs, targets } of windows) expect(targets).toEqual(inputs.map((id) => id + 1));
  });

  it('gives all windows that there are, shuffled', () => {
    expect(windows.length).toBeGreaterThanOrEqual(windowCount(95, 4, 5));
    const starts = windows.flatMap(({ inputs }) => inputs.slice(0, 4));
    expect(starts).not.toEqual([...starts].sort((a, b) => a - b));
  });

  it('gives a window whatever the offset, if the text has room for one', () => {
    expect(copies(randomWindows(counting(21), 4, 5, () => 0.999)).length).toBe(1);
  });
});

it('offsets always leave a window', () => {
  for (let tokens = 13; tokens < 30; tokens++) {
    const greatest = offsetCount(tokens, 3, 4) - 1;
    expect(greatest).toBeLessThan(4);
    expect(copies(sequentialWindows(counting(tokens), 3, 4, greatest)).length).toBeGreaterThan(0);
  }
});

describe('fitWindow', () => {
  it('leaves what fits', () => {
    expect(fitWindow(32 * 35 + 1, 32, 35)).toEqual({ batch: 32, steps: 35 });
  });

  it('shrinks the batch, then the steps, and says so', () => {
    expect(fitWindow(32 * 35, 32, 35)).toEqual({
      batch: 31,
      steps: 35,
      note: 'The training text has 1120 tokens to train on and one window needs 1121, so the batch was shrunk from 32 to 31.',
    });
    expect(fitWindow(10, 32, 35)).toMatchObject({ batch: 1, steps: 9 });
    expect(fitWindow(10, 32, 35).note).toMatch(/the batch was shrunk from 32 to 1 and the steps from 35 to 9\.$/);
    expect(fitWindow(10, 1, 35).note).toMatch(/so the steps were shrunk from 35 to 9\.$/);
    expect(fitWindow(2, 32, 35)).toMatchObject({ batch: 1, steps: 1 });
  });

  it('refuses one token, naming the text', () => {
    expect(() => fitWindow(1, 32, 35, 'a.txt')).toThrow(/^a\.txt has one token to train on/);
  });
});
