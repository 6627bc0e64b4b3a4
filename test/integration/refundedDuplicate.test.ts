import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseStatementLedger } from '../../adapters/clickhouse/statementLedger.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Book, Entry, Kind } from '../../domain/entry.ts';
import { BOOKS } from '../../domain/entry.ts';
import { rollForward } from '../../domain/rollForward.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from './closeHarness.ts';

const DATE = '2026-03-09';
const NEXT = addDays(DATE, 1);
const HOUR_MS = 3_600_000;

let system: CloseSystem;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

function line(book: Book, orderNo: string, date: string, more: { txn?: string; kind?: Kind } = {}): Entry {
  const { txn = 'T1', kind = 'PAYMENT' } = more;
  return {
    book,
    merchantId: SAMPLE_MERCHANT.merchantId,
    kind,
    orderNo,
    refundNo: kind === 'REFUND' ? 'R1' : null,
    channel: 'WECHAT',
    channelTxnNo: `${orderNo}${txn}`,
    hisOrderNo: book === 'MERCHANT' ? `H${orderNo}` : null,
    amountFen: 2500n,
    occurredAtMs: startOfDate(date, 0) + 10 * HOUR_MS,
    businessDate: date,
    businessType: null,
    source: 'EVENT',
    sourceRef: `${book} ${orderNo} ${txn} ${kind}`,
  };
}

const matched = (orderNo: string, date: string) => BOOKS.map((book) => line(book, orderNo, date));

async function exceptions() {
  const { items } = await clickHouseLedgerQueries(system.client).exceptions(WHOLE_LEDGER, { limit: 9 });
  return items.map(({ businessDate, orderNo, type, status }) => [businessDate, orderNo, type, status]);
}

/** Open at the end of a date, in count and fen. */
async function openAtEnd(date: string) {
  const ledger = clickHouseStatementLedger(system.client, WHOLE_LEDGER);
  const { merchantId } = SAMPLE_MERCHANT;
  const [words, cases] = await Promise.all([ledger.words(merchantId, date), ledger.cases(merchantId)]);
  const { byDate } = rollForward(words, cases, { from: date, to: date });
  return byDate.map(({ start, opened, resolved, end }) => [
    start.count,
    opened.count,
    resolved.count,
    end.count,
  ]);
}

test('the refund of a second payment closes the exception of the day before, and opens none', async () => {
  const second = (['PLATFORM', 'CHANNEL'] as const).map((book) => line(book, 'TWICE', DATE, { txn: 'T2' }));
  await system.writeEvents([...matched('TWICE', DATE), ...second, ...matched('PLAIN', DATE)]);
  await system.close(DATE);
  expect(await exceptions()).toEqual([[DATE, 'TWICE', 'DUPLICATE', 'OPEN']]);
  expect(await openAtEnd(DATE)).toEqual([[0, 1, 0, 1]]);

  const refund = (['PLATFORM', 'CHANNEL'] as const).map((book) =>
    line(book, 'TWICE', NEXT, { kind: 'REFUND' }),
  );
  await system.writeEvents([...refund, ...matched('NEXT', NEXT)]);
  const { run, rows } = await system.close(NEXT);
  expect(run).toMatchObject({ outcome: 'BALANCED', verdicts: { MATCHED: 1, OFFSET: 2 } });
  expect(rows.find(({ verdict }) => verdict.keyPart === 'P' && verdict.orderNo === 'TWICE')).toMatchObject({
    refersTo: DATE,
    verdict: { code: 'OFFSET', businessDate: DATE, surplusFen: 2500n },
  });
  expect(await exceptions()).toEqual([[DATE, 'TWICE', 'DUPLICATE', 'HEALED']]);
  expect(await openAtEnd(NEXT)).toEqual([[1, 0, 1, 0]]);

  // Closed again, the first date knows it by itself.
  const again = await system.close(DATE);
  expect(again.run).toMatchObject({ outcome: 'BALANCED', verdicts: { MATCHED: 1, OFFSET: 2 } });
  expect(await exceptions()).toEqual([]);
});
