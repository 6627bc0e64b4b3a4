import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Ten million rows are forty thousand a part. */
const PARTS = 256;
const DEFAULT_PART_BYTES = 1 << 16;
/** UTF-8 of a UTF-16 unit. */
const MAX_BYTES_A_CHAR = 3;

export type PartedRowsOptions = {
  /** Where a temporary folder is made once a part outgrows its place in memory. */
  readonly tempDir: string;
  /** Memory of one of the 256 parts. */
  readonly partBytes?: number;
};

/**
 * Lines of text in parts by a key, on disk once they are many; lines of one key share a part. What is kept in memory is
 * bytes: text that was cut from a block would keep the whole block.
 */
export class PartedRows {
  readonly #tempDir: string;
  readonly #partBytes: number;
  readonly #parts = new Map<number, { readonly bytes: Buffer; length: number; file: number | null }>();
  #dir: string | null = null;

  constructor({ tempDir, partBytes = DEFAULT_PART_BYTES }: PartedRowsOptions) {
    this.#tempDir = tempDir;
    this.#partBytes = partBytes;
  }

  /** @param line without a line end in it */
  put(key: string, line: string): void {
    const number = partOf(key);
    let part = this.#parts.get(number);
    if (!part) {
      part = { bytes: Buffer.allocUnsafe(this.#partBytes), length: 0, file: null };
      this.#parts.set(number, part);
    }
    const text = `${line}\n`;
    if (part.length + text.length * MAX_BYTES_A_CHAR > part.bytes.length) {
      part.file ??= openSync(this.#pathOf(number), 'a', 0o600);
      writeWhole(part.file, part.bytes.subarray(0, part.length));
      part.length = 0;
    }
    if (text.length * MAX_BYTES_A_CHAR <= part.bytes.length) {
      part.length += part.bytes.write(text, part.length);
    } else if (part.file !== null) writeWhole(part.file, Buffer.from(text));
  }

  *parts(): Generator<readonly string[]> {
    for (const [number, { bytes, length, file }] of this.#parts) {
      const stored = file === null ? '' : readFileSync(this.#pathOf(number), 'utf8');
      const lines = (stored + bytes.toString('utf8', 0, length)).split('\n');
      lines.pop();
      yield lines;
    }
  }

  dispose(): void {
    for (const { file } of this.#parts.values()) if (file !== null) closeSync(file);
    this.#parts.clear();
    if (this.#dir !== null) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = null;
  }

  #pathOf(part: number): string {
    this.#dir ??= mkdtempSync(join(this.#tempDir, 'duizhang-rows-'));
    return join(this.#dir, `part-${part}`);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function partOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash >>> 16) & (PARTS - 1);
}
