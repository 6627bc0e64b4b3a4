import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { CloseGate } from '../../domain/closePorts.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { GateParts } from './gate.ts';
import { waitUntilStored } from './gate.ts';

/** The gate of a merchant's days: event time must have passed the date's end plus the merchant's grace. */
export function closeGate(
  parts: GateParts,
  merchants: ReadonlyMap<string, Merchant>,
  options: { readonly patienceMs: number; readonly onWaiting: (reason: string) => void },
): CloseGate {
  return {
    async waitUntilStored(merchantId, date) {
      const merchant = merchants.get(merchantId);
      if (!merchant) throw new Error(`the gate was asked for the unknown merchant ${merchantId}`);
      const eventTimeMs = startOfDate(addDays(date, 1), merchant.rules.cutOffMs) + merchant.graceMs;
      const ends = await waitUntilStored(parts, { ...options, eventTimeMs });
      return { positions: Object.fromEntries(ends) };
    },
  };
}
