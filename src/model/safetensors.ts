import { UserError } from '../text/user-error';

/** A tensor of 32-bit floats. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly NamedTensor[];
}

/** The format's own limit on the header. */
const largestHeader = 100_000_000;

/**
 * Writes tensors in the safetensors format: 8 bytes of header length, a JSON header, the data.
 * Source: the format's description at github.com/huggingface/safetensors. The data begins at a multiple of 8.
 */
export function writeTensors(file: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let offset = 0;
  for (const { name, shape, values } of file.tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  let json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > json.length) {
    const spaces = new Uint8Array(padded).fill(0x20);
    spaces.set(json);
    json = spaces;
  }
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { values } of file.tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of 32-bit floats.
 * @param source names the file in messages
 * @throws UserError if it is not one, is cut short, or holds another type
 */
export function readTensors(bytes: Uint8Array, source: string): TensorFile {
  const corrupt = (what: string) =>
    new UserError(`${source} is not a usable checkpoint: ${what}. Choose another file or train again.`);
  if (bytes.byteLength < 8) throw corrupt(`it has ${bytes.byteLength} bytes, fewer than a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > largestHeader || 8 + length > bytes.byteLength) {
    throw corrupt('it does not begin with a header of safetensors that fits into it');
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw corrupt('its header is not JSON');
  }
  if (!isRecord(header)) throw corrupt('its header is not an object');
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw corrupt('its metadata is not text');
  }
  const data = bytes.subarray(8 + length);
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const { shape, begin, end } = parseEntry(entry) ?? fail(corrupt(`tensor ${name} is not described as F32`));
    if (begin > end || end > data.byteLength) throw corrupt(`tensor ${name} lies outside the file, which is cut short`);
    if (end - begin !== 4 * shape.reduce((a, b) => a * b, 1))
      throw corrupt(`tensor ${name} has not the size of its shape`);
    return { name, shape, values: copyFloats(data.subarray(begin, end)) };
  });
  return { metadata: metadata as Record<string, string>, tensors };
}

/** Floats on a buffer of their own, wherever the bytes lie (a Node Buffer's `slice` would not copy). */
function copyFloats(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function fail(error: Error): never {
  throw error;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parseEntry(entry: unknown): { shape: number[]; begin: number; end: number } | undefined {
  if (!isRecord(entry) || entry.dtype !== 'F32') return undefined;
  const { shape, data_offsets: offsets } = entry;
  if (!Array.isArray(shape) || !shape.every(isCount)) return undefined;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) return undefined;
  return { shape, begin: offsets[0], end: offsets[1] };
}
