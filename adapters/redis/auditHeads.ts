import type { RedisConnection } from './connect.ts';
import type { AuditHeads } from '../../domain/auditTrail.ts';

const KEY = 'dz:audit-heads';
const HEAD = /^(\d+) ([0-9a-f]{64})$/;

/** In the Redis of the event log, which keeps what it acknowledged through a power cut; some 100 bytes a process, for ever. */
export function redisAuditHeads(redis: RedisConnection): AuditHeads {
  return {
    async acknowledge({ writer, seq, hash }) {
      await redis.hset(KEY, writer, `${seq} ${hash}`);
    },
    async all() {
      const said = Object.entries(await redis.hgetall(KEY));
      return new Map(
        said.map(([writer, head]) => {
          // What is no head any more is none that any chain can reach.
          const [, seq = '0', hash = ''] = HEAD.exec(head) ?? [];
          return [writer, { writer, seq: Number(seq), hash }] as const;
        }),
      );
    },
  };
}
