import type { CaseDetail } from './queries.ts';

/** What a case is about, as far as it may still be refunded: a part of the order may have gone back before. */
export function dueFen({ amounts, money }: Pick<CaseDetail, 'amounts' | 'money'>): string {
  const stake = BigInt(amounts.channel ?? amounts.platform ?? amounts.merchant ?? '0');
  const most = BigInt(money.refundableFen);
  return (stake < most ? stake : most).toString();
}
