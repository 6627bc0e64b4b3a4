import type { KeptSchemas } from '../events/writerSchemas.ts';
import type { RedisConnection } from './connect.ts';

/** Schemas that a registry gave, for processes that start while it is away. @param registryUrl ids are its own */
export function redisKeptSchemas(redis: RedisConnection, registryUrl: string): KeptSchemas {
  const key = `dz:registry:${registryUrl}`;
  return {
    find: async (id) => {
      const text = await redis.hget(key, String(id));
      return text === null ? null : JSON.parse(text);
    },
    keep: async (id, schema) => void (await redis.hset(key, String(id), JSON.stringify(schema))),
  };
}
