import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataLock } from '../../adapters/process/dataLock.ts';
import { lockDataDir } from '../../adapters/process/dataLock.ts';
import { DuizhangError } from '../../domain/errors.ts';

/** Stands in every data folder of ours: nothing else is ever emptied. */
const MARKER = 'duizhang-data.json';
const LOCK = 'lock.sock';

/**
 * Takes the data folder for this process, made when it is missing.
 * @param fresh empties it first
 * @throws DZ_DATA_IN_USE, and DZ_DATA_FOREIGN when the folder holds what is not ours
 */
export async function openDataFolder(dataDir: string, fresh: boolean): Promise<DataLock> {
  refuseForeign(dataDir);
  const lock = await lockDataDir(dataDir);
  if (fresh) {
    // The marker goes last: a folder that was emptied by half is still ours.
    for (const name of foundIn(dataDir).filter((each) => each !== MARKER)) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    }
  }
  writeFileSync(join(dataDir, MARKER), `${JSON.stringify({ format: 1 })}\n`);
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  return lock;
}

function refuseForeign(dataDir: string): void {
  if (!existsSync(dataDir) || existsSync(join(dataDir, MARKER)) || foundIn(dataDir).length === 0) return;
  throw new DuizhangError(
    'DZ_DATA_FOREIGN',
    `${dataDir} holds files but is no data folder of duizhang; name an empty or a new folder in DUIZHANG_DATA`,
  );
}

function foundIn(dataDir: string): string[] {
  return readdirSync(dataDir).filter((name) => name !== LOCK);
}
