import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { storedAuditRow } from '../../adapters/clickhouse/auditRows.ts';
import { clickHouseAlertLedger, clickHouseAlertQueries } from '../../adapters/clickhouse/alerts.ts';
import { clickHouseHealing } from '../../adapters/clickhouse/healingLedger.ts';
import { clickHouseMonthLocks } from '../../adapters/clickhouse/monthLocks.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseScheduleLedger } from '../../adapters/clickhouse/scheduleLedger.ts';
import { clickHouseUsers } from '../../adapters/clickhouse/users.ts';
import { nextAuditRow } from '../../domain/auditEntry.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { AwaitedBill } from '../../domain/closePorts.ts';
import type { Channel, Entry } from '../../domain/entry.ts';
import type { Bill } from '../../domain/ports.ts';
import { alertOf } from '../watch/someAlert.ts';
import type { TestLedger } from './ledgerHarness.ts';
import {
  NOON_MS,
  aRun,
  aVerdict,
  eventEntry,
  startLedger,
  insertEntries,
  insertVerdicts,
} from './ledgerHarness.ts';

let system: TestLedger;
let clock = 0;

beforeAll(async () => {
  system = await startLedger();
  for (let time = 0; time < 2; time += 1) await writeOneOfEach(system);
});
afterAll(() => system[Symbol.asyncDispose]());

const BILLS = ['a', 'b', 'c'].map((char) => char.repeat(64));

function aBill(n: number, more: Partial<Bill>): Bill {
  return {
    billId: BILLS[n] ?? '',
    merchantId: 'H001',
    book: 'CHANNEL',
    channel: 'WECHAT',
    businessDate: '2026-03-09',
    format: 'wechat-trade',
    fileName: 'bill.csv',
    rows: 1,
    errorRows: 1,
    payments: 1,
    refunds: 0,
    paymentFen: 2505n,
    refundFen: 0n,
    importedAtMs: NOON_MS,
    version: BigInt(n + 1),
    origin: {
      sha256: BILLS[n] ?? '',
      sizeBytes: 100,
      source: 'test',
      fetchedAtMs: NOON_MS,
      parserVersion: 1,
      rowsHash: 'ab'.repeat(32),
      isDateGiven: false,
      feeMilliFen: 16_500n,
      feeRatePpm: 6_000,
    },
    ...more,
  };
}

/** An event whose book has a bill, one whose book has none, two versions of a bill, and the rest. */
async function writeOneOfEach({ client }: TestLedger): Promise<void> {
  const realtime = clickHouseRealtimeLedger(client);
  const close = clickHouseCloseLedger(client);
  const bills = clickHouseBills(client);
  const logged = (entry: Entry, position: number) => ({
    entry,
    partition: 'payments/0',
    position,
    late: false,
  });
  await insertEntries(realtime, [
    logged(eventEntry({ orderNo: 'E1' }), 0),
    logged(eventEntry({ orderNo: 'E2', book: 'MERCHANT', channel: null, hisOrderNo: 'h' }), 1),
    logged(eventEntry({ orderNo: 'E1' }), 9),
  ]);
  const recorded = [aBill(0, {}), aBill(1, {}), aBill(2, { book: 'MERCHANT', channel: null })];
  for (const bill of recorded) {
    const { billId, book } = bill;
    const line = eventEntry({ orderNo: 'B1', book, source: 'BILL', sourceRef: `${billId}:7` });
    await bills.writeLines(billId, [line]);
    const fee = { entry: line, settledFen: 2500n };
    await bills.writeFees(billId, [
      { ...fee, line: 7, feeMilliFen: 15_500n },
      { ...fee, line: 9, feeMilliFen: 1_000n },
    ]);
    await bills.writeErrors(bill, [{ line: 8, code: 'BAD_AMOUNT', message: 'not a number', raw: 'x,\t"y"' }]);
    await bills.record(bill);
  }
  const handling = {
    merchantId: 'H001',
    billId: BILLS[2] ?? '',
    handledBy: 'a',
    note: 'b',
    handledAtMs: NOON_MS,
  };
  await bills.recordHandling(handling);
  const unrecorded = 'f'.repeat(64);
  await bills.writeFees(unrecorded, [{ entry: eventEntry(), line: 2, feeMilliFen: 1n, settledFen: 1n }]);
  const { sha256 = '', sizeBytes = 0, source = '', fetchedAtMs = 0 } = aBill(0, {}).origin ?? {};
  const refused = { merchantId: 'H001', book: 'CHANNEL', fileName: 'x.csv', code: 'DZ_BILL_X' } as const;
  const words = { message: 'why', messageZh: '为何', refusedAtMs: NOON_MS + (clock += 1) };
  await bills.recordRefusal({ ...refused, ...words, sha256, sizeBytes, source, fetchedAtMs });
  await bills.writeLines(unrecorded, [
    eventEntry({ book: 'CHANNEL', source: 'BILL', sourceRef: `${unrecorded}:2` }),
  ]);
  const said = (orderNo: string, businessDate: string, version: bigint) =>
    insertVerdicts(realtime, [
      {
        verdict: aVerdict({ orderNo, businessDate, ...(version > 4000n ? { code: 'MATCHED' } : {}) }),
        version,
        span: 0,
      },
    ]);
  await said('A', '2026-03-09', 5119n);
  await said('A', '2026-03-09', 3072n);
  await said('B', '2026-03-09', 3072n);
  await said('C', '2026-03-10', 3072n);
  for (const [token, code] of [
    [1n, 'CHANNEL_ONLY'],
    [2n, 'MATCHED'],
  ] as const) {
    const run = aRun({ token, runId: `r${token}`, verdicts: { [code]: 1 } });
    await close.writeVerdicts(run, [
      { verdict: aVerdict({ mode: 'THREE_WAY', orderNo: 'B', code }), refersTo: null },
    ]);
    await close.publish(run);
  }
  await close.publish(aRun({ token: 3n, runId: 'r3', outcome: 'FAILED' }));
  await realtime.insertDeadLetters([
    {
      partition: 'payments/0',
      position: 5,
      code: 'DZ_X',
      reason: 'why',
      value: new Uint8Array(3),
      receivedAtMs: 0,
    },
  ]);
  const schedule = clickHouseScheduleLedger(client, () => (clock += 1));
  const wait = { merchantId: 'H001', mode: 'THREE_WAY', sinceMs: NOON_MS, untilMs: NOON_MS } as const;
  const awaited = (channel: Channel): AwaitedBill => ({ book: 'CHANNEL', channel, source: null });
  await schedule.recordWait({ ...wait, businessDate: '2026-03-09', waitsFor: [awaited('WECHAT')] });
  await schedule.recordWait({ ...wait, businessDate: '2026-03-09', waitsFor: [] });
  await schedule.recordWait({ ...wait, businessDate: '2026-03-10', waitsFor: [awaited('WECHAT')] });
  await schedule.recordWait({ ...wait, businessDate: '2026-03-10', waitsFor: [awaited('ALIPAY')] });
  const certificate = { merchant_id: 'H001', sequence: 1, run_id: 'r1', hash: 'h', document: '{}' };
  await client.insert({ table: 'certificates', values: [certificate], format: 'JSONEachRow' });
  const case_id = caseIdOf('H001', 'B', 'P');
  const state = { case_id, merchant_id: 'H001', order_no: 'B', status: 'IN_PROGRESS', version: 1 };
  await client.insert({ table: 'exceptions', values: [state], format: 'JSONEachRow' });
  const user = {
    userId: 'li',
    name: '李',
    passwordHash: '$scrypt$x',
    roles: ['viewer'],
    reach: null,
  } as const;
  const made = {
    disabled: false,
    sealedTotp: 'x',
    createdBy: 'a',
    createdAtMs: NOON_MS,
    changedAtMs: NOON_MS,
  };
  await clickHouseUsers(client).save({ ...user, ...made, version: 2n, changedBy: 'b', disabled: true });
  await clickHouseUsers(client).save({ ...user, ...made, version: 1n, changedBy: 'a' });
  const login = {
    kind: 'LOGIN',
    who: 'li',
    via: 'API',
    from: '',
    what: '',
    status: 200,
    merchants: [],
  } as const;
  const entry = { ...login, actionId: '', said: {}, atMs: NOON_MS };
  const audited = storedAuditRow(nextAuditRow('api-1', null, entry));
  await client.insert({ table: 'audit_trail', values: [audited, audited], format: 'JSONEachRow' });
  await client.insert({ table: 'audit_trail', values: [audited], format: 'JSONEachRow' });
  const alert = alertOf({ openedAtMs: NOON_MS });
  const alerts = clickHouseAlertLedger(client);
  await alerts.write([{ ...alert, version: 2, left: 1 }, alert]);
  await alerts.write([alert, { ...alert, version: 2, left: 1 }]);
  for (const by of ['a', 'b', 'a']) {
    await clickHouseAlertQueries(client).acknowledge(alert.alertId, by, by, NOON_MS + (by === 'a' ? 0 : 1));
  }
  await clickHouseMonthLocks(client).lock({
    merchantId: 'H001',
    month: '2026-02',
    lockedBy: 'a',
    lockedAtMs: NOON_MS,
  });
  await close.recordLockedClose({
    runId: 'r2',
    merchantId: 'H001',
    businessDate: '2026-03-09',
    operator: 'a',
    reason: 'b',
    atMs: NOON_MS,
  });
  const action = {
    action_id: 'a1',
    case_id,
    seq: 1,
    merchant_id: 'H001',
    action: 'REFUND',
    amount_fen: '2505',
  };
  const intent = JSON.stringify({ decision: 'LEAVE', reason: 'HIS_HAS_IT' });
  const considered = { ...action, action_id: '', action: '', seq: 2, step: 'CONSIDERED', intent };
  await client.insert({ table: 'exception_actions', values: [action, considered], format: 'JSONEachRow' });
  const healing = clickHouseHealing(client);
  const kept = { merchantId: 'H001', orderNo: 'B', caseId: case_id, day: '2026-03-10', isDryRun: false };
  const reservation = { ...kept, actionId: 'a2', amountFen: 2505n, atMs: NOON_MS + (clock += 1) };
  await healing.reserve(reservation);
  await healing.reserve({ ...reservation, actionId: 'a3' });
  await healing.release({ ...reservation, actionId: 'a3' });
  const stop = { merchantId: '', isStopped: true, by: 'a', reason: 'b', atMs: NOON_MS + 5 };
  await healing.set(stop);
  // Said later, on a machine whose clock is behind.
  await healing.set({ ...stop, isStopped: false, atMs: NOON_MS });
}

/** What each view says, in order; times of writing differ between repeats. */
const QUERIES: Readonly<Record<string, string>> = {
  v_entries: `SELECT order_no, book, source, toString(amount_yuan) AS yuan, counts FROM v_entries
    ORDER BY order_no, book, bill_id`,
  v_bills: `SELECT left(bill_id, 1) AS bill, current, toString(payment_yuan) AS yuan, toString(fee_yuan) AS fee, source
    FROM v_bills ORDER BY bill_id`,
  v_bill_refusals: 'SELECT left(sha256, 1) AS bill, code, message_zh FROM v_bill_refusals',
  v_bill_fees: `SELECT left(bill_id, 1) AS bill, line, toString(fee_yuan) AS fee, configured_rate_ppm AS ppm
    FROM v_bill_fees ORDER BY line`,
  v_fees: `SELECT merchant_id, channel, toString(f.business_date) AS date, toUInt32(payments) AS payments,
      toString(settled_net_yuan) AS settled, toString(fees_yuan) AS fees, applied_rate,
      toString(configured_fees_yuan) AS configured, configured_rate, toUInt32(differences) AS differences
    FROM v_fees AS f`,
  v_fee_differences:
    'SELECT left(bill_id, 1) AS bill, line, toString(difference_yuan) AS off FROM v_fee_differences',
  v_bill_errors: 'SELECT left(bill_id, 1) AS bill, line, code, raw FROM v_bill_errors ORDER BY bill_id',
  v_verdicts: `SELECT mode, order_no, code, provisional, toString(platform_yuan) AS yuan, merchant_yuan IS NULL AS alone
    FROM v_verdicts ORDER BY mode, order_no`,
  v_exceptions: `SELECT mode, order_no, type, status, provisional, toString(platform_yuan) AS yuan, id
    FROM v_exceptions ORDER BY mode, order_no`,
  v_current_exceptions: `SELECT mode, order_no, type, status, provisional, toString(platform_fen) AS fen, id, opened_at
    FROM v_current_exceptions ORDER BY mode, order_no`,
  v_verdict_counts: `SELECT toString(c.business_date) AS date, mode, provisional, toString(hour) AS at, channel, code,
      toUInt32(verdicts) AS verdicts FROM v_verdict_counts AS c ORDER BY date, mode, code`,
  v_match_rates: `SELECT toString(r.business_date) AS date, mode, toUInt32(verdicts) AS verdicts,
      toUInt32(matched) AS matched, toUInt32(exceptions) AS exceptions, rate, provisional
    FROM v_match_rates AS r ORDER BY date, mode`,
  v_reconciliations: 'SELECT run_id, outcome, published FROM v_reconciliations ORDER BY run_id',
  v_unhandled_bills: 'SELECT left(bill_id, 1) AS bill, error_rows FROM v_unhandled_bills ORDER BY bill',
  v_close_waits: `SELECT merchant_id, toString(w.business_date) AS date, waits_for FROM v_close_waits AS w ORDER BY date`,
  v_dead_letters: 'SELECT log_partition, toUInt32(log_position) AS at, code FROM v_dead_letters',
  v_certificates: 'SELECT toUInt32(sequence) AS place, run_id, document FROM v_certificates',
  v_exception_actions:
    'SELECT action_id, action, toString(amount_yuan) AS yuan FROM v_exception_actions ORDER BY seq',
  v_self_healing: 'SELECT order_no, decision, reason, toString(amount_yuan) AS yuan FROM v_self_healing',
  v_month_locks: 'SELECT month, locked_by FROM v_month_locks',
  v_alerts: `SELECT kind, toUInt32(version) AS version, toUInt32(left_orders) AS waiting, toString(amount_yuan) AS yuan,
      acknowledged_by FROM v_alerts`,
  v_audit_trail: 'SELECT writer, seq, kind, who FROM v_audit_trail',
  v_users: 'SELECT * EXCEPT (created_at, changed_at) FROM v_users',
  v_locked_closes: 'SELECT run_id, operator, reason FROM v_locked_closes',
  v_realtime_quality: `SELECT type, toUInt32(verdicts) AS verdicts, toUInt32(stood_verdicts) AS stood, needed_p99_ms
    FROM v_realtime_quality ORDER BY type`,
};

async function readAll(): Promise<Record<string, unknown[]>> {
  const read = Object.entries(QUERIES).map(async ([view, sql]) => [view, await system.rows(sql)] as const);
  return Object.fromEntries(await Promise.all(read));
}

const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  v_entries: [
    { order_no: 'B1', book: 'CHANNEL', source: 'BILL', yuan: '25', counts: 0 },
    { order_no: 'B1', book: 'CHANNEL', source: 'BILL', yuan: '25', counts: 1 },
    { order_no: 'B1', book: 'MERCHANT', source: 'BILL', yuan: '25', counts: 1 },
    { order_no: 'E1', book: 'PLATFORM', source: 'EVENT', yuan: '25', counts: 1 },
    { order_no: 'E2', book: 'MERCHANT', source: 'EVENT', yuan: '25', counts: 0 },
  ],
  v_bills: [
    { bill: 'a', current: 0, yuan: '25.05', fee: '0.165', source: 'test' },
    { bill: 'b', current: 1, yuan: '25.05', fee: '0.165', source: 'test' },
    { bill: 'c', current: 1, yuan: '25.05', fee: '0.165', source: 'test' },
  ],
  v_bill_refusals: [{ bill: 'a', code: 'DZ_BILL_X', message_zh: '为何' }],
  v_bill_fees: [
    { bill: 'b', line: 7, fee: '0.155', ppm: 6000 },
    { bill: 'b', line: 9, fee: '0.01', ppm: 6000 },
  ],
  v_fees: [
    {
      merchant_id: 'H001',
      channel: 'WECHAT',
      date: '2026-03-09',
      payments: 2,
      settled: '50',
      fees: '0.165',
      applied_rate: 0.0033,
      configured: '0.3',
      configured_rate: 0.006,
      differences: 1,
    },
  ],
  v_fee_differences: [{ bill: 'b', line: 9, off: '-0.14' }],
  v_bill_errors: ['a', 'b', 'c'].map((bill) => ({ bill, line: 8, code: 'BAD_AMOUNT', raw: 'x,\t"y"' })),
  v_verdicts: [
    { mode: 'REALTIME', order_no: 'A', code: 'MATCHED', provisional: 0, yuan: '25', alone: 1 },
    { mode: 'REALTIME', order_no: 'B', code: 'PLATFORM_ONLY', provisional: 0, yuan: '25', alone: 1 },
    { mode: 'REALTIME', order_no: 'C', code: 'PLATFORM_ONLY', provisional: 1, yuan: '25', alone: 1 },
    { mode: 'THREE_WAY', order_no: 'B', code: 'MATCHED', provisional: 0, yuan: '25', alone: 1 },
  ],
  v_exceptions: (['B', 'C'] as const).map((order_no) => ({
    mode: 'REALTIME',
    order_no,
    type: 'PLATFORM_ONLY',
    status: order_no === 'B' ? 'IN_PROGRESS' : 'OPEN',
    provisional: order_no === 'B' ? 0 : 1,
    yuan: '25',
    id: caseIdOf('H001', order_no, 'P'),
  })),
  // B is settled by its run; of C's day nothing has been read from the log, so that it is no open day.
  v_current_exceptions: [],
  v_verdict_counts: [
    ['REALTIME', 'MATCHED'],
    ['REALTIME', 'PLATFORM_ONLY'],
    ['THREE_WAY', 'MATCHED'],
  ].map(([mode, code]) => ({
    date: '2026-03-09',
    mode,
    provisional: 0,
    at: '2026-03-09 12:00:00',
    channel: 'WECHAT',
    code,
    verdicts: 1,
  })),
  v_match_rates: [
    {
      date: '2026-03-09',
      mode: 'REALTIME',
      verdicts: 2,
      matched: 1,
      exceptions: 1,
      rate: 0.5,
      provisional: 0,
    },
    {
      date: '2026-03-09',
      mode: 'THREE_WAY',
      verdicts: 1,
      matched: 1,
      exceptions: 0,
      rate: 1,
      provisional: 0,
    },
    { date: '2026-03-10', mode: 'REALTIME', verdicts: 1, matched: 0, exceptions: 1, rate: 0, provisional: 1 },
  ],
  v_reconciliations: [
    { run_id: 'r1', outcome: 'BALANCED', published: 0 },
    { run_id: 'r2', outcome: 'BALANCED', published: 1 },
    { run_id: 'r3', outcome: 'FAILED', published: 0 },
  ],
  v_unhandled_bills: [{ bill: 'b', error_rows: 1 }],
  v_close_waits: [{ merchant_id: 'H001', date: '2026-03-10', waits_for: ['CHANNEL ALIPAY'] }],
  v_dead_letters: [{ log_partition: 'payments/0', at: 5, code: 'DZ_X' }],
  v_certificates: [{ place: 1, run_id: 'r1', document: '{}' }],
  v_exception_actions: [
    { action_id: 'a1', action: 'REFUND', yuan: '25.05' },
    { action_id: '', action: '', yuan: '25.05' },
  ],
  v_self_healing: [{ order_no: '', decision: 'LEAVE', reason: 'HIS_HAS_IT', yuan: '25.05' }],
  v_month_locks: [{ month: '2026-02', locked_by: 'a' }],
  v_alerts: [{ kind: 'AMOUNT_WRONG', version: 2, waiting: 1, yuan: '123.45', acknowledged_by: 'a' }],
  v_audit_trail: [{ writer: 'api-1', seq: 1, kind: 'LOGIN', who: 'li' }],
  v_users: [
    {
      user_id: 'li',
      name: '李',
      roles: ['viewer'],
      all_merchants: true,
      merchants: [],
      isvs: [],
      disabled: true,
      has_totp: 1,
      created_by: 'a',
      changed_by: 'b',
      version: '2',
    },
  ],
  v_locked_closes: [{ run_id: 'r2', operator: 'a', reason: 'b' }],
  v_realtime_quality: [
    { type: '', verdicts: 2, stood: 1, needed_p99_ms: null },
    { type: 'PLATFORM_ONLY', verdicts: 2, stood: 1, needed_p99_ms: null },
  ],
};

test('every view is right under rows written twice, before ClickHouse has merged them and after', async () => {
  expect(await readAll()).toEqual(EXPECTED);
  await healingIsRight();
  const tables = await system.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'duizhang' AND engine LIKE '%MergeTree'`,
  );
  for (const { name } of tables) await system.client.command({ query: `OPTIMIZE TABLE ${name} FINAL` });
  expect(await readAll()).toEqual(EXPECTED);
  await healingIsRight();
});

async function healingIsRight(): Promise<void> {
  const healing = clickHouseHealing(system.client);
  expect(await healing.usedOf('H001', '2026-03-10', false)).toEqual({ orders: 1, fen: 2505n });
  expect(await healing.switches()).toMatchObject([{ merchantId: '', isStopped: false }]);
}

test('every view for analysts is held by this test', async () => {
  const views = await system.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'duizhang' AND startsWith(name, 'v_') ORDER BY name`,
  );
  expect(views.map(({ name }) => name)).toEqual(Object.keys(QUERIES).toSorted());
});
