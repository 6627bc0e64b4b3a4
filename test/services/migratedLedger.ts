import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../adapters/clickhouse/embedded/start.ts';
import { migrate } from '../../adapters/clickhouse/migrate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEPT_DIR = join(ROOT, 'node_modules/.cache/migrated');
/** All that the folder of a migrated ledger depends on. */
const MADE_OF = [
  'schemas/clickhouse',
  'adapters/clickhouse/migrate.ts',
  'adapters/clickhouse/migrations.ts',
  'adapters/clickhouse/embedded',
  'node_modules/chdb/package.json',
];

/**
 * Fills an empty folder with what the embedded engine leaves behind when all migrations have been applied, which takes it a
 * hundred statements. The folder that is copied is made once for each schema.
 */
export async function copyMigrated(dir: string): Promise<void> {
  const kept = join(KEPT_DIR, fingerprint());
  if (!existsSync(kept)) await make(kept);
  await cp(kept, dir, { recursive: true, verbatimSymlinks: true });
}

/** Two that make it at once: the first one's counts. */
async function make(kept: string): Promise<void> {
  await mkdir(KEPT_DIR, { recursive: true });
  const dir = await mkdtemp(join(KEPT_DIR, 'unfinished-'));
  const engine = await startEngine({ dir });
  try {
    await migrate(engine.url);
  } finally {
    await engine.stop();
  }
  try {
    await rename(dir, kept);
  } catch (error) {
    await rm(dir, { recursive: true });
    if (!existsSync(kept)) throw error;
  }
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of MADE_OF.flatMap(filesOf))
    hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 16);
}

function filesOf(path: string): readonly string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(ROOT, path))
    .toSorted()
    .map((name) => `${path}/${name}`);
}
