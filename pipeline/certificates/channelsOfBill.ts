import type { CertifiedBill } from '../../domain/certificate.ts';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';

/** For which channels a bill stands: one of a whole book for those that no bill of their own has (see `bookScope`). */
export function channelsOfBill(
  bill: CertifiedBill,
  bills: readonly CertifiedBill[],
): readonly (Channel | null)[] {
  if (bill.channel !== null) return [bill.channel];
  const others = bills.filter(({ book }) => book === bill.book).map(({ channel }) => channel);
  return [null, ...CHANNELS.filter((channel) => !others.includes(channel))];
}
