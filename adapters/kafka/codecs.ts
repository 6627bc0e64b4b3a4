import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type CompressionName = (typeof COMPRESSIONS)[number];

export const COMPRESSION_TYPE: Readonly<Record<CompressionName, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

type Codec = {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
};

const toZstd = promisify(zstdCompress);
const fromZstd = promisify(zstdDecompress);

const CODECS: Readonly<Record<'snappy' | 'lz4' | 'zstd', Codec>> = {
  snappy: { compress: ({ buffer }) => xerialOf(buffer), decompress: fromSnappy },
  lz4: { compress: ({ buffer }) => compressFrame(buffer), decompress: (bytes) => decompressFrame(bytes) },
  zstd: { compress: ({ buffer }) => toZstd(buffer), decompress: (bytes) => fromZstd(bytes) },
};

/** kafkajs brings gzip alone; producers in other languages write the others by default. Done once for the process. */
export function registerCodecs(): void {
  for (const [name, codec] of [
    [CompressionTypes.Snappy, CODECS.snappy],
    [CompressionTypes.LZ4, CODECS.lz4],
    [CompressionTypes.ZSTD, CODECS.zstd],
  ] as const) {
    CompressionCodecs[name] = () => codec;
  }
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
  for (let at = XERIAL.length; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    parts.push(await plainSnappy(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(parts);
}

async function plainSnappy(bytes: Buffer): Promise<Buffer> {
  return Buffer.from(await snappyUncompress(bytes, { asBuffer: true }));
}
