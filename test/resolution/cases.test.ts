import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaseSystem } from './resolutionHarness.ts';
import { AT_MS, DATE, line, request, startCaseSystem } from './resolutionHarness.ts';

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
  const matched = (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).map((book) =>
    line(book, `BG${background}`, { occurredAtMs }),
  );
  await system.close.writeEvents([...matched, ...events]);
  await system.close.close(date);
  await system.keepCases();
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
  expect(await system.caseOf(orderNo)).toMatchObject({
    status: 'OPEN',
    reason: expect.stringContaining('HIS has booked it after the refund'),
  });
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
