import { describe, expect, it } from 'vitest';
import { copyTensor, locateTensors, readHeader, writeTensors } from '../../../src/model/safetensors';
import { UserError } from '../../../src/text/user-error';

const file = {
  metadata: { format: 'test', note: 'ünïcödé' },
  tensors: [
    { name: 'a', shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'empty', shape: [0], values: new Float32Array(0) },
    { name: 'b', shape: [1], values: Float32Array.of(-0.5) },
  ],
};

/** All of a file, as `writeTensors` takes it. */
function readTensors(bytes: Uint8Array, source: string) {
  const header = readHeader(bytes, source);
  const tensors = [...locateTensors(header, source)].map(([name, place]) => {
    const values = new Float32Array((place.end - place.begin) / 4);
    copyTensor(header, place, values);
    return { name, shape: place.shape, values };
  });
  return { metadata: header.metadata, tensors };
}

/** A file with this header, as text, and so many bytes of data. */
function withHeader(header: string, data = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensor = (begin: number, end: number, shape = [(end - begin) / 4]) =>
  `{"dtype":"F32","shape":${JSON.stringify(shape)},"data_offsets":[${begin},${end}]}`;

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

  it('reads tensors in whatever order the header names them, and scalars', () => {
    const bytes = withHeader(`{"late":${tensor(4, 12)},"early":${tensor(0, 4, [])}}  `, 12);
    expect(readTensors(bytes, 'x').tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['early', []],
      ['late', [2]],
    ]);
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
    expect(() => readTensors(broken, 'x')).toThrow('not UTF-8');
  });

  it.each([
    ['space before the header', ` {"a":${tensor(0, 4)}}`, 4, /does not begin with a header/],
    ['a list for a header', '[]', 0, /does not begin with a header/],
    ['no JSON', '{"a":', 0, /not JSON/],
    ['a name twice', `{"a":${tensor(0, 4)},"\\u0061":${tensor(0, 4)}}`, 4, /the same name twice/],
    ['a part of a tensor twice', '{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4, /twice/],
    ['a name of the metadata twice', '{"__metadata__":{"x":"1","x":"2"}}', 0, /twice/],
    ['metadata that are no texts', '{"__metadata__":{"x":1}}', 0, /metadata is not text/],
    ['metadata that are nested', '{"__metadata__":{"x":[[["y"]]]}}', 0, /nested too deeply/],
    ['a hundred thousand lists', `{"a":[${'[],'.repeat(100_000)}0]}`, 0, /more values/],
    ['lists without end', `{"a":${'['.repeat(1_000_000)}`, 0, /nested too deeply/],
    ['bytes after the last tensor', `{"a":${tensor(0, 4)}}`, 5, /after its last tensor are bytes/],
    ['bytes and no tensor', '{}', 4, /after its last tensor are bytes/],
    ['a hole', `{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12, /before tensor "b" are bytes/],
    ['a hole at the start', `{"a":${tensor(4, 8)}}`, 8, /before tensor "a" are bytes/],
    ['tensors over the same bytes', `{"a":${tensor(0, 8)},"b":${tensor(0, 8)}}`, 8, /overlaps/],
    ['tensors that overlap', `{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12, /overlaps/],
    ['an end before its beginning', `{"a":${tensor(4, 0, [0])}}`, 4, /not described as F32/],
    ['offsets that are no whole numbers', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0.5,4.5]}}', 4, /F32/],
    ['offsets beyond all files', `{"a":${tensor(0, 2 ** 52, [2 ** 50])}}`, 4, /cut short/],
    ['another size than its shape', `{"a":${tensor(0, 8, [3])}}`, 8, /not the size of its shape/],
    ['a shape whose product wraps', `{"a":${tensor(0, 4, [2 ** 33, 2 ** 33])}}`, 4, /not the size of its shape/],
    ['another type', '{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}', 4, /not described as F32/],
    ['a tensor that is null', '{"__proto__":null}', 0, /tensor "__proto__" is not described as F32/],
  ])('refuses %s', (_, header, data, message) => {
    const read = () => readTensors(withHeader(header, data), 'x');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });

  it('shows at most 60 characters of a name, on one line', () => {
    const name = `\\u001b[2J\\n${'Ж'.repeat(3_000_000)}`;
    expect(() => readTensors(withHeader(`{"${name}":1}`), 'x')).toThrow(
      `x is not a usable checkpoint: tensor "\\u001B[2J\\n${'Ж'.repeat(55)}…" is not described as F32.`,
    );
  });
});
