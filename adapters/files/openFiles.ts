import { closeSync, openSync, readSync } from 'node:fs';

/** Files that are read at any place. */
export class OpenFiles {
  readonly #descriptors: readonly number[];

  constructor(paths: readonly string[]) {
    this.#descriptors = paths.map((path) => openSync(path, 'r'));
  }

  /** Fills the buffer from a place of a file. @returns bytes read, fewer only at the file's end */
  read(file: number, into: Uint8Array, position: number): number {
    const descriptor = this.#descriptors[file];
    if (descriptor === undefined) throw new Error(`no file ${file}`);
    let done = 0;
    while (done < into.length) {
      const bytes = readSync(descriptor, into, done, into.length - done, position + done);
      if (bytes === 0) break;
      done += bytes;
    }
    return done;
  }

  close(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }
}
