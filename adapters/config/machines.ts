import type { Book } from '../../domain/entry.ts';
import type { Machine } from '../../domain/machine.ts';
import { machineKey } from '../sources/secrets.ts';
import type { Config } from './loadConfig.ts';

const BOOK = { merchant: 'MERCHANT', platform: 'PLATFORM' } as const satisfies Record<string, Book>;

/**
 * The machines of the configuration with their keys read.
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of a key that is not there or no good
 */
export function machinesOf(config: Config, env: NodeJS.ProcessEnv): ReadonlyMap<string, Machine> {
  return new Map(
    config.machines.map(({ raw, folder, fail }) => {
      const keys = raw.keys.map((key, n) =>
        machineKey(key, { folder, env, fail: (message) => fail(['keys', String(n)], message) }),
      );
      const machine: Machine = {
        id: raw.id,
        merchants: new Set(raw.merchants),
        mayUpload: new Set((raw.mayUpload ?? []).map((name) => BOOK[name])),
        mayProduce: new Set(raw.mayProduce ?? []),
        keys,
      };
      return [raw.id, machine] as const;
    }),
  );
}
