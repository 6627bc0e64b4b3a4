import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { BillFiles } from '../../domain/closePorts.ts';
import { readChunks } from './readChunks.ts';
import { unreadableFile } from './unreadableFile.ts';

/**
 * The files of a folder and of those in it, found by what they hold, whatever they are called.
 * @throws DZ_FILE_UNREADABLE
 */
export async function billFilesIn(dir: string): Promise<BillFiles> {
  const bySha256 = new Map<string, string>();
  for (const path of await filesIn(dir)) {
    const hash = createHash('sha256');
    for await (const chunk of readChunks(path, path)) hash.update(chunk);
    bySha256.set(hash.digest('hex'), path);
  }
  return {
    async find(sha256) {
      const path = bySha256.get(sha256);
      if (path === undefined) return null;
      const name = relative(dir, path);
      return { name, open: () => readChunks(path, name) };
    },
  };
}

async function filesIn(dir: string): Promise<readonly string[]> {
  try {
    const found = await readdir(dir, { recursive: true, withFileTypes: true });
    return found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  } catch (error) {
    throw unreadableFile(dir, error) ?? error;
  }
}
