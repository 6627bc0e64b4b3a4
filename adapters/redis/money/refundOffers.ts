import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '../connect.ts';
import type { RefundOffer, RefundOffers } from '../../../domain/resolutionPorts.ts';

/** Offers in Redis; one that Redis has lost is over, which is the safe side. */
export function redisRefundOffers(redis: RedisConnection): RefundOffers {
  return {
    async put(offer, livesMs) {
      const id = randomBytes(16).toString('hex');
      const value = JSON.stringify({ ...offer, amountFen: offer.amountFen.toString() });
      await redis.set(keyOf(id), value, 'PX', livesMs);
      return id;
    },
    async find(userId, id) {
      const value = await redis.get(keyOf(id));
      if (value === null) return null;
      // Written by `put` and by nothing else.
      const stored: Omit<RefundOffer, 'amountFen'> & { readonly amountFen: string } = JSON.parse(value);
      return stored.userId === userId ? { ...stored, amountFen: BigInt(stored.amountFen) } : null;
    },
  };
}

function keyOf(id: string): string {
  return `dz:refund-offer:${id}`;
}
