import { expect, it } from 'vitest';
import { ReadingLines } from '../../src/cli/reading-lines';

it('tells how far a text is read after a second, and then a line now and then', () => {
  let now = 0;
  const lines = new ReadingLines('book.txt', () => now);
  const told: string[] = [];
  for (; now <= 10_000; now += 250) {
    const line = lines.line({ event: 'reading', what: 'vocabulary', share: now / 10_000 });
    if (line) told.push(line);
  }
  expect(told).toEqual([10, 40, 70, 100].map((percent) => `Reading book.txt: vocabulary ${percent} %`));
});
