import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ComparedRow } from '../pipeline/bills/compareRows.ts';
import { diffBills } from '../pipeline/bills/diffBills.ts';
import { DiffShelf } from './diffShelf.ts';

const ROWS = 5000;

function rowOf(n: number): ComparedRow {
  const isRefund = n % 10 === 0;
  return {
    line: n + 2,
    kind: isRefund ? 'REFUND' : 'PAYMENT',
    orderNo: `O${n}`,
    refundNo: isRefund ? `R${n}` : null,
    channel: n % 3 === 0 ? null : 'WECHAT',
    channelTxnNo: n % 2 === 0 ? null : `T${n}`,
    hisOrderNo: n % 7 === 0 ? 'a "tab"\tand\nmore' : null,
    amountFen: BigInt(n),
    occurredAtMs: n * 1000,
    businessType: n % 5 === 0 ? '门诊' : null,
    feeMilliFen: n % 4 === 0 ? BigInt(-n) : null,
    settledFen: n % 4 === 0 ? 0n : null,
  };
}

async function* batches(rows: readonly ComparedRow[]) {
  for (let at = 0; at < rows.length; at += 100) yield rows.slice(at, at + 100);
}

test.each([
  ['in memory', 1 << 16],
  ['on disk', 600],
])(
  'rows kept %s come back as they were, and the first differences by line are listed',
  async (_, partBytes) => {
    const tempDir = await mkdtemp(join(tmpdir(), 'duizhang-diff-'));
    const rows = Array.from({ length: ROWS }, (_unused, n) => rowOf(n));
    const others = rows.toReversed().filter(({ line }) => line !== 12);
    {
      using shelf = new DiffShelf({ tempDir, partBytes });
      expect(await diffBills(batches(rows), batches(others), shelf, 10)).toMatchObject({
        same: ROWS - 1,
        removed: 1,
        differences: [{ what: 'REMOVED', a: rows[10] }],
      });
    }
    {
      using shelf = new DiffShelf({ tempDir, partBytes });
      const dearer = rows.map((row) => ({ ...row, amountFen: row.amountFen + 1n }));
      const diff = await diffBills(batches(rows), batches(dearer), shelf, 3);
      expect(diff).toMatchObject({ same: 0, changed: ROWS, a: { payments: 4500, refunds: 500 } });
      expect(diff.b.paymentFen - diff.a.paymentFen).toBe(4500n);
      expect(diff.differences.map((d) => (d.what === 'CHANGED' ? d.b.line : 0))).toEqual([2, 3, 4]);
    }
    expect(await readdir(tempDir)).toEqual([]);
    await rm(tempDir, { recursive: true });
  },
);
