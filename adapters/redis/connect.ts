import type { ClusterOptions, Command, RedisOptions } from 'ioredis';
import { Cluster, Redis } from 'ioredis';
import type { RedisAddress } from './redisAddress.ts';
import { LOG_NEEDS_ONE, REDIS_FORMS, redisAddressOf } from './redisAddress.ts';
import { DuizhangError } from '../../domain/errors.ts';

/** To one Redis, to the master that sentinels name, or to a Redis Cluster: whoever asks sees no difference. */
export type RedisConnection = Redis | Cluster;

/** Of a command: Redis did not answer in time, or the connection is gone. */
export function isRedisAway(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(Command timed out|Connection is closed|None of startup nodes|Cluster isn't ready)/.test(error.message)
  );
}

/**
 * A connection that waits for a Redis that is away: its commands are sent when it is back. Everything that the system asks
 * of Redis may be asked twice.
 * @param url see REDIS_FORMS
 * @param answersWithinMs how long somebody waits for an answer before they are told that it is away; absent: however long
 * @throws DZ_CONFIG_INVALID
 */
export function connectRedis(url: string, answersWithinMs?: number): RedisConnection {
  return connected(addressOf(url), {
    ...timeoutOf(answersWithinMs),
    one: { maxRetriesPerRequest: null },
    // While a slot has no master it is asked for again, however often.
    cluster: { maxRedirections: Number.POSITIVE_INFINITY, retryDelayOnMoved: 20 },
  });
}

/** A connection that never holds anybody up: what cannot be asked at once, or is not answered in time, fails. */
export function connectRedisBriefly(url: string, answersWithinMs: number): RedisConnection {
  return connected(addressOf(url), {
    ...timeoutOf(answersWithinMs),
    one: { maxRetriesPerRequest: 1, enableOfflineQueue: false },
    cluster: { maxRedirections: 3, enableOfflineQueue: false },
  });
}

/**
 * As connectRedis, to the one server that an address names.
 * @throws DZ_CONFIG_INVALID for one of sentinels or a cluster
 */
export function connectOneRedis(url: string): Redis {
  const address = addressOf(url);
  if (address.kind !== 'single') throw new DuizhangError('DZ_CONFIG_INVALID', LOG_NEEDS_ONE);
  return oneRedis({ one: { maxRetriesPerRequest: null } }, address.url);
}

/** Every server that holds a part: what is asked of a server as a whole is asked of each. */
export function serversOf(redis: RedisConnection): readonly Redis[] {
  return redis instanceof Cluster ? redis.nodes('master') : [redis];
}

/** Rejects when a server does not answer. */
export async function pingRedis(redis: RedisConnection): Promise<void> {
  if (redis instanceof Cluster && redis.status !== 'ready') await redis.ping();
  await Promise.all(serversOf(redis).map((server) => server.ping()));
}

type How = {
  readonly commandTimeout?: number;
  readonly one: Pick<RedisOptions, 'maxRetriesPerRequest' | 'enableOfflineQueue'>;
  readonly cluster: Pick<ClusterOptions, 'maxRedirections' | 'enableOfflineQueue' | 'retryDelayOnMoved'>;
};

/** A server that is away may take this long to refuse a connection; then the others are asked where its slots are. */
const NODE_CONNECTS_WITHIN_MS = 2_000;

/**
 * A server that stands still keeps its connections: what it does not answer by then is asked of whoever is in its place. (The
 * detector of fail-overs that ioredis has ends the connection for good when it is told while that is being made again.)
 */
const STANDS_STILL_MS = 5_000;

function timeoutOf(answersWithinMs: number | undefined): Pick<How, 'commandTimeout'> {
  return answersWithinMs === undefined ? {} : { commandTimeout: answersWithinMs };
}

function retryStrategy(times: number): number {
  return Math.min(20 * times, 500);
}

function connected(address: RedisAddress, how: How): RedisConnection {
  switch (address.kind) {
    case 'single':
      return oneRedis(how, address.url);
    case 'sentinel': {
      const { sentinels, master, login, sentinelLogin, tls } = address;
      const { username, password } = sentinelLogin;
      return oneRedis(how, {
        ...login,
        sentinels: [...sentinels],
        name: master,
        ...(username === undefined ? {} : { sentinelUsername: username }),
        ...(password === undefined ? {} : { sentinelPassword: password }),
        ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        socketTimeout: STANDS_STILL_MS,
        reconnectOnError: resendWhereItIsTaken,
      });
    }
    case 'cluster':
      return quiet(clusterOf(how, address));
  }
}

function oneRedis(
  { commandTimeout, one }: Omit<How, 'cluster'>,
  at: string | Omit<RedisOptions, 'replyMapping'>,
): Redis {
  const options = { ...one, ...(commandTimeout === undefined ? {} : { commandTimeout }), retryStrategy };
  return quiet(typeof at === 'string' ? new Redis(at, options) : new Redis({ ...at, ...options }));
}

function clusterOf(
  { commandTimeout, cluster }: How,
  { nodes, login, tls }: Extract<RedisAddress, { kind: 'cluster' }>,
): Cluster {
  return new PatientCluster([...nodes], {
    ...cluster,
    clusterRetryStrategy: retryStrategy,
    redisOptions: {
      ...login,
      ...(commandTimeout === undefined ? {} : { commandTimeout }),
      connectTimeout: NODE_CONNECTS_WITHIN_MS,
      socketTimeout: STANDS_STILL_MS,
      ...(tls ? { tls: {} } : {}),
    },
    // Certificates are made out to names.
    ...(tls ? { dnsLookup: (name, found) => found(null, name) } : {}),
  });
}

/** Commands wait; without a listener ioredis would print every attempt. */
function quiet<Connection extends RedisConnection>(redis: Connection): Connection {
  redis.on('error', () => undefined);
  return redis;
}

/** Of a master that is none any more, or lacks the replicas that it wants. @returns 2: connect again, and send it again there */
function resendWhereItIsTaken(error: Error): 2 | false {
  return /^(READONLY|NOREPLICAS)\b/.test(error.message) ? 2 : false;
}

class PatientCluster extends Cluster {
  /** ioredis counts a command's time from when a node is sent it; while no node is there nobody would be told. */
  override sendCommand(...[command, ...rest]: Parameters<Cluster['sendCommand']>): unknown {
    const { commandTimeout } = this.options.redisOptions ?? {};
    if (commandTimeout !== undefined) timed(command, commandTimeout);
    return super.sendCommand(command, ...rest);
  }

  /** Where reading goes on while the cluster is down, scripts begin and are told so at their first write, in other words. */
  override handleError(error: Error, ...rest: [{ value?: unknown }, unknown]): void {
    const isDown = error.message.includes('while the cluster is down');
    super.handleError(isDown ? new Error(`CLUSTERDOWN ${error.message}`, { cause: error }) : error, ...rest);
  }
}

function timed(command: Command, withinMs: number): void {
  command.setTimeout(withinMs);
}

function addressOf(url: string): RedisAddress {
  const address = redisAddressOf(url);
  if (address) return address;
  throw new DuizhangError('DZ_CONFIG_INVALID', `an address of Redis is none of ${REDIS_FORMS}`);
}
