import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { checkUnpacked, whyOf, type UnpackLimits } from './limits.ts';
import { refusal } from './messages.ts';
import { zipParts } from './zipParts.ts';

/** One text of a bill file: the file itself, or one file of its archive. */
export type BillPart = {
  /** Name inside the archive; null outside of one. */
  readonly name: string | null;
  readonly bytes: AsyncIterable<Uint8Array>;
};

export const GZIP = [0x1f, 0x8b];
export const ZIP = [0x50, 0x4b];
const READ_BYTES = 1 << 17;

/** Unpacks a file by what its first bytes say, never by its name. Each part is to be read before the next is asked for. */
export async function* partsOf(
  file: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<BillPart> {
  const { head, bytes } = await peek(file, 2);
  if (beginsWith(head, GZIP)) yield { name: null, bytes: gunzip(bytes, limits) };
  else if (beginsWith(head, ZIP)) yield* zipParts(bytes, limits);
  else yield { name: null, bytes };
}

export function beginsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => head[at] === byte);
}

/** The first `count` bytes, and the whole stream again. */
export async function peek(
  file: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const chunks = file[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  let next = await chunks.next();
  while (!next.done) {
    read.push(next.value);
    size += next.value.length;
    if (size >= count) break;
    next = await chunks.next();
  }
  const again = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* read;
      for (let more = next; !more.done;) {
        more = await chunks.next();
        if (!more.done) yield more.value;
      }
    } finally {
      await chunks.return?.();
    }
  };
  return { head: Buffer.concat(read), bytes: again() };
}

export async function* gunzip(
  packed: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  let packedBytes = 0;
  let unpackedBytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of packed) {
      packedBytes += chunk.length;
      yield chunk;
    }
  };
  // pipeline() hands a failure of either side to the loop below, which is why its own callback has nothing to do.
  const unzipped = pipeline(
    Readable.from(counted()),
    createGunzip({ chunkSize: READ_BYTES }),
    () => undefined,
  );
  try {
    for await (const chunk of unzipped as AsyncIterable<Uint8Array>) {
      unpackedBytes += chunk.length;
      checkUnpacked(unpackedBytes, packedBytes, limits);
      yield chunk;
    }
  } catch (error) {
    if (isZlibError(error)) throw refusal('damagedGzip', { why: whyOf(error) }, error);
    throw error;
  }
}

export function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
