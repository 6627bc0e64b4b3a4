import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FinalVerdict } from '../../domain/closePorts.ts';
import { EMPTY_ROOT } from '../../domain/merkle.ts';
import type { ClosedRun, CloseSystem } from './closeHarness.ts';
import { SAMPLES, startCloseSystem } from './closeHarness.ts';

const DAY = '2026-03-09';
const NEXT_DAY = '2026-03-10';

/** What reference/README.md says the planted items give once both days' books are in. */
const PLANTED: Readonly<Record<string, readonly string[]>> = {
  P01: ['PAYMENT MERCHANT_ONLY'],
  P02: ['PAYMENT CHANNEL_ONLY'],
  P03: ['PAYMENT PLATFORM_ONLY'],
  P04: ['PAYMENT PLATFORM_MISSING'],
  P05: ['PAYMENT AMOUNT_MISMATCH'],
  P06: ['REFUND AMOUNT_MISMATCH'],
  P07: ['REFUND MERCHANT_ONLY'],
  P08: ['REFUND CHANNEL_ONLY'],
  P09: ['PAYMENT CROSS_DAY'],
  P10: ['PAYMENT MATCHED', 'PAYMENT CHANNEL_ONLY'],
  P11: ['PAYMENT OFFSET', 'REFUND OFFSET'],
};

type Planted = {
  readonly id: string;
  readonly rows: readonly {
    readonly kind: string;
    readonly order_no: string;
    readonly refund_no: string;
    readonly fen: Readonly<Record<'merchant' | 'platform' | 'channel', number | null>>;
  }[];
};

let planted: readonly Planted[];
let system: CloseSystem;

beforeAll(async () => {
  planted = JSON.parse(await readFile(`${SAMPLES}expected.json`, 'utf8')).planted;
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

async function importDay(day: string): Promise<void> {
  const compact = day.replaceAll('-', '');
  await system.importFile(`${SAMPLES}his-${compact}.csv`, 'MERCHANT');
  await system.importFile(`${SAMPLES}platform-${compact}.csv`, 'PLATFORM');
  await system.importFile(`${SAMPLES}wechat-all-${compact}.csv`, 'CHANNEL');
  await system.importFile(`${SAMPLES}alipay-trade-${compact}.zip`, 'CHANNEL');
  if (day === DAY) await system.importFile(`${SAMPLES}unionpay-${compact}.zip`, 'CHANNEL');
}

function rowsOfPlanted(rows: readonly FinalVerdict[], item: Planted): FinalVerdict[] {
  return item.rows.flatMap((row) =>
    rows.filter(
      ({ verdict }) =>
        verdict.orderNo === row.order_no &&
        verdict.kind === row.kind &&
        (verdict.refundNo ?? '') === row.refund_no,
    ),
  );
}

const fen = (side: { amountFen: bigint } | null | undefined) => (side ? Number(side.amountFen) : null);

const codesOf = (rows: readonly FinalVerdict[]) =>
  rows.map(({ verdict }) => `${verdict.kind} ${verdict.code}`);

describe('the sample bills, imported and closed day by day', () => {
  let first: ClosedRun;

  test('the first day alone: the booking after midnight is still one-sided, possibly cross-day', async () => {
    await importDay(DAY);
    first = await system.close(DAY);
    const p09 = planted.find((item) => item.id === 'P09');
    if (!p09) throw new Error('P09 is not in expected.json');
    const [row] = rowsOfPlanted(first.rows, p09);
    expect(row?.verdict).toMatchObject({ code: 'CHANNEL_ONLY', possiblyCrossDay: true });
  });

  test('the same bills again are a no-op, and the same facts give the same root', async () => {
    const again = await system.importFile(`${SAMPLES}wechat-all-20260309.csv`, 'CHANNEL');
    expect(again).toMatchObject({ status: 'known', supersededBy: null });
    const { run } = await system.close(DAY);
    expect(run.merkleRoot).toBe(first.run.merkleRoot);
    expect(run.token).toBeGreaterThan(first.run.token);
  });

  test('the next day heals it, in a row that refers to the first day', async () => {
    await importDay(NEXT_DAY);
    const { rows, run } = await system.close(NEXT_DAY);
    const healed = rows.filter((row) => row.verdict.code === 'CROSS_DAY');
    expect(healed.map((row) => row.refersTo)).toEqual([DAY]);
    expect(run.outcome).toBe('BALANCED');
    expect(run.verdicts).toEqual({ MATCHED: 6, CROSS_DAY: 1 });
  });

  test('the first day closed again with the next day there: every planted item and nothing else', async () => {
    const { rows, run } = await system.close(DAY);
    for (const item of planted) {
      expect([item.id, codesOf(rowsOfPlanted(rows, item))]).toEqual([item.id, PLANTED[item.id]]);
    }
    const matched = run.verdicts.MATCHED;
    // 49 payments and 9 refunds in no planted item, P10's first order, and the payments of P06, P07 and P08's orders.
    expect(matched).toBe(rows.filter((row) => row.verdict.code === 'MATCHED').length);
    const plantedRows = planted.flatMap((item) => rowsOfPlanted(rows, item));
    const others = rows.filter((row) => !plantedRows.includes(row));
    expect(new Set(others.map((row) => row.verdict.code))).toEqual(new Set(['MATCHED']));
    expect(run.outcome).toBe('UNBALANCED');
    expect(run.merkleRoot).not.toBe(first.run.merkleRoot);
  });

  test('the amounts of the planted items stand in their rows to the fen', async () => {
    const { rows } = await system.close(DAY);
    for (const item of planted) {
      for (const row of item.rows) {
        const [found] = rowsOfPlanted(rows, { id: item.id, rows: [row] });
        expect([item.id, fen(found?.verdict.sides.MERCHANT), fen(found?.verdict.sides.PLATFORM)]).toEqual([
          item.id,
          row.fen.merchant,
          row.fen.platform,
        ]);
        expect(fen(found?.verdict.sides.CHANNEL)).toBe(row.fen.channel);
      }
    }
  });

  test('the second payment of one receipt hints at the first order', async () => {
    const { rows } = await system.close(DAY);
    const p10 = planted.find((item) => item.id === 'P10');
    const [kept, surplus] = p10 ? rowsOfPlanted(rows, p10) : [];
    expect(surplus?.verdict.possibleDuplicateOf).toBe(kept?.verdict.orderNo);
  });
});

describe('a day whose bill is missing', () => {
  test('fails with its reasons, without rows, and closes when the bill comes', async () => {
    await using other = await startCloseSystem();
    await other.importFile(`${SAMPLES}his-20260309.csv`, 'MERCHANT');
    await other.importFile(`${SAMPLES}platform-20260309.csv`, 'PLATFORM');
    await other.importFile(`${SAMPLES}wechat-all-20260309.csv.gz`, 'CHANNEL');
    const { run, rows } = await other.close(DAY);
    expect(run).toMatchObject({ outcome: 'FAILED', reasons: ['BILL_NOT_READY'], merkleRoot: EMPTY_ROOT });
    expect(rows).toEqual([]);
    await other.importFile(`${SAMPLES}alipay-trade-20260309.zip`, 'CHANNEL');
    await other.importFile(`${SAMPLES}unionpay-20260309.zip`, 'CHANNEL');
    expect((await other.close(DAY)).run.outcome).toBe('UNBALANCED');
  }, 60_000);
});
