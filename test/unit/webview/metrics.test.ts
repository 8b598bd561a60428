import { describe, expect, it } from 'vitest';
import {
  brief,
  duration,
  metrics,
  nameOf,
  percent,
  precise,
  significant,
  whole,
  written,
} from '../../../webview/metrics';
import { summary } from '../../visual/scenarios';

describe('numbers', () => {
  it('show three significant digits', () => {
    expect(
      [4.3712, 4, 82.04, 312.4, 12345.6, 0.51239, 0.00123, 0.000123, 0].map((value) => significant(value)),
    ).toEqual(['4.37', '4.00', '82.0', '312', '12,346', '0.512', '0.00123', '1.23e-4', '0']);
    expect(significant(Number.NaN)).toBe('–');
    expect(significant(Number.POSITIVE_INFINITY)).toBe('∞');
  });

  it('have one form where they have no finite value, whoever writes them', () => {
    for (const write of [significant, precise, brief, whole, percent, duration]) {
      expect(write(Number.NaN)).toBe('–');
      expect(write(Number.POSITIVE_INFINITY)).toBe('∞');
      expect(write(-0)).not.toContain('-');
    }
    for (const metric of metrics) {
      expect(metric.format(Number.NaN), metric.id).toBe('–');
      expect(metric.format(Number.POSITIVE_INFINITY), metric.id).toMatch(/^∞/);
      for (const value of [0, 1, 9.999, 999.9, 1e7, 1.031479955230403e85, 2.156970309079465e155]) {
        if (
          metric.range[1] > 1 &&
          metric.id !== 'timeleft' &&
          value >= metric.range[0] &&
          metric.format === significant
        ) {
          expect(metric.format(value).length, `${metric.id} ${value}`).toBeLessThan(9);
        }
      }
    }
    expect([9.996, 999.9, 1e10, 3e22].map((value) => significant(value))).toEqual([
      '10.0',
      '1,000',
      '1.00e10',
      '3.00e22',
    ]);
    expect([1e12, 1e22, 1e300].map(brief)).toEqual(['1e12', '1e22', '1e300']);
  });

  it('hide nothing in a readout', () => {
    expect([4.3712345678, 123456.789, 0.00001234567].map(precise)).toEqual(['4.371235', '123,456.8', '1.234567e-5']);
  });

  it('are short on axes', () => {
    expect([0, 0.5, 0.0005, 5000, 20000, 2500000, 2500005, 1e-6].map(brief)).toEqual([
      '0',
      '0.5',
      '0.0005',
      '5,000',
      '20,000',
      '2.5M',
      '2,500,005',
      '1e-6',
    ]);
  });

  it('write shares and times', () => {
    expect([0, 0.004, 0.051, 0.5, 1].map(percent)).toEqual(['0%', '0.4%', '5.1%', '50%', '100%']);
    expect([0, 4.25, 42, 187, 3765].map(duration)).toEqual(['0 s', '4.3 s', '42 s', '3:07', '1:02:45']);
  });
});

describe('metrics', () => {
  it('are each read from a run, and are a dash while unknown', () => {
    const running = summary('running', 500, 1000);
    const preparing = summary('preparing', 0, 1000);
    for (const metric of metrics) {
      const value = metric.read(running);
      expect(value, metric.id).toBeDefined();
      expect(value).toBeGreaterThanOrEqual(metric.range[0]);
      expect(value).toBeLessThanOrEqual(metric.range[1]);
      expect(written(metric, running)).not.toBe('–');
      expect(written(metric, preparing), metric.id).toBe('–');
    }
  });

  it('tell the share of unknown tokens where there are any', () => {
    const known = summary('running', 500, 1000);
    const detail = (run: typeof known, id: string) => metrics.find((metric) => metric.id === id)?.detail?.(run);
    expect(detail(known, 'perplexity')).toBe('training');
    expect(detail(known, 'validation')).not.toContain('unk');
    const unknown = {
      ...known,
      prepared: known.prepared && { ...known.prepared, trainingUnknownShare: 0.031 },
      latest: known.latest && { ...known.latest, unknownShare: 0.0002 },
    };
    expect(detail(unknown, 'perplexity')).toBe('training · 3.1% <unk>');
    expect(detail(unknown, 'validation')).toMatch(/ bits\/char · <0\.1% <unk>$/);
  });

  it('say how long a run took once it has ended', () => {
    const time = metrics.filter(({ id }) => id === 'timeleft');
    const read = (state: 'running' | 'paused' | 'finished' | 'stopped') =>
      time.map((metric) => [nameOf(metric, summary(state, 500, 1000)), written(metric, summary(state, 500, 1000))]);
    expect(read('running')).toEqual([['Time left', '6.2 s']]);
    expect(read('paused')).toEqual([['Time left', '–']]);
    expect(read('finished')).toEqual([['Took', '6.2 s']]);
    expect(read('stopped')).toEqual([['Took', '6.2 s']]);
  });
});
