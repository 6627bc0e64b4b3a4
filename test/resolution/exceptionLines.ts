import { BOOKS_OF_MODE } from '../../domain/verdict.ts';
import type { Book, Entry, Kind } from '../../domain/entry.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';
import { line } from './resolutionHarness.ts';

/** Which books hold the key, and with which amount: what gives each verdict of a mode. */
const BOOKS_OF: Readonly<Record<Mode, Partial<Record<VerdictCode, readonly (readonly [Book, bigint])[]>>>> = {
  THREE_WAY: {
    MERCHANT_ONLY: [['MERCHANT', 10_000n]],
    CHANNEL_ONLY: [
      ['PLATFORM', 10_000n],
      ['CHANNEL', 10_000n],
    ],
    PLATFORM_ONLY: [['PLATFORM', 10_000n]],
    PLATFORM_MISSING: [
      ['MERCHANT', 10_000n],
      ['CHANNEL', 10_000n],
    ],
    AMOUNT_MISMATCH: [
      ['MERCHANT', 9_000n],
      ['PLATFORM', 10_000n],
      ['CHANNEL', 10_000n],
    ],
    DUPLICATE: [
      ['MERCHANT', 10_000n],
      ['PLATFORM', 10_000n],
      ['CHANNEL', 10_000n],
    ],
  },
  TWO_WAY: {
    CHANNEL_ONLY: [['CHANNEL', 10_000n]],
    PLATFORM_ONLY: [['PLATFORM', 10_000n]],
    AMOUNT_MISMATCH: [
      ['PLATFORM', 9_000n],
      ['CHANNEL', 10_000n],
    ],
    DUPLICATE: [
      ['PLATFORM', 10_000n],
      ['CHANNEL', 10_000n],
    ],
  },
  REALTIME: {
    MERCHANT_ONLY: [['MERCHANT', 10_000n]],
    PLATFORM_ONLY: [['PLATFORM', 10_000n]],
    AMOUNT_MISMATCH: [
      ['MERCHANT', 9_000n],
      ['PLATFORM', 10_000n],
    ],
    DUPLICATE: [
      ['MERCHANT', 10_000n],
      ['PLATFORM', 10_000n],
    ],
  },
};

/** Lines of an order whose payment, or whose refund `F-<orderNo>` of a matched payment, has the verdict. */
export function exceptionLines(
  { mode, type, kind }: { readonly mode: Mode; readonly type: VerdictCode; readonly kind: Kind },
  orderNo: string,
  more: Partial<Entry> = {},
): readonly Entry[] {
  const books = BOOKS_OF[mode][type];
  if (!books) throw new Error(`${mode} has no ${type}`);
  const paid = BOOKS_OF_MODE[mode].map((book) => line(book, orderNo, { amountFen: 10_000n, ...more }));
  const own = books.map(([book, amountFen]) =>
    line(book, orderNo, {
      ...more,
      kind,
      amountFen,
      ...(kind === 'REFUND'
        ? { refundNo: `F-${orderNo}`, hisOrderNo: book === 'MERCHANT' ? `RF-${orderNo}` : null }
        : {}),
    }),
  );
  const again = books
    .filter(([book]) => type === 'DUPLICATE' && book !== 'MERCHANT')
    .map(([book, amountFen]) =>
      line(book, orderNo, {
        amountFen,
        ...more,
        channelTxnNo: `T2-${orderNo}`,
        occurredAtMs: (more.occurredAtMs ?? own[0]?.occurredAtMs ?? 0) + 1_000,
      }),
    );
  return kind === 'REFUND' ? [...paid, ...own] : [...own, ...again];
}
