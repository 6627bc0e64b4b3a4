import { mkdtemp, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';

const READ_BYTES = 1 << 18;
/** More than any bill; the readers' own limits on what it unpacks to come on top. */
const MAX_BYTES = 2 * 1024 ** 3;

/** Bytes on disk in a file without a name: whoever dies with it leaves nothing behind. */
export class SpooledFile {
  sizeBytes = 0;
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Reads a stream to its end. @throws DZ_SOURCE_TOO_LARGE, and what the stream throws; nothing is kept then */
  static async of(
    bytes: AsyncIterable<Uint8Array>,
    watch: (chunk: Uint8Array) => void = () => undefined,
    maxBytes = MAX_BYTES,
  ): Promise<SpooledFile> {
    const spooled = new SpooledFile(await namelessFile());
    try {
      for await (const chunk of bytes) {
        spooled.sizeBytes += chunk.length;
        if (spooled.sizeBytes > maxBytes) throw tooLarge(maxBytes);
        watch(chunk);
        await spooled.#file.writeFile(chunk);
      }
      return spooled;
    } catch (error) {
      await spooled.dispose();
      throw error;
    }
  }

  /** The bytes from their beginning; several may read at once. */
  async *open(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.sizeBytes;) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, this.sizeBytes - at));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error('a spooled file became shorter');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async dispose(): Promise<void> {
    await this.#file.close();
  }
}

function tooLarge(maxBytes: number): DuizhangError {
  return new DuizhangError(
    'DZ_SOURCE_TOO_LARGE',
    `the file is longer than ${maxBytes} bytes, which no bill is`,
  );
}

async function namelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'duizhang-source-'));
  try {
    return await open(join(folder, 'spool'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
