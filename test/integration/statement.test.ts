import { buffer, text as textOf } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clickHouseStatementLedger } from '../../adapters/clickhouse/statementLedger.ts';
import { renderStatement } from '../../adapters/statements/render.ts';
import { addDays, instantOfLocal } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Statement, StatementLedger, StatementSpan } from '../../domain/statement.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { buildStatement } from '../../pipeline/statement/buildStatement.ts';
import { Random } from '../../simulator/random.ts';
import { readWorkbook } from '../workbook.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from './closeHarness.ts';
import { eventEntry } from './ledgerHarness.ts';

let system: CloseSystem;
let ledger: StatementLedger;

beforeAll(async () => {
  system = await startCloseSystem();
  ledger = clickHouseStatementLedger(system.client, WHOLE_LEDGER);
});
afterAll(() => system[Symbol.asyncDispose]());

const NOW_MS = instantOfLocal('2026-04-05 10:00:00') ?? 0;
const FIRST = '2026-03-28';
const DAYS = 6;

function statement(merchant: Merchant, span: StatementSpan): Promise<Statement> {
  return buildStatement(merchant, span, ledger, NOW_MS);
}

/** Orders of a date, most in order; some lack a book, differ by a fen, or have a book on another date. */
function entriesOf(merchantId: string, date: string, random: Random): Entry[] {
  const pick = (most: number): number => random.int(0, most - 1);
  return Array.from({ length: 40 }, (_, n) => {
    const channel = CHANNELS[n % 3] ?? 'WECHAT';
    const orderNo = `${date}-${n}`;
    const amountFen = BigInt(100 + pick(100_000));
    const wrong = n < 9 ? null : pick(3) > 0 ? null : pick(6);
    const book = BOOKS[pick(3)];
    return BOOKS.flatMap((own): Entry[] => {
      const isWrong = wrong !== null && own === book;
      if (isWrong && wrong < 2) return [];
      const days = isWrong && wrong < 5 ? wrong - 1 : 0;
      const at = addDays(date, days);
      const line = eventEntry({
        merchantId,
        book: own,
        orderNo,
        channel,
        channelTxnNo: `T${orderNo}`,
        hisOrderNo: own === 'MERCHANT' ? `H${orderNo}` : null,
        amountFen: isWrong && wrong === 5 ? amountFen + 1n : amountFen,
        businessDate: at,
        occurredAtMs: instantOfLocal(`${at} 12:00:00`) ?? 0,
      });
      return [line];
    });
  }).flat();
}

/** Keys of final rows that the ledger's own view holds for open. */
async function openKeys(merchantId: string): Promise<number> {
  const result = await system.client.query({
    query: `SELECT toUInt32(uniqExact(order_no, key_part)) AS keys FROM v_exceptions
      WHERE merchant_id = {merchant:String} AND mode != 'REALTIME' AND status = 'OPEN'`,
    query_params: { merchant: merchantId },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ keys: number }>();
  return row?.keys ?? 0;
}

async function closeInOrder(merchant: Merchant, seed: number, onClosed: (date: string) => Promise<void>) {
  const random = new Random(String(seed));
  const dates = Array.from({ length: DAYS }, (_, n) => addDays(FIRST, n));
  const lines = dates.flatMap((date) => entriesOf(merchant.merchantId, date, random));
  for (const date of dates) {
    await system.writeEvents(lines.filter((line) => line.businessDate === date));
    await system.close(date, merchant);
    await onClosed(date);
  }
  return lines;
}

describe.each([1, 2, 3])('over random days (seed %i)', (seed) => {
  const merchant = { ...SAMPLE_MERCHANT, merchantId: `S${seed}` };

  test('what is carried forward ties from day to day, and with what the ledger shows as open', async () => {
    let before: Statement | null = null;
    await closeInOrder(merchant, seed, async (date) => {
      const made = await statement(merchant, { kind: 'DAY', date });
      const [day] = made.roll.byDate;
      expect(day?.end.count).toBe(await openKeys(merchant.merchantId));
      expect(day?.start).toEqual(before?.roll.byDate[0]?.end ?? { count: 0, fen: 0n });
      expect(made.roll.open).toHaveLength(day?.end.count ?? 0);
      for (const book of BOOKS) {
        const lines = made.books.filter((line) => line.book === book && line.channel !== 'TOTAL');
        const total = made.runs[0]?.books[book];
        expect(lines.reduce((sum, line) => sum + line.paymentFen, 0n)).toBe(total?.paymentFen);
        expect(lines.map(({ channel }) => channel)).toEqual(CHANNELS);
      }
      before = made;
    });
    const march = await statement(merchant, { kind: 'MONTH', month: '2026-03' });
    const april = await statement(merchant, { kind: 'MONTH', month: '2026-04' });
    expect(march.roll.byDate).toHaveLength(31);
    expect(march.roll.byDate.reduce((sum, day) => sum + day.resolved.count, 0)).toBeGreaterThan(0);
    expect(april.roll.byChannel.map(({ channel, start }) => [channel, start])).toEqual(
      expect.arrayContaining(march.roll.byChannel.map(({ channel, end }) => [channel, end])),
    );
    expect(april.roll.byDate.at(-1)?.end.count).toBe(await openKeys(merchant.merchantId));
  }, 60_000);

  test('it ties when an earlier date is closed again with what came since', async () => {
    const late = addDays(FIRST, 2);
    const missing = entriesOf(merchant.merchantId, late, new Random(`late ${seed}`)).map((entry) => ({
      ...entry,
      orderNo: `L${entry.orderNo}`,
    }));
    await system.writeEvents(missing.filter((line) => line.businessDate === late));
    await system.close(late, merchant);
    const last = addDays(FIRST, DAYS - 1);
    const made = await statement(merchant, { kind: 'DAY', date: last });
    expect(made.roll.byDate[0]?.end.count).toBe(await openKeys(merchant.merchantId));
  });
});

describe('a statement', () => {
  const merchant = { ...SAMPLE_MERCHANT, merchantId: 'S1', name: '<示例> & "医院"' };

  test('as a workbook holds every table, amounts as numbers', async () => {
    const made = await statement(merchant, { kind: 'MONTH', month: '2026-03' });
    const { fileName, bytes } = renderStatement(made, 'xlsx');
    expect(fileName).toBe('statement-S1-2026-03.xlsx');
    const sheets = await readWorkbook(await buffer(Readable.from(bytes)));
    expect(sheets.map(({ name }) => name)).toEqual([
      '概要',
      '账簿汇总',
      '对账结果',
      '差错结转',
      '每日结转',
      '未处理差错',
    ]);
    const roll = sheets[3]?.cells;
    const number = (place: string): number => Number(roll?.get(place));
    expect(roll?.get('A2')).toBe('微信');
    expect(number('B2') + number('D2') - number('F2')).toBe(number('H2'));
    expect(number('C2') + number('E2') - number('G2')).toBeCloseTo(number('I2'), 5);
  });

  test('as a page is one document without scripts, and nothing in it is markup but ours', async () => {
    const made = await statement(merchant, { kind: 'DAY', date: FIRST });
    const page = await textOf(Readable.from(renderStatement(made, 'html').bytes));
    expect(page).toContain('&lt;示例&gt; &amp; &quot;医院&quot;');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(page.match(/<section>/g)).toHaveLength(4);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
  });

  test('of a date that is not closed is refused', async () => {
    const wish = statement(merchant, { kind: 'DAY', date: '2026-03-27' });
    await expect(wish).rejects.toMatchObject({ code: 'DZ_STATEMENT_NOT_CLOSED' });
  });

  test('is refused when the run says other than what is stored of it', async () => {
    const falsified: StatementLedger = {
      ...ledger,
      publishedRuns: async (...args) =>
        (await ledger.publishedRuns(...args)).map((run) => ({
          ...run,
          verdicts: { ...run.verdicts, MATCHED: 1 },
        })),
    };
    const wish = buildStatement(merchant, { kind: 'DAY', date: FIRST }, falsified, NOW_MS);
    await expect(wish).rejects.toMatchObject({ code: 'DZ_STATEMENT_NOT_TIED' });
  });
});
