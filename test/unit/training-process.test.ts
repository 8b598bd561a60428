import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../src/model/configuration';
import type { FromTraining, ToTraining, TrainingRequest } from '../../src/protocol/training';
import { startTrainingProcess } from '../../src/worker/threads/start';

const dist = resolve(__dirname, '../../dist');

describe('a training in a process of its own', () => {
  it('delivers its last and largest messages before it ends', async () => {
    const request: TrainingRequest = {
      text: new TextEncoder().encode('the quick brown fox jumps over the lazy dog. '.repeat(200_000)),
      source: 'fox.txt',
      configuration: parseConfiguration(
        {
          text: { limit: 3000 },
          model: { cell: 'lstm', hidden: 512 },
          training: { batch: 4, steps: 8, maxSteps: 2, threads: 1 },
        },
        'Test',
      ),
      dist,
    };
    const events: string[] = [];
    let largest = 0;
    const ended = new Promise<string>((done) => {
      startTrainingProcess<ToTraining, FromTraining>(dist, request, {
        message: (message) => {
          if (message.type === 'failed') throw new Error(message.message);
          for (const event of message.events) {
            events.push(event.event);
            if (event.event === 'checkpoint') largest = Math.max(largest, event.bytes.byteLength);
          }
        },
        ended: ({ message }) => done(message),
      });
    });
    expect(await ended).toBe('exit code 0');
    expect(largest).toBeGreaterThan(5_000_000);
    expect(events.at(-1)).toBe('finished');
    expect(events.at(-2)).toBe('checkpoint');
  }, 30_000);
});
