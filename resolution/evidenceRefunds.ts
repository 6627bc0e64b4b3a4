import type { OrderRefund, OriginLine } from '../domain/caseEvidence.ts';
import type { CaseKey } from '../domain/caseHistory.ts';
import { caseIdOf } from '../domain/caseId.ts';
import type { Book } from '../domain/entry.ts';
import { keyPartOf } from '../domain/entry.ts';
import type { RefundAttempt } from '../domain/orderMoney.ts';

/** Every refund of the order: those that a book has, by time, then those of ours that no book has yet. */
export function refundsOf(
  { merchantId, orderNo }: CaseKey,
  lines: readonly OriginLine[],
  attempts: readonly RefundAttempt[],
): readonly OrderRefund[] {
  const standing = lines
    .filter(({ entry, counts }) => counts && entry.kind === 'REFUND')
    .map(({ entry }) => entry)
    .toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
  const byKey = Map.groupBy(standing, keyPartOf);
  const inBooks = [...byKey].map(([keyPart, entries]): OrderRefund => {
    const fenIn = (book: Book): bigint | null =>
      entries.find((entry) => entry.book === book)?.amountFen ?? null;
    const refundNo = entries[0]?.refundNo ?? null;
    return {
      caseId: caseIdOf(merchantId, orderNo, keyPart),
      refundNo,
      amounts: { MERCHANT: fenIn('MERCHANT'), PLATFORM: fenIn('PLATFORM'), CHANNEL: fenIn('CHANNEL') },
      attempt: attempts.findLast((attempt) => attempt.refundNo === refundNo) ?? null,
    };
  });
  const known = new Set(inBooks.map(({ refundNo }) => refundNo));
  const ourOwn = attempts
    .filter(({ refundNo }) => !known.has(refundNo))
    .map((attempt): OrderRefund => {
      const { refundNo } = attempt;
      const amounts = { MERCHANT: null, PLATFORM: null, CHANNEL: null };
      return { caseId: caseIdOf(merchantId, orderNo, `R${refundNo}`), refundNo, amounts, attempt };
    });
  return [...inBooks, ...ourOwn];
}
