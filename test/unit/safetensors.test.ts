import { describe, expect, it } from 'vitest';
import { readTensors, writeTensors } from '../../src/model/safetensors';

const file = {
  metadata: { format: 'test', note: 'ünïcödé' },
  tensors: [
    { name: 'a', shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'empty', shape: [0], values: new Float32Array(0) },
    { name: 'b', shape: [1], values: Float32Array.of(-0.5) },
  ],
};

describe('safetensors', () => {
  it('reads what it wrote', () => {
    const bytes = writeTensors(file);
    expect(readTensors(bytes, 'x')).toEqual(file);
    // A file read by Node is a Buffer, often at an odd place inside a larger one.
    const pooled = Buffer.concat([Buffer.from('odd'), bytes]).subarray(3);
    expect(readTensors(pooled, 'x')).toEqual(file);
  });

  it('follows the format: length, JSON header with offsets, little-endian data on an 8-byte boundary', () => {
    const bytes = writeTensors(file);
    const view = new DataView(bytes.buffer);
    const length = Number(view.getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header.b).toEqual({ dtype: 'F32', shape: [1], data_offsets: [24, 28] });
    expect(view.getFloat32(8 + length + 24, true)).toBe(-0.5);
  });

  it('refuses a file that is cut short at any byte, or damaged, with one sentence that names it', () => {
    const bytes = writeTensors(file);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => readTensors(bytes.subarray(0, end), 'cut.safetensors'), `cut at ${end}`).toThrow(
        /^cut\.safetensors is not a usable checkpoint: .+\.$/,
      );
    }
    const huge = bytes.slice();
    new DataView(huge.buffer).setBigUint64(0, 2n ** 60n, true);
    expect(() => readTensors(huge, 'x')).toThrow('header');
    const broken = bytes.slice();
    broken[9] = 0xff;
    expect(() => readTensors(broken, 'x')).toThrow('not JSON');
  });
});
