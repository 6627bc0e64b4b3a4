import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Book } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { unreadableFile } from './unreadableFile.ts';

export type InputFile = {
  readonly book: Book;
  /** As the user wrote it. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** A regular file, which may be read twice and from any place; not a pipe. */
  readonly isSeekable: boolean;
};

/** @throws DZ_FILE_UNREADABLE when there is no such file, or it may not be read */
export async function inputFile(book: Book, name: string, path: string): Promise<InputFile> {
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (!stats.isDirectory()) {
      return { book, name, path, sizeBytes: stats.size, isSeekable: stats.isFile() };
    }
  } catch (error) {
    throw unreadableFile(name, error) ?? error;
  }
  throw new DuizhangError(
    'DZ_FILE_UNREADABLE',
    `${name} cannot be read: it is a folder; name the files in it`,
  );
}

/**
 * Leaves out files of a book whose bytes are those of an earlier one, and says so: a bill counts once. A file that stands
 * for two books stays, with a warning: a book always agrees with itself.
 */
export async function distinctFiles(
  files: readonly InputFile[],
): Promise<{ readonly files: readonly InputFile[]; readonly notes: readonly string[] }> {
  const kept: InputFile[] = [];
  const notes: string[] = [];
  for (const file of files) {
    const same = await firstEqual(file, kept);
    if (same?.book !== file.book) kept.push(file);
    if (same?.book === file.book) {
      notes.push(`note: ${file.name} holds the same bytes as ${same.name} and counts once`);
    } else if (same) {
      notes.push(
        `warning: ${file.name} (${file.book}) holds the same bytes as ${same.name} (${same.book}); a book always agrees with itself`,
      );
    }
  }
  return { files: kept, notes };
}

/** Of its own book, if there is one. */
async function firstEqual(file: InputFile, others: readonly InputFile[]): Promise<InputFile | null> {
  if (!file.isSeekable) return null;
  // Only files of one length can be equal: hashing every large book would cost more than comparing them.
  const alike = others.filter((other) => other.isSeekable && other.sizeBytes === file.sizeBytes);
  let equal: InputFile | null = null;
  for (const other of alike) {
    const isEqual = other.path === file.path || (await sha256Of(other.path)) === (await sha256Of(file.path));
    if (isEqual && other.book === file.book) return other;
    if (isEqual) equal ??= other;
  }
  return equal;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
