import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Book } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';

export type InputFile = {
  readonly book: Book;
  /** As the user wrote it. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** A regular file, which may be read twice and from any place; not a pipe. */
  readonly isSeekable: boolean;
};

/** @throws DZ_FILE_NOT_READABLE when there is no such file */
export async function inputFile(book: Book, name: string, path: string): Promise<InputFile> {
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) {
      return { book, name, path, sizeBytes: stats.size, isSeekable: stats.isFile() };
    }
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new DuizhangError('DZ_FILE_NOT_READABLE', `${name}: cannot be read (${reason}); check the path`, {
      cause,
    });
  }
  throw new DuizhangError('DZ_FILE_NOT_READABLE', `${name}: is a folder; name the files in it`);
}

/** Leaves out files of a book whose bytes are those of an earlier one, and says so: a bill counts once. */
export async function distinctFiles(
  files: readonly InputFile[],
): Promise<{ readonly files: readonly InputFile[]; readonly notes: readonly string[] }> {
  const kept: InputFile[] = [];
  const notes: string[] = [];
  for (const file of files) {
    const same = await firstEqual(file, kept);
    if (same === null) kept.push(file);
    else notes.push(`note: ${file.name} holds the same bytes as ${same.name} and counts once`);
  }
  return { files: kept, notes };
}

async function firstEqual(file: InputFile, others: readonly InputFile[]): Promise<InputFile | null> {
  if (!file.isSeekable) return null;
  for (const other of others) {
    // Only files of one length can be equal: hashing every large book would cost more than comparing them.
    if (other.book !== file.book || other.sizeBytes !== file.sizeBytes || !other.isSeekable) continue;
    if (other.path === file.path || (await sha256Of(other.path)) === (await sha256Of(file.path)))
      return other;
  }
  return null;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
