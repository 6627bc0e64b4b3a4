import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';

/** At once, or in pieces. */
export type FileContent = string | Uint8Array | Iterable<string> | AsyncIterable<string | Uint8Array>;

/**
 * Writes a file whole or not at all: under a temporary name beside it, then renamed.
 * @throws DZ_FILE_UNWRITABLE
 */
export async function writeWhole(path: string, content: FileContent): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw unwritableFile(path, error) ?? error;
  }
}

/**
 * Whether `writeWhole` could succeed, asked before hours of work are put into the content.
 * @throws DZ_FILE_UNWRITABLE
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritableFile(path, error) ?? error;
  }
  if (await isFolder(path)) throw unwritable(path, 'it is a folder; name a file');
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** The failure that left it is the one to tell, not that of cleaning up. */
async function removeIfThere(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there; make it first',
  ENOTDIR: 'its folder is a file; check the path',
  EACCES: 'this user may not write there; choose another place',
  EROFS: 'the file system is read-only; choose another place',
  ENOSPC: 'the disk is full; make room or choose another place',
  EISDIR: 'it is a folder; name a file',
};

function unwritableFile(path: string, error: unknown): DuizhangError | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  return unwritable(path, REASONS[code] ?? error.message, error);
}

function unwritable(path: string, reason: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_FILE_UNWRITABLE', `${path} cannot be written: ${reason}`, { cause });
}
