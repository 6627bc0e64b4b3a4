import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, S3Error } from 'minio';
import type { BillArchive, KeptBytes } from '../../domain/billArchive.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { missing, verified } from './verified.ts';

export type S3Place = {
  /** `https://host[:port]` */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Before every name, e.g. `bills/`. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
};

/** A bill above this size goes up in parts; one part is in memory at a time. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Bills in an S3-compatible store: <prefix>ab/cd/abcd… by SHA-256. The client sends a checksum with every request, which
 * the store holds against what it received; an object appears whole or not at all. The bucket has to exist.
 */
export class S3Archive implements BillArchive {
  readonly #place: S3Place;
  readonly #client: Client;

  constructor(place: S3Place) {
    const { protocol, hostname, port } = new URL(place.endpoint);
    this.#place = place;
    this.#client = new Client({
      endPoint: hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      useSSL: protocol === 'https:',
      region: place.region,
      accessKey: place.accessKey,
      secretKey: place.secretKey,
      partSize: PART_BYTES,
    });
  }

  /** The name is known when the last byte was read: the bytes wait in a file without a name. */
  async keep(bytes: AsyncIterable<Uint8Array>): Promise<KeptBytes> {
    const file = await openNamelessFile();
    try {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const chunk of bytes) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        await file.writeFile(chunk);
      }
      const kept = { sha256: hash.digest('hex'), sizeBytes };
      await this.#upload(file, kept);
      return kept;
    } finally {
      await file.close();
    }
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    const { bucket } = this.#place;
    const key = this.#keyOf(sha256);
    const stream = await this.#client.getObject(bucket, key).catch((cause: unknown) => {
      throw isAbsent(cause) ? missing(sha256, this.#where, cause) : this.#failed(cause);
    });
    try {
      yield* verified(stream, sha256, `${this.#where}${key}`);
    } catch (error) {
      throw error instanceof DuizhangError ? error : this.#failed(error);
    }
  }

  async #upload(file: FileHandle, { sha256, sizeBytes }: KeptBytes): Promise<void> {
    const { bucket } = this.#place;
    const key = this.#keyOf(sha256);
    try {
      if ((await this.#sizeOf(key)) === sizeBytes) return;
      const metadata = { 'x-amz-meta-sha256': sha256 };
      if (sizeBytes > PART_BYTES) await this.#uploadParts(file, key, sizeBytes, metadata);
      else await this.#client.putObject(bucket, key, await partOf(file, 0, sizeBytes), sizeBytes, metadata);
    } catch (cause) {
      throw this.#failed(cause);
    }
    const stored = await this.#sizeOf(key);
    if (stored !== sizeBytes) {
      throw this.#failed(new Error(`${key} has ${stored ?? 'no'} bytes there, ${sizeBytes} were sent`));
    }
  }

  /** putObject would do it for a store that lists unfinished uploads, which not every one can. */
  async #uploadParts(file: FileHandle, key: string, sizeBytes: number, headers: Record<string, string>) {
    const { bucket } = this.#place;
    const uploadId = await this.#client.initiateNewMultipartUpload(bucket, key, headers);
    try {
      const parts: { part: number; etag: string }[] = [];
      for (let at = 0; at < sizeBytes; at += PART_BYTES) {
        const bytes = await partOf(file, at, Math.min(PART_BYTES, sizeBytes - at));
        const place = { bucketName: bucket, objectName: key, uploadID: uploadId, headers: {} };
        const part = await this.#client.uploadPart({ ...place, partNumber: parts.length + 1 }, bytes);
        parts.push({ part: part.part, etag: part.etag });
      }
      await this.#client.completeMultipartUpload(bucket, key, uploadId, parts);
    } catch (error) {
      // Parts cost their room until the upload is given up; its failure is the one to tell.
      await this.#client.abortMultipartUpload(bucket, key, uploadId).catch(() => undefined);
      throw error;
    }
  }

  async #sizeOf(key: string): Promise<number | null> {
    try {
      return (await this.#client.statObject(this.#place.bucket, key)).size;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  #keyOf(sha256: string): string {
    return `${this.#place.prefix}${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
  }

  get #where(): string {
    return `${this.#place.endpoint}/${this.#place.bucket}/`;
  }

  #failed(cause: unknown): DuizhangError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new DuizhangError(
      'DZ_SYSTEM_ARCHIVE',
      `the archive of bills ${this.#where} does not do its work: ${why}; check "archive" in the configuration, the bucket and its keys`,
      { cause },
    );
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof S3Error && (error.code === 'NotFound' || error.code === 'NoSuchKey');
}

async function partOf(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  if (bytesRead !== length) throw new Error('a file that nobody else knows has become shorter');
  return buffer;
}

async function openNamelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'duizhang-archive-'));
  try {
    return await open(join(folder, 'bill'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
