import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { Entry } from '../../domain/entry.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { importBill } from '../../pipeline/close/importBill.ts';
import type { SimulatedBill } from '../../simulator/day.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { insertVerdicts } from '../integration/ledgerHarness.ts';
import { DATE, HOSPITALS, eventEntries } from '../integration/simulatorHarness.ts';
import type { CaseSystem } from '../resolution/resolutionHarness.ts';
import { request, startCaseSystem } from '../resolution/resolutionHarness.ts';

/**
 * A simulated day of two hospitals: H001 is closed with its bills, H002 has no bills and its close has failed, so that its
 * day is provisional. Some of H001's exceptions are settled, one refund waits for its gateway and one for approval.
 */
export async function startDashboardDay(): Promise<CaseSystem> {
  const system = await startCaseSystem();
  const [closed, open] = HOSPITALS;
  if (!closed || !open) throw new Error('two hospitals are needed');
  const day = simulateDay({ seed: 1, merchants: [closed, open], orders: 300, date: DATE, defects: null });
  const entries = eventEntries(day);
  await system.close.writeEvents(entries);
  await insertVerdicts(clickHouseRealtimeLedger(system.close.client), realtimeVerdicts(entries));
  for (const bill of day.bills) if (bill.merchantId === closed.merchantId) await take(system, bill, closed);
  await system.close.close(DATE, closed);
  await system.close.close(DATE, open);
  await system.keepCases();
  await settleSome(system);
  await writeAround(system);
  return system;
}

function realtimeVerdicts(entries: readonly Entry[]): readonly VersionedVerdict[] {
  const orders = Map.groupBy(entries, (entry) => orderKeyOf(entry.merchantId, entry.orderNo));
  return [...orders.values()].flatMap((lines) => {
    const spans = new Map<string, number>();
    return judgeOrder(lines, { mode: 'REALTIME', rules: DEFAULT_RULES }).map((verdict) => {
      const span = spans.get(verdict.keyPart) ?? 0;
      spans.set(verdict.keyPart, span + 1);
      return { verdict, span, version: BigInt(lines.length) << 11n };
    });
  });
}

async function take(system: CaseSystem, bill: SimulatedBill, merchant: Merchant): Promise<void> {
  const { book, channel, date, fileName, bytes } = bill;
  const open = () => ReadableStream.from([bytes]);
  const { importDeps, bills, deps } = system.close;
  const taken = await importBill({ merchant, book, channel, date, fileName, open }, importDeps);
  const { merchantId, billId, errorRows } = taken.bill;
  if (errorRows === 0) return;
  await bills.recordHandling({
    merchantId,
    billId,
    handledBy: 'test',
    note: 'planted',
    handledAtMs: deps.now(),
  });
}

async function settleSome(system: CaseSystem): Promise<void> {
  const found = await system.close.client.query({
    query: `SELECT order_no, toString(channel_fen) AS fen FROM v_exceptions
      WHERE merchant_id = 'H001' AND mode = 'THREE_WAY' AND type = 'CHANNEL_ONLY' AND kind = 'PAYMENT' AND status = 'OPEN'
        AND NOT possibly_cross_day AND NOT amount_conflict ORDER BY order_no`,
    format: 'JSONEachRow',
  });
  const [done, waiting, asked] = await found.json<{ order_no: string; fen: string }>();
  if (!done || !waiting || !asked) throw new Error('the day has too few payments that HIS lacks');
  const refund = (row: typeof done) => system.actWithCode(request('REFUND', row.order_no), BigInt(row.fen));
  system.nowMs += 60_000;
  await refund(done);
  system.gateway.faults.push('PROCESSING');
  await refund(waiting);
  system.rules = { ...system.rules, approvalFromFen: 1n };
  await refund(asked);
}

/** What other parts of a running system write. */
async function writeAround(system: CaseSystem): Promise<void> {
  const { client } = system.close;
  const at = `toDateTime64('2026-03-09 10:00:00', 3, 'Asia/Shanghai')`;
  for (const state of ['OPEN', 'OPEN', 'CLOSED'])
    await client.command({
      query: `INSERT INTO alerts (alert_id, version, kind, merchant_id, book, channel, detail, state, severity, since,
          opened_at, updated_at, closed_at, orders, left_orders, amount_fen, evidence)
        SELECT '${state}', 1, 'ORDERS_ONE_SIDED', 'H001', 'MERCHANT', 'WECHAT', '', '${state}', 'WARNING', ${at}, ${at}, ${at},
          if('${state}' = 'OPEN', NULL, ${at} + 600), 12, 7, 123456, map()`,
    });
  await client.command({
    query: `INSERT INTO close_waits (merchant_id, business_date, mode, waits_for, since, until, version)
      SELECT 'H002', '${DATE}', 'THREE_WAY', ['the channel bill of WECHAT'], ${at}, ${at} + 3600, 1`,
  });
  await client.command({
    query: `INSERT INTO dead_letters (log_partition, log_position, code, reason, value_base64, received_at, replayed_at, version)
      SELECT 'payments/0', 1, 'DZ_EVENT_UNDECODABLE', 'no event', '', ${at}, NULL, 0`,
  });
}
