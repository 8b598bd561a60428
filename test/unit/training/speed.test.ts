import { expect, it } from 'vitest';
import { Speed } from '../../../src/training/speed';
import { of, train } from './train';

it('a step too short for the clock does not count as one of a microsecond', () => {
  const speed = new Speed();
  expect(speed.tokensPerSecond).toBeNaN();
  speed.add(100, 0);
  expect(speed.tokensPerSecond).toBeNaN();
  speed.add(100, 10);
  expect(speed.tokensPerSecond).toBeGreaterThan(10_000);
  expect(speed.tokensPerSecond).toBeLessThan(25_000);
  for (let i = 0; i < 200; i++) speed.add(100, i % 2 ? 10 : 0);
  expect(speed.tokensPerSecond).toBeGreaterThan(18_000);
  expect(speed.tokensPerSecond).toBeLessThan(22_000);
});

it('a clock that stands still gives no speed, and nothing absurd', async () => {
  const time = { now: () => 5, breathe: () => new Promise<void>((done) => setImmediate(done)) };
  const events = await train({ configuration: { training: { maxSteps: 3 } }, time });
  for (const { tokensPerSecond, seconds } of of(events, 'step')) {
    expect(tokensPerSecond).toBeNaN();
    expect(seconds).toBe(0);
  }
});
