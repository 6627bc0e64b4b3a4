import { Redis } from 'ioredis';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { RedisServer } from '../../adapters/process/redisServer.ts';
import { startRedis } from '../services/index.ts';
import { freePort } from '../../adapters/process/freePort.ts';

const HASH_SLOTS = 16_384;
/** After so long without an answer a master counts as failed. */
const NODE_TIMEOUT_MS = 1_000;
const FORMED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** One server of a cluster, with a connection to it alone. */
export type Member = { readonly dir: string; server: RedisServer; readonly redis: Redis };
/** Who held a part first, and who follows. */
export type Shard = { readonly master: Member; readonly replica: Member };

export type RedisCluster = AsyncDisposable & {
  /** Names some of its servers. */
  readonly url: string;
  readonly shards: readonly Shard[];
  /** The one that holds a key from the beginning. */
  shardOf(key: string): Promise<Shard>;
};

/** A Redis Cluster of three masters with a replica each, each server a process of its own. */
export async function startRedisCluster(dir: string): Promise<RedisCluster> {
  const members: Member[] = [];
  for (let number = 0; number < 6; number += 1) members.push(await startMember(join(dir, String(number))));
  const [first] = members;
  if (!first) throw new Error('a cluster without members');
  await meet(first, members.slice(1));
  const shards: Shard[] = [];
  for (let number = 0; number < 3; number += 1) {
    const [master, replica] = [members[number], members[number + 3]];
    if (!master || !replica) throw new Error('a shard has two members');
    const at = (share: number): number => Math.floor((HASH_SLOTS * share) / 3);
    await master.redis.cluster('ADDSLOTSRANGE', at(number), at(number + 1) - 1);
    shards.push({ master, replica });
  }
  for (const { master, replica } of shards) {
    await replica.redis.cluster('REPLICATE', String(await master.redis.cluster('MYID')));
  }
  await untilTrue(() => isFormed(members));
  return {
    url: `redis-cluster://${members
      .slice(0, 2)
      .map(({ server }) => `127.0.0.1:${server.port}`)
      .join(',')}`,
    shards,
    async shardOf(key) {
      const slot = Number(await first.redis.cluster('KEYSLOT', key));
      const shard = shards[Math.min(2, Math.floor((slot * 3) / HASH_SLOTS))];
      if (!shard) throw new Error(`no shard holds ${key}`);
      return shard;
    },
    async [Symbol.asyncDispose]() {
      for (const { redis } of members) redis.disconnect();
      await Promise.all(members.map(({ server }) => server.kill9()));
    },
  };
}

async function startMember(dir: string): Promise<Member> {
  // The bus would else listen ten thousand ports further up, which need not be free.
  const server = await startServer(dir, await freePort(), await freePort());
  return { dir, server, redis: connectionTo(server) };
}

function startServer(dir: string, port: number, busPort: number): Promise<RedisServer> {
  return startRedis({
    dir,
    port,
    appendfsync: 'everysec',
    settings: {
      'cluster-enabled': 'yes',
      'cluster-port': String(busPort),
      'cluster-node-timeout': String(NODE_TIMEOUT_MS),
      'repl-diskless-sync-delay': '0',
      // A replica takes over however long it has not heard of its master, and says what it has.
      'cluster-replica-validity-factor': '0',
      'cluster-allow-reads-when-down': 'yes',
    },
  });
}

/** Kills a master and its replica, and starts them on nothing but what they know of the cluster. */
export async function restartEmptied(shard: Shard): Promise<void> {
  const members = [shard.master, shard.replica];
  const busPorts = await Promise.all(members.map(busPortOf));
  await Promise.all(members.map(({ server }) => server.kill9()));
  for (const [at, member] of members.entries()) {
    await rm(join(member.dir, 'appendonlydir'), { recursive: true });
    member.server = await startServer(member.dir, member.server.port, Number(busPorts[at]));
  }
  await untilTrue(() => isFormed(members));
}

/** Commands to this very server, whatever the cluster says of its slots. */
export function connectionTo({ url }: RedisServer): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    enableReadyCheck: false,
    // A replica of a cluster answers, too.
    readOnly: true,
  });
  redis.on('error', () => undefined);
  return redis;
}

async function meet(first: Member, others: readonly Member[]): Promise<void> {
  for (const { server, redis } of others) {
    await first.redis.cluster('MEET', '127.0.0.1', server.port, await busPortOf({ redis }));
  }
  const knowAll = async ({ redis }: Member): Promise<boolean> =>
    String(await redis.cluster('NODES'))
      .split('\n')
      .filter((line) => / connected/.test(line)).length ===
    others.length + 1;
  await untilTrue(async () => (await Promise.all([first, ...others].map(knowAll))).every(Boolean));
}

async function busPortOf({ redis }: Pick<Member, 'redis'>): Promise<string> {
  const [, busPort = ''] = await redis.config('GET', 'cluster-port').then(textsOf);
  return busPort;
}

function textsOf(reply: unknown): readonly string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

async function isFormed(members: readonly Member[]): Promise<boolean> {
  const states = await Promise.all(
    members.map(async ({ redis }) => {
      const [cluster, replication] = [String(await redis.cluster('INFO')), await redis.info('replication')];
      const isWhole = cluster.includes('cluster_state:ok') && cluster.includes('cluster_slots_ok:16384');
      return isWhole && (/master_link_status:up/.test(replication) || /connected_slaves:1/.test(replication));
    }),
  );
  return states.every(Boolean);
}

export async function untilTrue(isSo: () => Promise<boolean>): Promise<void> {
  const givenUpAt = performance.now() + FORMED_WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > givenUpAt) throw new Error('the servers did not come together in time');
    await pause(LOOK_EVERY_MS);
  }
}

/** From now on the master acknowledges what nobody else has. */
export async function cutOff({ master, replica }: Shard): Promise<void> {
  process.kill(replica.server.pid, 'SIGSTOP');
  // What was sent already would else wait for it in the socket.
  await master.redis.call('CLIENT', 'KILL', 'TYPE', 'replica');
}

/** Kills a master whose replica was cut off, and lets that one take over with what it has. @param before it takes over */
export async function failOver({ master, replica }: Shard, before: () => Promise<void>): Promise<void> {
  await master.server.kill9();
  process.kill(replica.server.pid, 'SIGCONT');
  await before();
  await untilTrue(async () => (await replica.redis.info('replication')).includes('role:master'));
}

/** Hands a hash slot from one master to another key by key. @param halfway while its keys lie on both */
export async function moveSlot(
  slot: number,
  from: Member,
  to: Member,
  halfway: () => Promise<void>,
): Promise<number> {
  const [fromId, toId] = await Promise.all([from, to].map(({ redis }) => redis.cluster('MYID').then(String)));
  if (fromId === undefined || toId === undefined) throw new Error('a member without an id');
  await to.redis.cluster('SETSLOT', slot, 'IMPORTING', fromId);
  await from.redis.cluster('SETSLOT', slot, 'MIGRATING', toId);
  const migrate = async (most: number): Promise<number> => {
    const keys = await from.redis.cluster('GETKEYSINSLOT', slot, most).then(textsOf);
    const { port } = to.server;
    if (keys.length > 0) await from.redis.migrate('127.0.0.1', port, '', 0, 5_000, 'KEYS', ...keys);
    return keys.length;
  };
  let moved = await migrate(3);
  await halfway();
  for (let count = 1; count > 0; moved += count) count = await migrate(100);
  await to.redis.cluster('SETSLOT', slot, 'NODE', toId);
  await from.redis.cluster('SETSLOT', slot, 'NODE', toId);
  return moved;
}
