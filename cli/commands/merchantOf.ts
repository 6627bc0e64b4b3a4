import { fileURLToPath } from 'node:url';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { CommandIo } from '../command.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../../duizhang.config.yaml', import.meta.url));

/** The configuration that the running system reads: `DUIZHANG_CONFIG`, or the repository's own. */
export function configPathOf(io: CommandIo): string {
  return io.env['DUIZHANG_CONFIG'] ?? DEFAULT_CONFIG;
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
