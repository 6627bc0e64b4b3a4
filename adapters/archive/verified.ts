import { createHash } from 'node:crypto';
import { DuizhangError } from '../../domain/errors.ts';

/**
 * Passes bytes on and says at their end whether they were those of the name.
 * @param place for people
 * @throws DZ_ARCHIVE_DAMAGED
 */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  sha256: string,
  place: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new DuizhangError(
    'DZ_ARCHIVE_DAMAGED',
    `${place} no longer holds the bytes that were kept (their SHA-256 is now ${found}); restore it from a backup, or import the original file again, which replaces it`,
    { details: { sha256, found } },
  );
}

export function missing(sha256: string, place: string, cause?: unknown): DuizhangError {
  return new DuizhangError(
    'DZ_ARCHIVE_MISSING',
    `the bytes of the bill ${sha256} are not in ${place}: it was imported before bytes were kept, or into another archive`,
    { cause },
  );
}
