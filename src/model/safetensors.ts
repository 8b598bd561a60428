import { escapeText, quote } from '../text/quote';
import { UserError } from '../text/user-error';
import { parseBounded } from './bounded-json';

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

/** The header of a safetensors file, and the data that it describes; what it says of tensors is not checked yet. */
export interface TensorHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly described: ReadonlyMap<string, unknown>;
  readonly data: Uint8Array;
}

/** Where a tensor of 32-bit floats lies in the data. */
export interface TensorPlace {
  readonly shape: readonly number[];
  /** Its first byte, and the one after its last. */
  readonly begin: number;
  readonly end: number;
}

/** The format's own limit on the header, in bytes. */
const largestHeader = 100_000_000;

/** Of the header: a tensor is an object with two lists, and some hundred tensors are far more than a model has. */
const headerLimits = { depth: 3, values: 10_000 };

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

/** The error that names a file which cannot be used, and why. @param source as it shall be shown */
export function unusable(source: string, why: string): UserError {
  return new UserError(`${source} is not a usable checkpoint: ${why}. Choose another file or train again.`);
}

/**
 * Reads the header of a safetensors file.
 * @param source names the file in messages
 * @throws UserError if it is no header of the format
 */
export function readHeader(bytes: Uint8Array, source: string): TensorHeader {
  if (bytes.byteLength < 8) throw unusable(source, `it has ${bytes.byteLength} bytes, fewer than a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > largestHeader || 8 + length > bytes.byteLength || bytes[8] !== 0x7b) {
    throw unusable(source, 'it does not begin with a header of safetensors that fits into it');
  }
  const header = parseBounded(decodeHeader(bytes.subarray(8, 8 + length), source), headerLimits, (fault) =>
    unusable(source, `its header ${fault}`),
  );
  if (!isRecord(header)) throw unusable(source, 'its header is not an object');
  const described = new Map(Object.entries(header));
  const metadata = described.get('__metadata__') ?? {};
  described.delete('__metadata__');
  if (!isTexts(metadata)) throw unusable(source, 'its metadata is not text');
  return { metadata, described, data: bytes.subarray(8 + length) };
}

function decodeHeader(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unusable(source, 'its header is not UTF-8');
  }
}

/**
 * Where the tensors lie, in the order of the data. As the format says, they fill it: none overlaps another, and there is
 * nothing before, between or after them.
 * @param source names the file in messages
 * @throws UserError if that is not so, or if a tensor is not of 32-bit floats
 */
export function locateTensors({ described, data }: TensorHeader, source: string): ReadonlyMap<string, TensorPlace> {
  const places: [string, TensorPlace][] = [];
  for (const [name, entry] of described) {
    const place = parseEntry(entry);
    if (!place) throw unusable(source, `tensor ${quote(name)} is not described as F32`);
    if (place.end > data.byteLength) {
      throw unusable(source, `tensor ${quote(name)} lies outside the file, which is cut short`);
    }
    if (place.end - place.begin !== 4 * place.shape.reduce((a, b) => a * b, 1)) {
      throw unusable(source, `tensor ${quote(name)} has not the size of its shape`);
    }
    places.push([name, place]);
  }
  places.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const [name, { begin, end }] of places) {
    if (begin < filled) throw unusable(source, `tensor ${quote(name)} overlaps another`);
    if (begin > filled) throw unusable(source, `before tensor ${quote(name)} are bytes that belong to none`);
    filled = end;
  }
  if (filled < data.byteLength) throw unusable(source, 'after its last tensor are bytes that belong to none');
  return new Map(places);
}

/** Copies a tensor's values. @param into as many floats as its place has */
export function copyTensor({ data }: TensorHeader, { begin, end }: TensorPlace, into: Float32Array): void {
  new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(data.subarray(begin, end));
}

/** A shape as a message shows it. */
export const describeShape = (shape: readonly number[]): string => escapeText(`(${shape.join(', ')})`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string');

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function parseEntry(entry: unknown): TensorPlace | undefined {
  if (!isRecord(entry) || entry.dtype !== 'F32') return undefined;
  const { shape, data_offsets: offsets } = entry;
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) return undefined;
  return { shape, begin: offsets[0], end: offsets[1] };
}
