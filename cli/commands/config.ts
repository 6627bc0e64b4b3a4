import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseSettings } from '../../adapters/clickhouse/settings.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { healingWarnings } from '../../adapters/config/healingConfig.ts';
import { readSettingsCopy } from '../../adapters/config/settingsCopy.ts';
import { exportedText } from '../../adapters/config/settingsDesk.ts';
import type { SecretFindings } from '../../adapters/sources/checkSecrets.ts';
import { checkSecrets } from '../../adapters/sources/checkSecrets.ts';
import { sharedNumberWarnings } from '../../adapters/config/sharedNumbers.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_SCHEDULE } from '../../domain/merchant.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import type { Overlay } from '../../domain/settings.ts';
import { NO_OVERLAY } from '../../domain/settings.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { runningSystem, systemHere } from '../runningSystem.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { givenConfigPath } from './merchantOf.ts';

const USAGE = `
./duizhang config check [FILE] [--json]
./duizhang config export [--out FILE]

check: Checks a configuration and shows what it says of each hospital. Without FILE the one that DUIZHANG_CONFIG names, or
duizhang.config.yaml. A system that runs reads its hospitals again by itself when the file changes. What is right and
hardly meant is a warning: hospitals that share a number at a channel and do not say which rows are their own, limits of
self-healing above the amount from which a second person has to agree. The file of a system that runs is checked together with
what is set in its console, as its processes take it.

The secrets that it names are read, too, and none of them is shown. An error is what keeps the system from starting or
must not go live: a secret that is not there, that is short, repeats itself or is a known default, that every user of
this machine may read or others may write, and a key that stands at two places. A warning is what may be meant: a file
that the group may read, or that lies in the folder of this program, and a private key under two ids.

export: Writes the configuration of the running system with all that is set in its console in it, as YAML with the file's
comments, to stdout or to FILE. Once it has taken the file's place, what is set there can be taken back in the console.

Exit code 0: it is right; 2: it is not, with the file, line and place of what is wrong.
`;

export const configCommand: Command = {
  name: 'config',
  summary: 'check a configuration, or write out what the console has set',
  usage: USAGE,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, out: { type: 'string' } },
    });
    const [subcommand, file, ...more] = positionals;
    if (subcommand === 'export' && file === undefined) return exportConfig(values.out, io);
    if (subcommand !== 'check' || more.length > 0) {
      throw new DuizhangError(
        'DZ_USAGE',
        'say: ./duizhang config check [FILE], or ./duizhang config export [--out FILE]',
      );
    }
    return tellRefusal(values.json, io, async () => {
      const path = file === undefined ? givenConfigPath(io) : resolve(io.cwd, file);
      const config = loadConfig(path, overlayOf(path, io));
      const secrets = checkSecrets(config, io.env);
      io.stdout(
        values.json ? `${JSON.stringify(jsonOf(path, config, secrets))}\n` : textOf(path, config, secrets),
      );
      return secrets.errors.length === 0 ? 0 : 2;
    });
  },
};

/** What is set in the console of the system that runs on this file. */
function overlayOf(path: string, io: CommandIo): Overlay {
  const run = runningSystem(io);
  return (run?.configPath === path ? readSettingsCopy(run.dataDir)?.overlay : undefined) ?? NO_OVERLAY;
}

async function exportConfig(out: string | undefined, io: CommandIo): Promise<ExitCode> {
  const run = systemHere(io);
  const client = connectClickHouse(run.clickhouseUrl);
  try {
    const latest = await clickHouseSettings(client).latest();
    const { configPath } = run;
    const text = exportedText(configPath, readFileSync(configPath, 'utf8'), latest?.overlay ?? NO_OVERLAY);
    if (out === undefined) io.stdout(text);
    else writeFileSync(resolve(io.cwd, out), text);
    return 0;
  } finally {
    await client.close();
  }
}

function jsonOf(
  path: string,
  config: Config,
  { errors, warnings }: SecretFindings,
): Readonly<Record<string, unknown>> {
  const { slots, port, log } = config;
  const merchants = [...config.merchants.values()];
  return {
    path,
    slots,
    port,
    log,
    merchants,
    errors,
    selfHealing: [...config.healing].map(([merchantId, { mode }]) => ({ merchantId, mode })),
    warnings: [...meantWarnings(config), ...warnings],
  };
}

function meantWarnings({ merchants, healing, resolution }: Config): readonly string[] {
  return [...sharedNumberWarnings(merchants.values()), ...healingWarnings(healing, resolution)];
}

function textOf(path: string, config: Config, secrets: SecretFindings): string {
  const rows = [...config.merchants.values()].map((merchant) => {
    const { atMs, billPatienceMs } = merchant.schedule ?? DEFAULT_SCHEDULE;
    const channels = merchant.channels.map(({ channel }) => channel).join(' ');
    const books = Object.keys(config.books.get(merchant.merchantId) ?? {}).join(' ');
    return (
      `  ${merchant.merchantId} ${merchant.name}: ${merchant.mode}, closes at ${clockText(atMs)} of the next day ` +
      `(bills until ${clockText(atMs + billPatienceMs)}), ${channels}${books === '' ? '' : `, mapped books: ${books}`}${healingText(config.healing.get(merchant.merchantId))}`
    );
  });
  const warnings = [...meantWarnings(config), ...secrets.warnings];
  const findings = [
    ...secrets.errors.map((error) => `error: ${error}\n`),
    ...warnings.map((warning) => `warning: ${warning}\n`),
  ];
  const hospitals = `${rows.length} ${rows.length === 1 ? 'hospital' : 'hospitals'}`;
  const verdict = secrets.errors.length === 0 ? 'is right' : 'may not go live as its secrets are';
  return `${path} ${verdict}: ${hospitals}\n${rows.join('\n')}\n${findings.join('')}`;
}

function healingText(rules: HealingRules | undefined): string {
  if (rules === undefined) return '';
  const { mode, isIntraday, perOrderFen, dailyFen, dailyOrders } = rules;
  const limits = `${yuanOfFen(perOrderFen)} yuan an order, ${yuanOfFen(dailyFen)} yuan and ${dailyOrders} orders a day`;
  return `, self-healing ${mode}${isIntraday ? ' (intraday)' : ''}: ${limits}`;
}

/** Hours beyond 24 are of the day after. */
function clockText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
