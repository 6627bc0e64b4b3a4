import type { RedisConnection } from '../connect.ts';
import type { Heartbeat, HeartbeatBoard } from '../../../domain/joinPorts.ts';
import type { PartitionId } from '../../../domain/ports.ts';

const KEY = 'dz:heartbeats';

/** Heartbeats of partition owners as fields of one hash: `position end watermark wallMs`. */
export class RedisHeartbeatBoard implements HeartbeatBoard {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async publish(beats: ReadonlyMap<PartitionId, Heartbeat>): Promise<void> {
    if (beats.size === 0) return;
    const fields = [...beats].flatMap(([partition, beat]) => [
      partition,
      `${beat.position} ${beat.partitionEnd} ${beat.watermarkMs ?? ''} ${beat.atMs}`,
    ]);
    await this.#redis.hset(KEY, ...fields);
  }

  async read(): Promise<ReadonlyMap<PartitionId, Heartbeat>> {
    const stored = await this.#redis.hgetall(KEY);
    return new Map(Object.entries(stored).map(([partition, text]) => [partition, heartbeatOf(text)]));
  }
}

function heartbeatOf(text: string): Heartbeat {
  const [position, end, watermark, at] = text.split(' ');
  return {
    position: Number(position),
    partitionEnd: Number(end),
    watermarkMs: watermark === '' ? null : Number(watermark),
    atMs: Number(at),
  };
}
