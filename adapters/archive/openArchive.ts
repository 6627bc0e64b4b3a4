import { join, resolve } from 'node:path';
import type { BillArchive } from '../../domain/billArchive.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { ArchiveConfig } from '../config/archiveConfig.ts';
import { FolderArchive } from './folderArchive.ts';
import { S3Archive } from './s3Archive.ts';

/** Each has its place in an archive: bills, and proofs that people upload. */
export type Kept = 'bills' | 'proofs';

/**
 * The archive that the configuration names; without a word there, a folder of the data folder.
 * @param env holds the keys of an S3 store: DUIZHANG_S3_ACCESS_KEY and DUIZHANG_S3_SECRET_KEY
 * @throws DZ_CONFIG_INVALID
 */
export function openArchive(
  config: ArchiveConfig | null,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  kept: Kept = 'bills',
): BillArchive {
  // Bills were there first: what they are under names them alone.
  const below = kept === 'bills' ? '' : kept;
  if (config?.s3 === undefined) {
    const folder =
      config?.folder === undefined ? join(dataDir, kept) : join(resolve(dataDir, config.folder), below);
    return new FolderArchive(folder, Date.now);
  }
  const { endpoint, bucket, region = 'us-east-1', prefix = '' } = config.s3;
  const keys = { accessKey: keyOf(env, 'ACCESS'), secretKey: keyOf(env, 'SECRET') };
  return new S3Archive({ endpoint, bucket, region, prefix: `${prefix}${below && `${below}/`}`, ...keys });
}

function keyOf(env: NodeJS.ProcessEnv, which: 'ACCESS' | 'SECRET'): string {
  const name = `DUIZHANG_S3_${which}_KEY`;
  const key = env[name];
  if (key !== undefined && key !== '') return key;
  throw new DuizhangError(
    'DZ_CONFIG_INVALID',
    `the configuration keeps bills in an S3 store, but ${name} is not set`,
  );
}
