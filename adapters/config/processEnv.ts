import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { DuizhangError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import { ledgerUrlOf } from '../clickhouse/ledgerAddress.ts';
import { clockOf } from '../clock/playbackClock.ts';
import { brokersOf, wrongLogUrl } from '../kafka/settingsOfConfig.ts';
import { LOG_NEEDS_ONE, REDIS_FORMS, redisAddressOf } from '../redis/redisAddress.ts';
import type { Config } from './loadConfig.ts';
import type { LiveOptions, SettingsNow } from './liveConfig.ts';
import { LiveConfig } from './liveConfig.ts';

/** What every process of the system is told by its environment. */
export type ProcessEnv = {
  /** Its hospitals follow the file once `live.watch()` was called. */
  readonly config: Config;
  readonly live: LiveConfig;
  /** Of one Redis, or `kafka://host:9092,host2:9092`. */
  readonly logUrl: string;
  /** Of the Redis that keeps the heads of the audit trail. */
  readonly auditUrl: string;
  readonly windowUrl: string;
  /** Of a cluster see ledgerUrlOf. */
  readonly clickhouseUrl: string;
  /** The system's data folder, absolute. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** How many times faster than the machine's the clock runs while it plays a day back; else 1. */
  readonly rate: number;
  /** Whether days are closed by themselves (DUIZHANG_SCHEDULE: on, the default, or off). */
  readonly closesBySchedule: boolean;
};

/**
 * Reads DUIZHANG_CONFIG (a path), DUIZHANG_LOG_URL, DUIZHANG_AUDIT_URL, DUIZHANG_WINDOW_URL, DUIZHANG_CLICKHOUSE_URL,
 * DUIZHANG_CLICKHOUSE_CLUSTER, DUIZHANG_PLAYBACK and DUIZHANG_SCHEDULE.
 * @param settings what is set in the console (settingsAtStart)
 * @throws DZ_CONFIG_INVALID naming the variable or the line of the configuration that is wrong
 */
export function processEnvOf(
  env: NodeJS.ProcessEnv,
  options: LiveOptions,
  settings: SettingsNow | null = null,
): ProcessEnv {
  const live = new LiveConfig(needed(env, 'DUIZHANG_CONFIG'), options, settings);
  return {
    live,
    config: live.config,
    logUrl: logUrlOf(env),
    auditUrl: auditUrlOf(env),
    windowUrl: redisUrlOf(env, 'DUIZHANG_WINDOW_URL'),
    dataDir: resolve(needed(env, 'DUIZHANG_DATA')),
    clickhouseUrl: ledgerUrlOf(urlOf(env, 'DUIZHANG_CLICKHOUSE_URL', ['http:', 'https:']), env),
    ...clockOf(env),
    closesBySchedule: scheduleOf(env),
  };
}

function scheduleOf(env: NodeJS.ProcessEnv): boolean {
  const value = env['DUIZHANG_SCHEDULE'] ?? 'on';
  if (value === 'on' || value === 'off') return value === 'on';
  throw new DuizhangError('DZ_CONFIG_INVALID', `DUIZHANG_SCHEDULE is "${value}", not on or off`);
}

function needed(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new DuizhangError('DZ_CONFIG_INVALID', `the environment variable ${name} is not set`);
}

function urlOf(env: NodeJS.ProcessEnv, name: string, protocols: readonly string[]): string {
  const value = needed(env, name);
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  throw new DuizhangError(
    'DZ_CONFIG_INVALID',
    `${name} is "${value}", not an address that begins with ${protocols.join('// or ')}//`,
  );
}

/** The address may hold a password: it is not repeated. */
function redisUrlOf(env: NodeJS.ProcessEnv, name: string): string {
  const value = needed(env, name);
  if (redisAddressOf(value) !== null) return value;
  throw new DuizhangError('DZ_CONFIG_INVALID', `${name} is no address of Redis, such as ${REDIS_FORMS}`);
}

function logUrlOf(env: NodeJS.ProcessEnv): string {
  const value = needed(env, 'DUIZHANG_LOG_URL');
  const redis = redisAddressOf(value);
  if (brokersOf(value) !== null || redis?.kind === 'single') return value;
  if (redis !== null) throw new DuizhangError('DZ_CONFIG_INVALID', `DUIZHANG_LOG_URL: ${LOG_NEEDS_ONE}`);
  throw wrongLogUrl('DUIZHANG_LOG_URL', value);
}

/**
 * Where the heads of the audit trail are kept: DUIZHANG_AUDIT_URL, or the Redis of the event log. Who could change the ledger alone
 * must not reach them, and they must not be lost, so that the window's Redis is no place for them.
 * @throws DZ_CONFIG_INVALID when it is not named and the log is no Redis
 */
export function auditUrlOf(env: NodeJS.ProcessEnv): string {
  if (!env['DUIZHANG_AUDIT_URL'] && redisAddressOf(env['DUIZHANG_LOG_URL'] ?? '') !== null) {
    return needed(env, 'DUIZHANG_LOG_URL');
  }
  return redisUrlOf(env, 'DUIZHANG_AUDIT_URL');
}

/** A port from the environment; 0 (a free one) when it is not named. */
export function portOf(env: NodeJS.ProcessEnv, name: string): number {
  const value = env[name] ?? '0';
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  throw new DuizhangError('DZ_CONFIG_INVALID', `${name} is "${value}", not a port`);
}

/**
 * The address of this machine that a process listens on: 127.0.0.1 when DUIZHANG_HOST names none. A container's is 0.0.0.0.
 * @throws DZ_CONFIG_INVALID
 */
export function hostOf(env: NodeJS.ProcessEnv): string {
  const value = env['DUIZHANG_HOST'] || '127.0.0.1';
  if (isIP(value) !== 0) return value;
  throw new DuizhangError('DZ_CONFIG_INVALID', `DUIZHANG_HOST is "${value}", not an address of this machine`);
}

/**
 * Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, by commas; of anybody else it is not.
 * @throws DZ_CONFIG_INVALID
 */
export function trustedProxiesOf(env: NodeJS.ProcessEnv): readonly string[] {
  const said = (env['DUIZHANG_TRUSTED_PROXIES'] ?? '').split(',').map((one) => one.trim());
  const proxies = said.filter((one) => one !== '');
  const wrong = proxies.find((one) => {
    const [address = '', bits = '32', ...more] = one.split('/');
    return isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > 128 || more.length > 0;
  });
  if (wrong === undefined) return proxies;
  throw new DuizhangError(
    'DZ_CONFIG_INVALID',
    `DUIZHANG_TRUSTED_PROXIES names "${wrong}", not an address or a network`,
  );
}
