import { describe, expect, it } from 'vitest';
import { TrainingControl } from '../../../src/training/control';
import type { ReadingEvent, TrainingEvent } from '../../../src/training/events';
import { of, sentence, train } from './train';

/** A clock that ticks whenever it is looked at, so that the phases take the same time on every machine. */
function ticking(milliseconds: number, breathed = () => {}) {
  let now = 0;
  const clock = {
    now: () => now,
    breathe: () => {
      breathed();
      return new Promise<void>((done) => setImmediate(done));
    },
  };
  return {
    ...clock,
    now: () => {
      now += milliseconds;
      return now;
    },
  };
}

const text = sentence.repeat(8000);
const model = { hidden: 2 };
const training = { maxSteps: 1, batch: 2, steps: 4 };
const phases = (events: TrainingEvent[]) => [...new Set(of(events, 'reading').map(({ what }) => what))];

describe('before its first step a run', () => {
  it.each([
    ['characters', 'none', ['vocabulary', 'encoding', 'baselines']],
    ['words', 'lowercase', ['normalising', 'vocabulary', 'encoding', 'baselines']],
    ['subwords', 'letters', ['normalising', 'vocabulary', 'encoding', 'baselines']],
  ])('tells how far it is with %s, %s', async (tokenizer, normalize, expected) => {
    const configuration = { model, training, text: { tokenizer, normalize } };
    const control = new TrainingControl();
    const onEvent = ({ event }: TrainingEvent) => event === 'prepared' && control.stop();
    const events = await train({ text, configuration, control, time: ticking(300), onEvent });
    const told = of(events, 'reading');
    expect(phases(events).filter((what) => what !== 'decoding')).toEqual(expected);
    for (const { share } of told) expect(share >= 0 && share <= 1).toBe(true);
    for (const [i, { what, share }] of told.entries()) {
      if (what === told[i - 1]?.what) expect(share).toBeGreaterThanOrEqual(told[i - 1].share);
    }
    expect(events.findIndex(({ event }) => event === 'prepared')).toBe(told.length);
  });

  it('tells it four times a second at most, and lets its thread breathe much more often', async () => {
    let breaths = 0;
    const times: number[] = [];
    const time = ticking(1, () => breaths++);
    const control = new TrainingControl();
    const onEvent = ({ event }: TrainingEvent) => {
      if (event === 'reading') times.push(time.now());
      if (event === 'prepared') control.stop();
    };
    await train({ text: text.repeat(4), configuration: { model, training }, control, time, onEvent });
    expect(times.length).toBeGreaterThan(0);
    for (const [i, at] of times.entries()) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250);
    expect(breaths).toBeGreaterThan(5 * times.length);
  });

  it('says nothing of a text that is read in no time', async () => {
    const events = await train({ configuration: { training: { maxSteps: 1 } } });
    expect(of(events, 'reading')).toEqual([]);
    expect(events[0].event).toBe('prepared');
  });

  it.each<ReadingEvent['what']>(['normalising', 'vocabulary', 'encoding', 'baselines'])(
    'can be stopped while it is %s, and has learnt nothing then',
    async (what) => {
      const control = new TrainingControl();
      const events = await train({
        text,
        control,
        time: ticking(300),
        configuration: { model, training, text: { tokenizer: 'words', normalize: 'lowercase' } },
        onEvent: (event) => event.event === 'reading' && event.what === what && control.stop(),
      });
      expect(events.at(-2)).toMatchObject({ event: 'reading', what });
      expect(events.at(-1)).toEqual({ event: 'finished', step: 0, reason: 'stopped' });
      expect(events.every(({ event }) => event === 'reading' || event === 'finished')).toBe(true);
    },
  );

  it('can be stopped before it has read anything', async () => {
    const control = new TrainingControl();
    control.stop();
    expect(await train({ control })).toEqual([{ event: 'finished', step: 0, reason: 'stopped' }]);
  });

  it('that goes on from a checkpoint stops where that was', async () => {
    const configuration = { training: { maxSteps: 7 } };
    const [first] = of(await train({ configuration }), 'checkpoint').slice(-1);
    const control = new TrainingControl();
    control.stop();
    const events = await train({ configuration: { training: { maxSteps: 20 } }, resume: first.bytes, control });
    expect(events).toEqual([{ event: 'finished', step: 7, reason: 'stopped' }]);
  });

  it('waits with a pause until it has read the text', async () => {
    const control = new TrainingControl();
    const events = await train({
      text,
      control,
      time: ticking(100),
      configuration: { model, training },
      onEvent: (event) => {
        if (event.event === 'reading') control.pause();
        if (event.event === 'mark' && event.kind === 'paused') setImmediate(() => control.resume());
        if (event.event === 'step') control.stop();
      },
    });
    const order = events.map((event) => (event.event === 'mark' ? event.kind : event.event));
    const paused = order.indexOf('paused');
    expect(paused).toBeGreaterThan(order.indexOf('prepared'));
    expect(order.indexOf('resumed')).toBe(paused + 1);
    expect(order.indexOf('step')).toBeGreaterThan(paused);
  });
});
