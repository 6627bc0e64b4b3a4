import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type CompressionName = (typeof COMPRESSIONS)[number];

export const COMPRESSION_TYPE = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<CompressionName, number>;

type Codec = {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
};

/** Producers send a batch of a megabyte unless told otherwise; a few kilobytes of gzip or zstd may unpack to gigabytes. */
export const LARGEST_UNPACKED_BYTES = 32 * 1024 * 1024;
const BOUNDED = { maxOutputLength: LARGEST_UNPACKED_BYTES };

const toGzip = promisify<Buffer, Buffer>(gzip);
const fromGzip = promisify<Buffer, typeof BOUNDED, Buffer>(gunzip);
const toZstd = promisify<Buffer, Buffer>(zstdCompress);
const fromZstd = promisify<Buffer, typeof BOUNDED, Buffer>(zstdDecompress);

const CODECS: Readonly<Record<Exclude<CompressionName, 'none'>, Codec>> = {
  gzip: { compress: ({ buffer }) => toGzip(buffer), decompress: (bytes) => fromGzip(bytes, BOUNDED) },
  snappy: { compress: ({ buffer }) => xerialOf(buffer), decompress: fromSnappy },
  lz4: { compress: ({ buffer }) => compressFrame(buffer), decompress: fromLz4 },
  zstd: { compress: ({ buffer }) => toZstd(buffer), decompress: (bytes) => fromZstd(bytes, BOUNDED) },
};

/** kafkajs brings gzip alone, and without a bound; producers in other languages write the others by default. Done once for the process. */
export function registerCodecs(): void {
  for (const name of COMPRESSIONS)
    if (name !== 'none') CompressionCodecs[COMPRESSION_TYPE[name]] = () => CODECS[name];
}

// Java's clients write Snappy in the framing of xerial's snappy-java: a header, then blocks with their lengths. librdkafka
// reads it and writes bare Snappy.
const XERIAL = Buffer.from('82534e41505059000000000100000001', 'hex');
const XERIAL_MAGIC_BYTES = 8;
const BLOCK_BYTES = 32 * 1024;

async function xerialOf(bytes: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [XERIAL];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = await snappyCompress(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

async function fromSnappy(bytes: Buffer): Promise<Buffer> {
  if (bytes.compare(XERIAL, 0, XERIAL_MAGIC_BYTES, 0, XERIAL_MAGIC_BYTES) !== 0) return plainSnappy(bytes);
  const parts: Buffer[] = [];
  let unpacked = 0;
  for (let at = XERIAL.length; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const block = await plainSnappy(bytes.subarray(at + 4, end));
    unpacked += block.length;
    expectBounded(unpacked);
    parts.push(block);
    at = end;
  }
  return Buffer.concat(parts);
}

async function plainSnappy(bytes: Buffer): Promise<Buffer> {
  expectBounded(snappyLength(bytes));
  return Buffer.from(await snappyUncompress(bytes, { asBuffer: true }));
}

/** Bare Snappy begins with the length of what it unpacks to, in groups of seven bits, the lowest first. */
function snappyLength(bytes: Buffer): number {
  let length = 0;
  for (const [at, byte] of bytes.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) break;
  }
  return length;
}

/** A byte of LZ4 unpacks to 255 at most: a broker's batch to what memory holds for a moment, but not as records. */
async function fromLz4(bytes: Buffer): Promise<Buffer> {
  const unpacked = await decompressFrame(bytes);
  expectBounded(unpacked.length);
  return unpacked;
}

function expectBounded(bytes: number): void {
  if (bytes > LARGEST_UNPACKED_BYTES)
    throw new RangeError(`it unpacks to more than ${LARGEST_UNPACKED_BYTES} bytes`);
}
