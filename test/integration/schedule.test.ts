import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseScheduleLedger } from '../../adapters/clickhouse/scheduleLedger.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { Closing } from '../../cli/closing.ts';
import { openClosing } from '../../cli/closing.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { CloseWait } from '../../domain/closePorts.ts';
import type { RunRecord } from '../../domain/apiPorts.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { newestClosable } from '../fixtures/newestClosable.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';

// Yesterday is due from midnight on: the schedule acts as soon as it sees data.
const CONFIG = `
merchants:
  - { id: WAITS, name: a, channels: { WECHAT: '1' }, schedule: { at: '00:00', billPatience: 4d } }
  - { id: FAILS, name: b, channels: { WECHAT: '2' }, schedule: { at: '00:00', billPatience: 0s } }
  - { id: LATER, name: c, channels: { WECHAT: '3' }, schedule: { at: '23:59', billPatience: 0s } }
`;
const PATIENCE_MS = 30_000;
const YESTERDAY = newestClosable();

let system: TestSystem;
let closing: Closing;

beforeAll(async () => {
  system = await startTestSystem({ config: CONFIG, schedule: true });
  closing = openClosing(system.run, system.config);
});
afterAll(async () => {
  await closing.dispose();
  await system[Symbol.asyncDispose]();
});

async function pay(merchantId: string, date: string, orderNo: string): Promise<void> {
  const fields = {
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    amountFen: 2500n,
    occurredAtMs: startOfDate(date) + 10 * 3_600_000,
    businessType: 'REGISTRATION',
  };
  const payment = { ...fields, eventId: `p-${orderNo}`, channel: 'WECHAT', channelTxnNo: `42${orderNo}` };
  const booking = { ...fields, eventId: `h-${orderNo}`, hisOrderNo: `R${orderNo}` };
  await system.producer.append([
    { topic: 'payments', key: orderNo, value: encodeEvent('payments', payment) },
    { topic: 'his-orders', key: orderNo, value: encodeEvent('his-orders', booking) },
  ]);
}

async function importBill(
  merchantId: string,
  date: string,
  orderNos: readonly string[],
  yuan = '25.00',
): Promise<void> {
  const merchant = system.config.merchants.get(merchantId);
  if (!merchant) throw new Error(`no merchant ${merchantId}`);
  const text = [
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
    ...orderNos.map((no) => `${no},42${no},,PAYMENT,${yuan},${date} 10:00:00,WECHAT,,`),
    '',
  ].join('\n');
  const open = () => ReadableStream.from([Buffer.from(text)]);
  await closing.importBill({
    merchant,
    book: 'CHANNEL',
    channel: 'WECHAT',
    date,
    fileName: `${date}.csv`,
    open,
  });
}

async function runsOf(merchantId: string): Promise<readonly RunRecord[]> {
  const filter = { merchantId, mode: 'THREE_WAY', limit: 50 } as const;
  const { items } = await clickHouseLedgerQueries(system.clickhouse).reconciliations(WHOLE_LEDGER, filter);
  return items.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Of the days of this test: a newer one may be over meanwhile. */
async function waits(): Promise<readonly CloseWait[]> {
  const all = await clickHouseScheduleLedger(system.clickhouse, Date.now).waits();
  return all.filter(({ businessDate }) => businessDate <= YESTERDAY);
}

async function until<T>(look: () => Promise<T>, isThere: (found: T) => boolean): Promise<T> {
  for (const givenUpAt = Date.now() + PATIENCE_MS; ; await pause(100)) {
    const found = await look();
    if (isThere(found)) return found;
    if (Date.now() > givenUpAt)
      throw new Error(
        `not in time: ${JSON.stringify(found, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))}`,
      );
  }
}

const told = (run: RunRecord | undefined) => [run?.businessDate, run?.operator, run?.outcome];

test(
  'a day waits for its bill and says so, closes when it comes, and again when it is corrected',
  { timeout: 120_000 },
  async () => {
    const dates = [addDays(YESTERDAY, -1), YESTERDAY];
    for (const date of dates) await pay('WAITS', date, `W${date}`);
    await pay('FAILS', YESTERDAY, 'F1');
    await pay('LATER', YESTERDAY, 'L1');
    await system.startPipeline();

    const [wait] = await until(waits, (found) => found.length > 0);
    expect(wait).toEqual({
      merchantId: 'WAITS',
      businessDate: dates[0],
      mode: 'THREE_WAY',
      waitsFor: [{ book: 'CHANNEL', channel: 'WECHAT', source: null }],
      sinceMs: startOfDate(YESTERDAY),
      untilMs: startOfDate(addDays(YESTERDAY, 4)),
    });
    // A system that goes down in the meantime goes on where it was.
    await system.killPipeline();
    await importBill('WAITS', YESTERDAY, [`W${YESTERDAY}`]);
    await system.startPipeline();
    await pause(3_000);
    expect(await runsOf('WAITS')).toEqual([]);
    await importBill('WAITS', dates[0] ?? '', [`W${dates[0]}`]);
    const closed = await until(
      () => runsOf('WAITS'),
      (runs) => runs.length >= 2,
    );
    expect(closed.map(told)).toEqual(dates.map((date) => [date, 'system', 'BALANCED']));
    expect(await until(waits, (found) => found.length === 0)).toEqual([]);

    await importBill('WAITS', YESTERDAY, [`W${YESTERDAY}`], '25.01');
    const corrected = await until(
      () => runsOf('WAITS'),
      (runs) => runs.length >= 3,
    );
    expect(told(corrected[2])).toEqual([YESTERDAY, 'system', 'UNBALANCED']);
    expect(corrected[2]?.verdicts).toEqual({ AMOUNT_MISMATCH: 1 });
  },
);

test(
  'a day whose patience is over fails with what is missing, and closes when it comes',
  { timeout: 60_000 },
  async () => {
    const [failed] = await until(
      () => runsOf('FAILS'),
      (runs) => runs.length > 0,
    );
    expect(failed).toMatchObject({
      outcome: 'FAILED',
      operator: 'system',
      details: { BILL_NOT_READY: expect.stringContaining('WECHAT has 1 line in the other books') },
    });
    await importBill('FAILS', YESTERDAY, ['F1']);
    const runs = await until(
      () => runsOf('FAILS'),
      (found) => found.length > 1,
    );
    expect(runs.map((run) => run.outcome)).toEqual(['FAILED', 'BALANCED']);
  },
);

test(
  'a bill with unread rows keeps its day open until somebody has handled them',
  { timeout: 60_000 },
  async () => {
    const before = (await runsOf('FAILS')).length;
    await importBill('FAILS', YESTERDAY, ['F1', 'no number'], '25.00');
    const failed = (
      await until(
        () => runsOf('FAILS'),
        (runs) => runs.length > before,
      )
    ).at(-1);
    expect(failed).toMatchObject({
      outcome: 'FAILED',
      details: { BILL_PARSE_ERROR: expect.stringContaining(`${YESTERDAY}.csv has 1`) },
    });
    const billId = failed?.bills[0] ?? '';
    await closing.handleBill({
      merchantId: 'FAILS',
      billId: billId.slice(0, 12),
      handledBy: 'test',
      note: 'not ours',
    });
    const runs = await until(
      () => runsOf('FAILS'),
      (found) => found.length > before + 1,
    );
    expect(told(runs.at(-1))).toEqual([YESTERDAY, 'system', 'BALANCED']);
    await expect(
      closing.handleBill({ merchantId: 'WAITS', billId, handledBy: 'test', note: '' }),
    ).rejects.toMatchObject({ code: 'DZ_BILL_NOT_FOUND' });
  },
);

test('nothing runs before its hour, and what has run does not run again', async () => {
  await pause(5_000);
  const counts = await Promise.all(['WAITS', 'FAILS', 'LATER'].map(async (id) => (await runsOf(id)).length));
  const isLaterDue = Date.now() >= startOfDate(addDays(YESTERDAY, 1)) + 24 * 3_600_000 - 60_000;
  expect(counts).toEqual([3, 4, isLaterDue ? 1 : 0]);
});
