import { DuizhangError } from '../../domain/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'there is no such file; check the path',
  EACCES: 'this user may not read it; check its permissions',
  EISDIR: 'it is a folder; name a file in it',
};

/** @returns DZ_FILE_UNREADABLE for a failure of the file system; null when the error is none */
export function unreadableFile(name: string, error: unknown): DuizhangError | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  return new DuizhangError(
    'DZ_FILE_UNREADABLE',
    `${name} cannot be read: ${REASONS[code] ?? error.message}`,
    {
      cause: error,
    },
  );
}
