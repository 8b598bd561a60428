import { openRegular } from '../platform/files';

/** No header of ours is longer; the format allows more. */
const longestHeader = 64 * 1024 * 1024;

/** The step that a checkpoint file was taken at, from its header alone. Undefined if there is none, or it cannot be told. */
export async function checkpointStep(path: string): Promise<number | undefined> {
  try {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const { buffer: start } = await file.read(Buffer.alloc(8), 0, 8, 0);
      const length = Number(start.readBigUInt64LE());
      if (length > longestHeader || 8 + length > size) return undefined;
      const { buffer: header } = await file.read(Buffer.alloc(length), 0, length, 8);
      const { step } = JSON.parse(JSON.parse(header.toString()).__metadata__.progress);
      return Number.isSafeInteger(step) && step >= 0 ? step : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
