import type { RedisConnection } from './connect.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { whileHolding } from './whileHolding.ts';

/** One change of settings at a time, in all processes. */
export function settingsLock(redis: RedisConnection): <T>(work: () => Promise<T>) => Promise<T> {
  return (work) =>
    whileHolding(redis, 'dz:settings-lock', work, () => {
      throw new DuizhangError(
        'DZ_SETTINGS_BUSY',
        'settings are being changed just now; try again in a moment',
        {
          messageZh: '设置正在被修改，请稍后再试',
        },
      );
    });
}
