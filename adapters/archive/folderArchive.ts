import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BillArchive, KeptBytes } from '../../domain/billArchive.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { missing, verified } from './verified.ts';

const READ_BYTES = 1 << 18;
/** What a killed import has left is nobody's after this long. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/**
 * Bills in a folder: ab/cd/abcd… by SHA-256. Bytes are written beside, synced, and renamed into place, so that a name
 * holds all of its bytes or does not exist.
 */
export class FolderArchive implements BillArchive {
  readonly #root: string;
  readonly #incoming: string;
  readonly #now: () => number;
  #writes = 0;

  /** @param now epoch milliseconds of the machine, as its file system counts them */
  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#incoming = join(root, 'incoming');
    this.#now = now;
  }

  async keep(bytes: AsyncIterable<Uint8Array>): Promise<KeptBytes> {
    await this.#makeFolder(this.#incoming);
    await this.#removeAbandoned();
    this.#writes += 1;
    const temporary = join(this.#incoming, `${process.pid}-${this.#writes}`);
    try {
      const kept = await this.#write(temporary, bytes);
      await this.#moveIn(temporary, kept);
      return kept;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    const path = this.#pathOf(sha256);
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw isAbsent(cause) ? missing(sha256, this.#root, cause) : this.#failed('read', cause);
    });
    const bytes = createReadStream(path, { fd: file, highWaterMark: READ_BYTES });
    yield* verified(bytes, sha256, path);
  }

  async #write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<KeptBytes> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const file = await this.#orFailed(open(path, 'wx', 0o440));
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        await this.#orFailed(file.writeFile(chunk));
      }
      await this.#orFailed(file.sync());
    } finally {
      await file.close();
    }
    return { sha256: hash.digest('hex'), sizeBytes };
  }

  /** Bytes that are there already stay, unless they are damaged: these here are good. */
  async #moveIn(temporary: string, { sha256 }: KeptBytes): Promise<void> {
    const path = this.#pathOf(sha256);
    if (await holds(path, sha256)) return;
    const folder = dirname(path);
    await this.#makeFolder(folder);
    await this.#orFailed(rename(temporary, path));
    for (const dir of [folder, dirname(folder), this.#root]) await syncFolder(dir);
  }

  async #makeFolder(folder: string): Promise<void> {
    await this.#orFailed(mkdir(folder, { recursive: true }));
  }

  async #removeAbandoned(): Promise<void> {
    if (this.#writes > 0) return;
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && this.#now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  async #orFailed<T>(done: Promise<T>): Promise<T> {
    try {
      return await done;
    } catch (cause) {
      throw this.#failed('written', cause);
    }
  }

  #failed(verb: string, cause: unknown): DuizhangError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new DuizhangError(
      'DZ_SYSTEM_ARCHIVE',
      `the archive of bills in ${this.#root} cannot be ${verb}: ${why}; make room, or correct its permissions or "archive" in the configuration`,
      { cause },
    );
  }
}

async function holds(path: string, sha256: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  try {
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk);
    return hash.digest('hex') === sha256;
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
