import { describe, expect, it } from 'vitest';
import { ModelCache } from '../../../src/generation/model-cache';

function model(name: string, disposed: string[]) {
  return { name, engine: { dispose: () => void disposed.push(name) } };
}

describe('ModelCache', () => {
  it('keeps the most recently used, names those that go, and disposes of their engines', () => {
    const disposed: string[] = [];
    const cache = new ModelCache<ReturnType<typeof model>>(2);
    expect(cache.put('a', model('a', disposed))).toEqual([]);
    expect(cache.put('b', model('b', disposed))).toEqual([]);
    expect(cache.use('a').name).toBe('a');
    expect(cache.put('c', model('c', disposed))).toEqual(['b']);
    expect(disposed).toEqual(['b']);
    expect(cache.find('b')).toBeUndefined();
    expect(() => cache.use('b')).toThrow('No model b is loaded.');
    expect(cache.find('a')?.name).toBe('a');
  });

  it('puts one in the place of another of its name', () => {
    const disposed: string[] = [];
    const cache = new ModelCache<ReturnType<typeof model>>(2);
    cache.put('a', model('old', disposed));
    cache.put('b', model('b', disposed));
    expect(cache.put('a', model('new', disposed))).toEqual([]);
    expect(disposed).toEqual(['old']);
    expect(cache.use('a').name).toBe('new');
  });

  it('disposes of an engine in use only when the last request in it is over', () => {
    const disposed: string[] = [];
    const cache = new ModelCache<ReturnType<typeof model>>(1);
    const used = model('a', disposed);
    cache.put('a', used);
    const [first, second] = [cache.hold(used), cache.hold(used)];
    expect(cache.put('b', model('b', disposed))).toEqual(['a']);
    first();
    expect(disposed).toEqual([]);
    second();
    expect(disposed).toEqual(['a']);
    cache.hold(cache.use('b'))();
    expect(disposed).toEqual(['a']);
    cache.forget('b');
    cache.forget('b');
    expect(disposed).toEqual(['a', 'b']);
  });
});
