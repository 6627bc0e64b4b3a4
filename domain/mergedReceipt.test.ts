import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReceiptClaim, UnreceiptedPayment } from './mergedReceipt.ts';
import { findMergedReceipts } from './mergedReceipt.ts';

const MINUTE_MS = 60_000;

function claim(orderNo: string, receiptFen: bigint, more: Partial<ReceiptClaim> = {}): ReceiptClaim {
  return { orderNo, hisOrderNo: `H${orderNo}`, receiptFen, paidFen: 100n, occurredAtMs: 0, ...more };
}

function payment(
  orderNo: string,
  amountFen: bigint,
  more: Partial<UnreceiptedPayment> = {},
): UnreceiptedPayment {
  return { orderNo, amountFen, occurredAtMs: MINUTE_MS, hisOrderNo: null, ...more };
}

const found = (claims: readonly ReceiptClaim[], payments: readonly UnreceiptedPayment[]) =>
  Object.fromEntries([...findMergedReceipts(claims, payments)].map(([no, { orderNos }]) => [no, orderNos]));

describe('a receipt that no line names', () => {
  test('is made up of up to three payments beside its own, and of no more', () => {
    const three = [payment('B', 1n), payment('C', 20n), payment('D', 300n)];
    expect(found([claim('A', 421n)], three)).toMatchObject({ A: ['A', 'B', 'C', 'D'] });
    expect(found([claim('A', 425n)], [...three, payment('E', 4n)])).toEqual({});
  });

  test('is of payments at most ten minutes away, before or after', () => {
    const at = (minutes: number) => [payment('B', 50n, { occurredAtMs: minutes * MINUTE_MS })];
    expect(found([claim('A', 150n)], at(10))).toHaveProperty('B');
    expect(found([claim('A', 150n)], at(-10))).toHaveProperty('B');
    expect(found([claim('A', 150n)], at(10.001))).toEqual({});
    expect(found([claim('A', 150n)], at(-10.001))).toEqual({});
  });

  test('is not guessed at where more than sixteen payments are near', () => {
    const many = Array.from({ length: 15 }, (_, i) => payment(`N${i}`, 1000n + 2n ** BigInt(i)));
    const own = payment('B', 50n);
    expect(found([claim('A', 150n)], [...many, own])).toHaveProperty('B');
    expect(found([claim('A', 150n)], [...many, own, payment('X', 7777n)])).toEqual({});
  });

  test('needs two payments: one alone under another order is something else', () => {
    expect(found([claim('A', 150n, { paidFen: 0n })], [payment('B', 150n)])).toEqual({});
  });
});

test('a receipt that HIS tells with several amounts explains nothing', () => {
  const claims = [claim('A', 250n), claim('B', 251n, { hisOrderNo: 'HA' })];
  expect(found(claims, [payment('C', 50n, { hisOrderNo: 'HA' })])).toEqual({});
});

test('the order in which claims and payments are told changes nothing, and nobody is in two receipts', () => {
  const no = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H');
  const fen = fc.bigInt({ min: 1n, max: 6n });
  const receipt = fc.constantFrom('R1', 'R2', 'R3');
  const atMs = fc.constantFrom(0, 6 * MINUTE_MS, 12 * MINUTE_MS);
  const order = fc.record({
    no,
    fen,
    more: fen,
    atMs,
    receipt,
    isNamed: fc.boolean(),
    isClaim: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(order, { selector: (each) => each.no }), (orders) => {
      const claims = orders
        .filter((each) => each.isClaim)
        .map(({ no: orderNo, fen: paidFen, more, receipt: hisOrderNo, atMs: occurredAtMs }) =>
          claim(orderNo, paidFen + more, { hisOrderNo, paidFen, occurredAtMs }),
        );
      const payments = orders
        .filter((each) => !each.isClaim)
        .map((each) =>
          payment(each.no, each.fen, {
            occurredAtMs: each.atMs,
            hisOrderNo: each.isNamed ? each.receipt : null,
          }),
        );
      const merged = findMergedReceipts(claims, payments);
      const again = findMergedReceipts(claims.toReversed(), payments.toReversed());
      expect(again).toEqual(merged);
      const paidOf = new Map([
        ...claims.map((each) => [each.orderNo, each.paidFen] as const),
        ...payments.map((each) => [each.orderNo, each.amountFen] as const),
      ]);
      const receipts = new Set(merged.values());
      for (const { hisOrderNo, orderNos } of receipts) {
        const sum = orderNos.reduce((total, orderNo) => total + (paidOf.get(orderNo) ?? 0n), 0n);
        expect(sum).toBe(claims.find((each) => each.hisOrderNo === hisOrderNo)?.receiptFen);
      }
      const all = [...receipts].flatMap(({ orderNos }) => orderNos);
      expect(new Set(all).size).toBe(all.length);
    }),
    { numRuns: 2000 },
  );
});
