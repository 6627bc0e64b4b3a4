import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PLAIN_HEADER } from '../../pipeline/reconcile/plain/scanRows.ts';

/** What was planted, and so what a three-way reconciliation has to find. */
export type BooksTruth = {
  readonly verdicts: Readonly<Record<string, number>>;
  readonly books: Readonly<
    Record<string, { payments: number; refunds: number; paymentFen: string; refundFen: string }>
  >;
  /** `<order> <kind> <verdict>`, sorted. */
  readonly exceptions: readonly string[];
};

export const BOOK_NAMES = ['merchant', 'platform', 'channel'] as const;

type Order = {
  readonly no: string;
  readonly fen: number;
  readonly second: number;
  readonly channel: 'WECHAT' | 'ALIPAY';
  readonly isRefund: boolean;
  readonly defect: Defect;
};

/** The book (its place in BOOK_NAMES) that lacks the order or has another amount, and the verdict that this must give. */
type Defect = { readonly lacking?: number; readonly differing?: number; readonly verdict: string };

const NONE: Defect = { verdict: 'MATCHED' };
const LACKING: readonly Defect[] = ['CHANNEL_ONLY', 'PLATFORM_MISSING', 'MERCHANT_ONLY'].map(
  (verdict, lacking) => ({ lacking, verdict }),
);
const DIFFERING: readonly Defect[] = [0, 1, 2].map((differing) => ({
  differing,
  verdict: 'AMOUNT_MISMATCH',
}));

const BUSINESS_TYPES = ['REGISTRATION', 'OUTPATIENT_FEE', 'INPATIENT_DEPOSIT', 'CHECKUP'];
const DAY = '2026-03-05';
const COMPACT_DAY = DAY.replaceAll('-', '');
const MAX_ORDER_NO = 1_000_000_000_000;
const ROWS_A_WRITE = 20_000;

/**
 * Writes three books of one day in the plain shape, each shuffled its own way: 3% refunds, two thirds of them under their
 * payment's order number; half a percent of the orders lacking in each book, and as many with another amount in one.
 * The same seed gives the same bytes.
 */
export function generateBooks(folder: string, orderCount: number, seed: number): BooksTruth {
  mkdirSync(folder, { recursive: true });
  const orders = ordersOf(orderCount, randomOf(seed));
  const books = BOOK_NAMES.map((name, book) => [
    name,
    writeBook(folder, book, orders, randomOf(seed + book + 1)),
  ]);
  const verdicts: Record<string, number> = {};
  for (const { defect } of orders) verdicts[defect.verdict] = (verdicts[defect.verdict] ?? 0) + 1;
  const truth = {
    verdicts,
    books: Object.fromEntries(books),
    exceptions: orders
      .filter((order) => order.defect !== NONE)
      .map((order) => `${order.no} ${kindOf(order)} ${order.defect.verdict}`)
      .toSorted(),
  };
  writeFileSync(join(folder, 'truth.json'), JSON.stringify(truth));
  return truth;
}

function ordersOf(count: number, random: Random): Order[] {
  const used = new Set<number>();
  const orders: Order[] = [];
  for (let i = 0; i < count; i += 1) {
    let serial = Math.floor(random() * MAX_ORDER_NO);
    while (used.has(serial)) serial = (serial + 1) % MAX_ORDER_NO;
    used.add(serial);
    const isRefund = random() < 0.03;
    const before = orders[i - 1];
    const payment = isRefund && before && !before.isRefund && i % 3 !== 0 ? before : null;
    orders.push({
      no: payment?.no ?? `HP${COMPACT_DAY}${digits(serial, 12)}`,
      fen: 100 + below(random, 500_000),
      second: below(random, 86_400),
      channel: payment?.channel ?? (random() < 0.4 ? 'ALIPAY' : 'WECHAT'),
      isRefund,
      defect: defectOf(random),
    });
  }
  return orders;
}

function defectOf(random: Random): Defect {
  const permille = random() * 1000;
  if (permille < 15) return LACKING[below(random, 3)] ?? NONE;
  return permille < 20 ? (DIFFERING[below(random, 3)] ?? NONE) : NONE;
}

function writeBook(folder: string, book: number, orders: readonly Order[], random: Random) {
  const totals = { payments: 0, refunds: 0, paymentFen: 0n, refundFen: 0n };
  const file = openSync(join(folder, `${BOOK_NAMES[book]}.csv`), 'w');
  try {
    let rows = `${PLAIN_HEADER}\n`;
    for (const [written, i] of shuffled(orders.length, random).entries()) {
      const order = orders[i];
      if (!order || order.defect.lacking === book) continue;
      const fen = order.fen + (order.defect.differing === book ? 1 + (order.fen % 997) : 0);
      totals[order.isRefund ? 'refunds' : 'payments'] += 1;
      totals[order.isRefund ? 'refundFen' : 'paymentFen'] += BigInt(fen);
      rows += rowOf(order, i, fen);
      if (written % ROWS_A_WRITE !== 0) continue;
      writeSync(file, rows);
      rows = '';
    }
    writeSync(file, rows);
  } finally {
    closeSync(file);
  }
  return {
    ...totals,
    paymentFen: totals.paymentFen.toString(),
    refundFen: totals.refundFen.toString(),
  };
}

function rowOf(order: Order, i: number, fen: number): string {
  const { no, second } = order;
  const txn = `${order.channel === 'ALIPAY' ? '2026' : '4200'}${digits((i * 7919) % MAX_ORDER_NO, 12)}${no.slice(-12)}`;
  const refundNo = order.isRefund ? `RF${COMPACT_DAY}${digits(i, 12)}` : '';
  const time = `${digits(Math.floor(second / 3600), 2)}:${digits(Math.floor(second / 60) % 60, 2)}:${digits(second % 60, 2)}`;
  const yuan = `${Math.floor(fen / 100)}.${digits(fen % 100, 2)}`;
  return `${no},${txn},${refundNo},${kindOf(order)},${yuan},${DAY} ${time},${order.channel},${BUSINESS_TYPES[i % 4]},R${digits(i, 14)}\n`;
}

function kindOf(order: Order): string {
  return order.isRefund ? 'REFUND' : 'PAYMENT';
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Fisher and Yates. */
function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = below(random, i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}

/** 0 to just below 1. */
type Random = () => number;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** sfc32. */
function randomOf(seed: number): Random {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9, 0x243f6a88, 1];
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i += 1) next();
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
}
