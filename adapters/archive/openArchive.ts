import { join, resolve } from 'node:path';
import type { BillArchive } from '../../domain/billArchive.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { ArchiveConfig } from '../config/archiveConfig.ts';
import { FolderArchive } from './folderArchive.ts';
import { S3Archive } from './s3Archive.ts';

/**
 * The archive that the configuration names; without a word there, the folder `bills` of the data folder.
 * @param env holds the keys of an S3 store: DUIZHANG_S3_ACCESS_KEY and DUIZHANG_S3_SECRET_KEY
 * @throws DZ_CONFIG_INVALID
 */
export function openArchive(
  config: ArchiveConfig | null,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): BillArchive {
  if (config?.s3 === undefined) {
    return new FolderArchive(
      config?.folder === undefined ? join(dataDir, 'bills') : resolve(dataDir, config.folder),
      Date.now,
    );
  }
  const { endpoint, bucket, region = 'us-east-1', prefix = '' } = config.s3;
  const keys = { accessKey: keyOf(env, 'ACCESS'), secretKey: keyOf(env, 'SECRET') };
  return new S3Archive({ endpoint, bucket, region, prefix, ...keys });
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
