import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { CommandIo } from '../command.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url));

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
