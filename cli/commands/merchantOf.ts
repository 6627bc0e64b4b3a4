import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { CommandIo } from '../command.ts';
import { systemHere } from '../runningSystem.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url));

/**
 * The configuration that the running system was started with, whatever this shell says: with other slots or partitions a
 * close would look at a part of the day only.
 * @throws DZ_NOT_RUNNING
 */
export function configPathOf(io: CommandIo): string {
  return systemHere(io).configPath;
}

/** What this shell says: `DUIZHANG_CONFIG`, or the repository's own. */
export function givenConfigPath(io: CommandIo): string {
  const given = io.env['DUIZHANG_CONFIG'];
  return given === undefined ? DEFAULT_CONFIG : resolve(io.cwd, given);
}

/** @throws DZ_UNKNOWN_MERCHANT */
export function merchantOf(config: Config, merchantId: string): Merchant {
  const merchant = config.merchants.get(merchantId);
  if (merchant) return merchant;
  throw new DuizhangError(
    'DZ_UNKNOWN_MERCHANT',
    `there is no merchant ${merchantId}; add it to duizhang.config.yaml or name one of ${[...config.merchants.keys()].slice(0, 5).join(', ')} …`,
  );
}
