import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { checkUnpacked, whyOf, type UnpackLimits } from './limits.ts';
import { refusal } from './messages.ts';
import { isWorkbook } from './mapped/workbook.ts';
import { openZip, type OpenZip } from './openZip.ts';

/** One piece of a bill file: the file itself, or one file of its archive. */
export type BillPart = TextPart | WorkbookPart;

export type TextPart = {
  readonly kind: 'TEXT';
  /** Name inside the archive; null outside of one. */
  readonly name: string | null;
  readonly bytes: AsyncIterable<Uint8Array>;
};

export type WorkbookPart = { readonly kind: 'WORKBOOK'; readonly name: string | null; readonly zip: OpenZip };

const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b];
/** The compound file of an .xls, and of an encrypted .xlsx. */
const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0];
const MAGIC_BYTES = 4;
const READ_BYTES = 1 << 17;

/**
 * Unpacks a file by what its first bytes say, never by its name. Each part is to be read before the next is asked for. A
 * workbook, which is a zip itself, may stand alone, in a gzip or in a zip.
 */
export async function* partsOf(
  file: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<BillPart> {
  const { head, bytes } = await peek(file, MAGIC_BYTES);
  if (!beginsWith(head, GZIP)) return yield* innerParts(head, bytes, limits);
  const inner = await peek(gunzip(bytes, limits), MAGIC_BYTES);
  yield* innerParts(inner.head, inner.bytes, limits);
}

async function* innerParts(
  head: Uint8Array,
  bytes: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<BillPart> {
  await checkIsOpen(head, bytes);
  if (!beginsWith(head, ZIP)) return yield { kind: 'TEXT', name: null, bytes };
  const zip = await openZip(bytes, limits);
  try {
    if (isWorkbook(zip.names)) yield { kind: 'WORKBOOK', name: null, zip };
    else for (const [at, name] of zip.names.entries()) yield* archivedPart(name, zip.read(at), limits);
  } finally {
    await zip.close();
  }
}

async function* archivedPart(
  name: string,
  packed: AsyncIterable<Uint8Array>,
  limits: UnpackLimits,
): AsyncGenerator<BillPart> {
  const { head, bytes } = await peek(packed, MAGIC_BYTES);
  await checkIsOpen(head, bytes);
  if (!beginsWith(head, ZIP)) return yield { kind: 'TEXT', name, bytes };
  const zip = await openZip(bytes, limits);
  try {
    if (!isWorkbook(zip.names)) throw refusal('zipInZip', { name });
    yield { kind: 'WORKBOOK', name, zip };
  } finally {
    await zip.close();
  }
}

async function checkIsOpen(head: Uint8Array, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  if (!beginsWith(head, COMPOUND_FILE)) return;
  // Leaving the loop closes the file.
  for await (const chunk of bytes) if (chunk.length > 0) break;
  throw refusal('oldWorkbook', {});
}

function beginsWith(head: Uint8Array, magic: readonly number[]): boolean {
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

async function* gunzip(packed: AsyncIterable<Uint8Array>, limits: UnpackLimits): AsyncGenerator<Uint8Array> {
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
