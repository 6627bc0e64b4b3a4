import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { sharedNumberWarnings } from '../../adapters/config/sharedNumbers.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_SCHEDULE } from '../../domain/merchant.ts';
import type { Command } from '../command.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { givenConfigPath } from './merchantOf.ts';

const USAGE = `
./duizhang config check [FILE] [--json]

Checks a configuration and shows what it says of each hospital. Without FILE the one that DUIZHANG_CONFIG names, or
duizhang.config.yaml. A system that runs reads its hospitals again by itself when the file changes. What is right and
hardly meant is a warning: hospitals that share a number at a channel and do not say which rows are their own.

Exit code 0: it is right; 2: it is not, with the file, line and place of what is wrong.
`;

export const configCommand: Command = {
  name: 'config',
  summary: 'check a configuration',
  usage: USAGE,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [subcommand, file, ...more] = positionals;
    if (subcommand !== 'check' || more.length > 0) {
      throw new DuizhangError('DZ_USAGE', 'say: ./duizhang config check [FILE]');
    }
    return tellRefusal(values.json, io, async () => {
      const path = file === undefined ? givenConfigPath(io) : resolve(io.cwd, file);
      const config = loadConfig(path);
      io.stdout(values.json ? `${JSON.stringify(jsonOf(path, config))}\n` : textOf(path, config));
      return 0;
    });
  },
};

function jsonOf(path: string, config: Config): Readonly<Record<string, unknown>> {
  const { slots, port, log } = config;
  const merchants = [...config.merchants.values()];
  return { path, slots, port, log, merchants, warnings: sharedNumberWarnings(merchants) };
}

function textOf(path: string, config: Config): string {
  const rows = [...config.merchants.values()].map((merchant) => {
    const { atMs, billPatienceMs } = merchant.schedule ?? DEFAULT_SCHEDULE;
    const channels = merchant.channels.map(({ channel }) => channel).join(' ');
    const books = Object.keys(config.books.get(merchant.merchantId) ?? {}).join(' ');
    return (
      `  ${merchant.merchantId} ${merchant.name}: ${merchant.mode}, closes at ${clockText(atMs)} of the next day ` +
      `(bills until ${clockText(atMs + billPatienceMs)}), ${channels}${books === '' ? '' : `, mapped books: ${books}`}`
    );
  });
  const warnings = sharedNumberWarnings(config.merchants.values()).map((warning) => `warning: ${warning}\n`);
  const hospitals = `${rows.length} ${rows.length === 1 ? 'hospital' : 'hospitals'}`;
  return `${path} is right: ${hospitals}\n${rows.join('\n')}\n${warnings.join('')}`;
}

/** Hours beyond 24 are of the day after. */
function clockText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
