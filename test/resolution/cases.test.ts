import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import type { ExceptionFilter, ExceptionItem } from '../../domain/apiPorts.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { keepCases } from '../../resolution/keepCases.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { AT_MS, DATE, line, matchedLines, request, startCaseSystem } from './resolutionHarness.ts';

const NEXT_DATE = '2026-03-10';
let system: CaseSystem;
/** A matched order of each date, so that no book is empty. */
let background = 0;

beforeAll(async () => {
  system = await startCaseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

async function closeWith(
  date: string,
  events: Parameters<CaseSystem['close']['writeEvents']>[0],
): Promise<void> {
  background += 1;
  const occurredAtMs = AT_MS + (date === DATE ? 0 : 86_400_000);
  const matched = matchedLines(`BG${background}`, { occurredAtMs });
  await system.close.writeEvents([...matched, ...events]);
  await system.close.close(date);
  await system.keepCases();
}

async function listed(filter: Partial<ExceptionFilter>): Promise<readonly ExceptionItem[]> {
  const queries = clickHouseLedgerQueries(system.close.client);
  return (await queries.exceptions(WHOLE_LEDGER, { limit: 500, ...filter })).items;
}

test('a payment that HIS lacks is refunded, nets itself on the next date, and comes back when HIS books it after all', async () => {
  const orderNo = system.newOrderNo();
  await closeWith(DATE, [line('PLATFORM', orderNo), line('CHANNEL', orderNo)]);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'OPEN', facts: { type: 'CHANNEL_ONLY' } });

  const result = await system.actWithCode(request('REFUND', orderNo), 10_000n);
  expect(result).toMatchObject({ state: 'DONE', amountFen: 10_000n, caseStatus: 'RESOLVED' });
  expect(system.gateway.totalOf(orderNo)).toBe(10_000n);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND' });

  const { refundNo } = result;
  const refunded = line('CHANNEL', orderNo, {
    kind: 'REFUND',
    refundNo,
    occurredAtMs: system.nowMs,
    businessDate: NEXT_DATE,
  });
  await closeWith(NEXT_DATE, [refunded]);
  const { rows } = await system.close.close(NEXT_DATE);
  const own = rows.filter(({ verdict }) => verdict.orderNo === orderNo);
  expect(own.map(({ verdict }) => [verdict.keyPart, verdict.code])).toContainEqual([
    `R${refundNo}`,
    'OFFSET',
  ]);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED' });

  await closeWith(DATE, [line('MERCHANT', orderNo)]);
  // However often it is looked at: a person has to see to it.
  for (let rounds = 0; rounds < 3; rounds += 1) {
    expect(await system.caseOf(orderNo)).toMatchObject({
      status: 'OPEN',
      reason: expect.stringContaining('HIS has booked it after the refund'),
    });
    await system.keepCases();
  }
  const open = { id: request('REFUND', orderNo).caseId, type: 'CHANNEL_ONLY', status: 'OPEN' };
  expect(await listed({ status: 'OPEN' })).toContainEqual(expect.objectContaining(open));
  expect(await listed({ status: 'OPEN', type: 'CHANNEL_ONLY', mode: 'THREE_WAY' })).toContainEqual(
    expect.objectContaining(open),
  );
  const current = await system.close.client.query({
    query: `SELECT id, type, status FROM v_current_exceptions WHERE order_no = '${orderNo}'`,
    format: 'JSONEachRow',
  });
  expect(await current.json()).toEqual([open]);
  expect(await listed({ type: 'MERCHANT_ONLY' })).toEqual([]);
  expect(await listed({ status: 'HEALED', q: orderNo })).toEqual([]);
  await expect(system.actWithCode(request('REFUND', orderNo), 10_000n)).rejects.toMatchObject({
    code: 'DZ_ACTION_REFUNDED',
  });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
  await system.keepCases();
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'WRITE_OFF' });
});

test('decisions stay over a re-run while their facts do, and a changed fact opens the case again with the reason', async () => {
  const orderNo = system.newOrderNo();
  await closeWith(DATE, [
    line('MERCHANT', orderNo),
    line('PLATFORM', orderNo, { amountFen: 9_000n }),
    line('CHANNEL', orderNo, { amountFen: 9_000n }),
  ]);
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ state: 'DONE' });
  await closeWith(DATE, []);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'WRITE_OFF' });
  expect(await system.rowsOf(orderNo)).toHaveLength(2);

  await closeWith(DATE, [
    line('CHANNEL', orderNo, { amountFen: 500n, channelTxnNo: 'another', occurredAtMs: AT_MS + 1000 }),
  ]);
  expect(await system.caseOf(orderNo)).toMatchObject({
    status: 'OPEN',
    facts: { type: 'DUPLICATE' },
    reason: expect.stringContaining('the channel has 9500 (was 9000)'),
  });
});

test('a late counterpart heals the case with the reason shown, and its loss brings it back', async () => {
  const orderNo = system.newOrderNo();
  await closeWith(DATE, [line('MERCHANT', orderNo), line('PLATFORM', orderNo)]);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'OPEN', facts: { type: 'MERCHANT_ONLY' } });
  await closeWith(DATE, [line('CHANNEL', orderNo)]);
  expect(await system.caseOf(orderNo)).toMatchObject({
    status: 'HEALED',
    reason: `MATCHED in the run of ${DATE}`,
  });
});

/** An order whose payment is matched, and a refund of HIS alone. */
async function refundOfHis(more: {
  readonly refundNo: string | null;
  readonly twin?: boolean;
}): Promise<string> {
  const orderNo = system.newOrderNo();
  const paid = matchedLines(orderNo);
  const refund = { kind: 'REFUND', amountFen: 3_000n } as const;
  const his = line('MERCHANT', orderNo, { ...refund, refundNo: more.refundNo, hisOrderNo: `F-${orderNo}` });
  const twins = more.twin
    ? ['T8', 'T9'].flatMap((refundNo) =>
        (['PLATFORM', 'CHANNEL'] as const).map((book) => line(book, orderNo, { ...refund, refundNo })),
      )
    : [];
  await closeWith(DATE, [...paid, his, ...twins]);
  return orderNo;
}

async function keyPartOfHis(orderNo: string): Promise<string> {
  const rows = await system.rowsOf(orderNo);
  return (
    rows.find(({ keyPart, state }) => keyPart !== 'P' && state.facts?.type === 'MERCHANT_ONLY')?.keyPart ?? ''
  );
}

test('a refund of HIS that was carried out is not carried out again under another number', async () => {
  const orderNo = await refundOfHis({ refundNo: null });
  const asked = () => keyPartOfHis(orderNo).then((keyPart) => request('SELF_REFUND', orderNo, { keyPart }));
  expect(await system.actWithCode(await asked(), 3_000n)).toMatchObject({ state: 'DONE' });
  await expect(system.actWithCode(await asked(), 3_000n)).rejects.toMatchObject({
    code: 'DZ_ACTION_REFUNDED',
  });
  expect(system.gateway.totalOf(orderNo)).toBe(3_000n);
});

test('a refund of HIS without a number that may be one of the order is not paid afresh', async () => {
  const orderNo = await refundOfHis({ refundNo: null, twin: true });
  const asked = request('SELF_REFUND', orderNo, { keyPart: await keyPartOfHis(orderNo) });
  await expect(system.actWithCode(asked, 3_000n)).rejects.toMatchObject({ code: 'DZ_REFUND_AMBIGUOUS' });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a refund that the channel shows by now is not carried out, before the next run has said so', async () => {
  const orderNo = await refundOfHis({ refundNo: 'N1' });
  await system.close.writeEvents([
    line('CHANNEL', orderNo, { kind: 'REFUND', refundNo: 'N1', amountFen: 3_000n }),
  ]);
  const asked = request('SELF_REFUND', orderNo, { keyPart: 'RN1' });
  await expect(system.actWithCode(asked, 3_000n)).rejects.toMatchObject({ code: 'DZ_REFUND_DONE' });
});

test('a part of an order refunded settles no exception; all of it opens the write-off', async () => {
  const orderNo = system.newOrderNo();
  await closeWith(DATE, [line('PLATFORM', orderNo), line('CHANNEL', orderNo)]);
  const part = (amountFen: bigint) => request('SELF_REFUND', orderNo, { caseId: null, amountFen });
  expect(await system.actWithCode(part(1n), 1n)).toMatchObject({ state: 'DONE', caseStatus: 'OPEN' });
  await expect(system.act(request('WRITE_OFF', orderNo))).rejects.toMatchObject({
    code: 'DZ_ACTION_NOT_FOR_TYPE',
  });
  expect(await system.actWithCode(part(9_999n), 9_999n)).toMatchObject({ state: 'DONE' });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
});

test('a case that somebody has damaged is told, and keeps no other case from following the books', async () => {
  const orders = Array.from({ length: 5 }, () => system.newOrderNo());
  const [damaged = '', ...others] = orders;
  await closeWith(
    DATE,
    orders.flatMap((orderNo) => [line('PLATFORM', orderNo), line('CHANNEL', orderNo)]),
  );
  const { client } = system.close;
  await client.command({
    query: `ALTER TABLE exception_actions UPDATE state = 'x' WHERE order_no = '${damaged}' SETTINGS mutations_sync = 2`,
  });
  const told: string[] = [];
  await system.close.writeEvents(orders.map((orderNo) => line('MERCHANT', orderNo)));
  await system.close.close(DATE);
  const onDamaged = ({ orderNo }: { readonly orderNo: string }, { code }: { readonly code: string }) =>
    void told.push(`${orderNo} ${code}`);
  await keepCases(0, { ...system.deps, onDamaged });
  expect(told).toEqual([`${damaged} DZ_CASE_ROW_BROKEN`]);
  for (const orderNo of others) expect(await system.caseOf(orderNo)).toMatchObject({ status: 'HEALED' });
});
