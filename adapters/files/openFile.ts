import type { Book } from '../../domain/entry.ts';
import { readSync } from 'node:fs';

/** A file of a book, open for reading at any place; all threads of the process may use its descriptor. */
export type OpenFile = { readonly book: Book; readonly descriptor: number; readonly sizeBytes: number };

/** Fills the buffer from a place of a file. @returns bytes read, fewer only at the file's end */
export function readAt(descriptor: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const bytes = readSync(descriptor, into, done, into.length - done, position + done);
    if (bytes === 0) break;
    done += bytes;
  }
  return done;
}
