import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Cluster, Redis } from 'ioredis';
import { DuizhangError } from '../domain/errors.ts';
import { networkOf } from '../domain/loginAddress.ts';

/**
 * How often one caller may ask. `address` counts all that comes from one address, before it is known who sends it; the
 * others count a route's class by person, and by address where nobody has to say who they are.
 */
export type RateClass = 'address' | 'read' | 'money' | 'upload' | 'machine' | 'login';
export type Rate = { readonly most: number; readonly withinMs: number };
export type Rates = Readonly<Record<RateClass, Rate>>;

const MINUTE_MS = 60_000;
export const RATES: Rates = {
  address: { most: 6_000, withinMs: MINUTE_MS },
  read: { most: 600, withinMs: MINUTE_MS },
  money: { most: 120, withinMs: MINUTE_MS },
  upload: { most: 60, withinMs: MINUTE_MS },
  machine: { most: 3_000, withinMs: MINUTE_MS },
  login: { most: 30, withinMs: MINUTE_MS },
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: money for what changes something, machine for machines, else read. */
    rate?: Exclude<RateClass, 'address'>;
  }
}

export type RateParts = {
  readonly rates: Rates;
  /** Counts for all processes; null: this one counts for itself. While it is away nobody is held up. */
  readonly redis: Redis | Cluster | null;
};

type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** @returns what is looked at before anybody is known, and after */
export async function rateLimits(
  app: FastifyInstance,
  { rates, redis }: RateParts,
): Promise<{ readonly byAddress: Limit; readonly byCaller: Limit }> {
  await app.register(rateLimit, {
    global: false,
    skipOnError: true,
    nameSpace: 'dz:rate:',
    ...(redis === null ? {} : { redis }),
  });
  const limitOf = (name: RateClass): Limit => {
    const { most, withinMs } = rates[name];
    const count = app.createRateLimit({
      max: most,
      timeWindow: withinMs,
      keyGenerator: ({ principal, ip }) =>
        name === 'address' || principal === null
          ? `${name} at ${networkOf(ip)}`
          : `${name} of ${principal.userId}`,
    });
    return async (request, reply) => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      reply.header('retry-after', Math.max(1, counted.ttlInSeconds));
      throw new DuizhangError(
        'DZ_TOO_OFTEN',
        `more than ${most} requests within ${withinMs / 1000} s; come again after Retry-After seconds`,
      );
    };
  };
  const byClass = {
    read: limitOf('read'),
    money: limitOf('money'),
    upload: limitOf('upload'),
    machine: limitOf('machine'),
    login: limitOf('login'),
  };
  return {
    byAddress: limitOf('address'),
    async byCaller(request, reply) {
      const name = classOf(request);
      if (name !== null) await byClass[name](request, reply);
    },
  };
}

function classOf({ method, routeOptions: { config } }: FastifyRequest): Exclude<RateClass, 'address'> | null {
  if (config.rate !== undefined) return config.rate;
  // Probes and the pages of the document are held up by address alone.
  if (config.access === undefined || config.access === 'ANYONE') return null;
  if (config.access === 'MACHINE') return 'machine';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'money';
}
