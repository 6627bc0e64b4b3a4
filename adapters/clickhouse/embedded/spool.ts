import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** A file with what was sent; gone when it is disposed of. */
export type Spooled = AsyncDisposable & { readonly path: string };

/**
 * A folder of files that live as long as a statement. What a killed engine left there goes first.
 * @param dir the engine's
 */
export function openSpool(dir: string): (data: AsyncIterable<Buffer> | Iterable<Buffer>) => Promise<Spooled> {
  const folder = resolve(dir, 'user_files', 'spool');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return async (data) => {
    const path = resolve(folder, randomUUID());
    const remove = () => rm(path, { force: true });
    try {
      await writeFile(path, data);
    } catch (error) {
      await remove();
      throw error;
    }
    return { path, [Symbol.asyncDispose]: remove };
  };
}
