import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ten million rows are forty thousand a part. */
const PARTS = 256;
const DEFAULT_PENDING_CHARS = 32 * 1024 * 1024;

export type PartedRowsOptions = {
  /** Where a temporary folder is made once rows outgrow `maxPendingChars`. */
  readonly tempDir: string;
  readonly maxPendingChars?: number;
};

/** Lines of text in parts by a key, on disk once they are many; lines of one key share a part. */
export class PartedRows {
  readonly #options: PartedRowsOptions;
  readonly #pending: string[] = new Array<string>(PARTS).fill('');
  readonly #spilled = new Set<number>();
  #pendingChars = 0;
  #dir: string | null = null;

  constructor(options: PartedRowsOptions) {
    this.#options = options;
  }

  /** @param line without a line end in it */
  put(key: string, line: string): void {
    this.#pending[partOf(key)] += `${line}\n`;
    this.#pendingChars += line.length + 1;
    if (this.#pendingChars > (this.#options.maxPendingChars ?? DEFAULT_PENDING_CHARS)) this.#spill();
  }

  *parts(): Generator<readonly string[]> {
    for (let part = 0; part < PARTS; part += 1) {
      const stored = this.#spilled.has(part) ? readFileSync(this.#pathOf(part), 'utf8') : '';
      const lines = `${stored}${this.#pending[part] ?? ''}`.split('\n');
      lines.pop();
      if (lines.length > 0) yield lines;
    }
  }

  dispose(): void {
    if (this.#dir !== null) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = null;
    this.#spilled.clear();
    this.#pending.fill('');
  }

  #spill(): void {
    this.#dir ??= mkdtempSync(join(this.#options.tempDir, 'duizhang-rows-'));
    for (const [part, text] of this.#pending.entries()) {
      if (text === '') continue;
      appendFileSync(this.#pathOf(part), text);
      this.#spilled.add(part);
      this.#pending[part] = '';
    }
    this.#pendingChars = 0;
  }

  #pathOf(part: number): string {
    if (this.#dir === null) throw new Error('nothing was spilled');
    return join(this.#dir, `part-${part}`);
  }
}

function partOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash >>> 16) & (PARTS - 1);
}
