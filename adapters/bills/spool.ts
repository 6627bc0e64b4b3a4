import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yauzl from 'yauzl';

/** Larger archives go to disk. */
const IN_MEMORY_BYTES = 1 << 20;

/** The bytes of an archive: in memory while they are few, then in a file that has no name any more. */
export class Spool {
  sizeBytes = 0;
  readonly #chunks: Uint8Array[] = [];
  #file: FileHandle | null = null;

  async add(chunk: Uint8Array): Promise<void> {
    this.sizeBytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.sizeBytes <= IN_MEMORY_BYTES) return;
    this.#file ??= await openNamelessFile();
    for (const waiting of this.#chunks) await this.#file.writeFile(waiting);
    this.#chunks.length = 0;
  }

  open(options: yauzl.Options): Promise<yauzl.ZipFile> {
    if (this.#file !== null) return yauzl.fromFdPromise(this.#file.fd, options);
    return yauzl.fromBufferPromise(Buffer.concat(this.#chunks), options);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function openNamelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'duizhang-bill-'));
  try {
    return await open(join(folder, 'spool'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
