import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { CaseEvidence } from '../../domain/caseEvidence.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { Entry } from '../../domain/entry.ts';
import type { Principal } from '../../domain/principal.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import type { EvidenceDeps } from '../../resolution/evidence.ts';
import { caseEvidence } from '../../resolution/evidence.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import { insertEntries, insertVerdicts } from '../integration/ledgerHarness.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { AT_MS, DATE, line, OPERATOR, person, request, startCaseSystem } from './resolutionHarness.ts';

const { merchantId, rules } = SAMPLE_MERCHANT;
/** Of WeChat there is a bill: its events do not count. */
const ALIPAY = { channel: 'ALIPAY' } as const;
let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
  const books = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
  await system.close.writeEvents(books.map((book) => line(book, 'BACKGROUND')));
});
afterAll(() => system[Symbol.asyncDispose]());

function depsOf(): EvidenceDeps {
  const evidence = clickHouseEvidence(system.close.client);
  return { ledger: system.ledger, evidence, merchants: system.deps.merchants, now: () => system.nowMs };
}

function evidenceOf(orderNo: string, keyPart = 'P', principal: Principal = OPERATOR): Promise<CaseEvidence> {
  return caseEvidence(principal, caseIdOf(merchantId, orderNo, keyPart), depsOf());
}

function comparedIn({ compared }: CaseEvidence, field: string) {
  return compared.find((each) => each.field === field);
}

async function closeAgain(...events: readonly Entry[]): Promise<string> {
  await system.close.writeEvents(events);
  const { run } = await system.close.close(DATE);
  await system.keepCases();
  return run.runId;
}

describe('the evidence of a payment that HIS lacks', () => {
  const orderNo = 'EV0001';
  let firstRun = '';

  beforeAll(async () => {
    const ledger = clickHouseRealtimeLedger(system.close.client);
    const platform = line('PLATFORM', orderNo);
    const told = judgeOrder([platform], { mode: 'REALTIME', rules });
    await insertEntries(ledger, [{ entry: platform, partition: 'payments/3', position: 42, late: false }]);
    await insertVerdicts(
      ledger,
      told.map((verdict) => ({ verdict, version: 3n << 10n, span: 0 })),
    );
    await system.close.writeBill([line('CHANNEL', 'BACKGROUND'), line('CHANNEL', orderNo)], {
      book: 'CHANNEL',
      channel: 'WECHAT',
      businessDate: DATE,
    });
    firstRun = await closeAgain();
  });

  test('shows where each line came from and which book lacks it', async () => {
    const evidence = await evidenceOf(orderNo);
    expect(evidence).toMatchObject({
      status: 'OPEN',
      facts: { type: 'CHANNEL_ONLY' },
      missingIn: ['MERCHANT'],
    });
    const origins = evidence.lines.map(({ entry, origin, counts }) => [entry.book, counts, origin]);
    const event = { source: 'EVENT', eventId: `PLATFORM-${orderNo}`, partition: 'payments/3', position: 42 };
    expect(origins).toContainEqual(['PLATFORM', true, { ...event, isLate: false }]);
    const bill = { source: 'BILL', billId: expect.any(String), fileName: 'written.csv', line: 3 };
    expect(origins).toContainEqual(['CHANNEL', true, bill]);
    expect(origins).toHaveLength(2);
    expect(evidence.compared.filter(({ differs }) => differs)).toEqual([]);
  });

  test('tells what realtime said first and what the run said', async () => {
    const { history } = await evidenceOf(orderNo);
    expect(history.realtime).toMatchObject([
      { code: 'PLATFORM_ONLY', linesKnown: 1, isWindowOver: true, isLatest: true },
    ]);
    expect(history.runs).toMatchObject([
      {
        runId: firstRun,
        runDate: DATE,
        standing: 'PUBLISHED',
        code: 'CHANNEL_ONLY',
        amounts: { MERCHANT: null, PLATFORM: 10_000n, CHANNEL: 10_000n },
      },
    ]);
  });

  test('says what may be done, and of the rest why not in both languages', async () => {
    const { actions } = await evidenceOf(orderNo);
    expect(actions.find(({ action }) => action === 'REFUND')).toEqual({
      action: 'REFUND',
      allowed: true,
      needs: ['VERIFICATION_CODE', 'NOTE'],
    });
    expect(actions.filter(({ allowed }) => !allowed)).toContainEqual({
      action: 'WRITE_OFF',
      allowed: false,
      code: 'DZ_ACTION_NOT_FOR_TYPE',
      reason: 'an exception of this type does not allow this action',
      reasonZh: '此类异常不支持该操作',
    });
  });

  test('is not there for who has no business with the hospital, nor for an unknown id', async () => {
    const stranger = { ...person('chen', 'operator'), merchants: new Set(['H002']) };
    await expect(evidenceOf(orderNo, 'P', stranger)).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
    const own = { ...stranger, merchants: new Set([merchantId]) };
    await expect(evidenceOf(orderNo, 'P', own)).resolves.toMatchObject({ key: { orderNo } });
    await expect(evidenceOf('NOBODY')).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
  });

  test('keeps what was told before when the receipt comes: the former run is superseded, the case healed', async () => {
    const secondRun = await closeAgain(line('MERCHANT', orderNo));
    const { status, history, timeline, missingIn } = await evidenceOf(orderNo);
    expect(history.runs.map(({ runId, standing, code }) => [runId, standing, code])).toEqual([
      [firstRun, 'SUPERSEDED', 'CHANNEL_ONLY'],
      [secondRun, 'PUBLISHED', 'MATCHED'],
    ]);
    expect([status, missingIn]).toEqual(['HEALED', []]);
    expect(timeline.map(({ step, operator }) => [step, operator])).toEqual([
      ['OPENED', 'system'],
      ['HEALED', 'system'],
    ]);
  });
});

test('a case shows how it stands although its keeper has not come by yet', async () => {
  const orderNo = 'EV0002';
  await system.close.writeEvents([line('MERCHANT', orderNo)]);
  await system.close.close(DATE);
  const evidence = await evidenceOf(orderNo);
  expect(evidence).toMatchObject({ status: 'OPEN', facts: { type: 'MERCHANT_ONLY' }, timeline: [] });
});

test('fields that differ between books are marked, and seconds between them are no difference', async () => {
  const orderNo = 'EV0003';
  await closeAgain(
    line('MERCHANT', orderNo, { amountFen: 9_990n, occurredAtMs: AT_MS + 20_000 }),
    line('PLATFORM', orderNo, { businessType: 'CHECKUP' }),
  );
  await closeAgain(line('CHANNEL', orderNo, { businessDate: '2026-03-10', businessType: null }));
  const evidence = await evidenceOf(orderNo);
  const differing = evidence.compared.filter(({ differs }) => differs).map(({ field }) => field);
  expect(differing).toEqual(['amountFen', 'businessDate', 'businessType']);
  expect(comparedIn(evidence, 'amountFen')?.values).toEqual({
    MERCHANT: ['9990'],
    PLATFORM: ['10000'],
    CHANNEL: ['10000'],
  });
});

test('after a refund its steps, the money of the order and its refund are shown, and nothing more may be done', async () => {
  const orderNo = 'EV0004';
  await closeAgain(line('PLATFORM', orderNo, ALIPAY), line('CHANNEL', orderNo, ALIPAY));
  const before = await evidenceOf(orderNo);
  expect(before.money).toEqual({
    paidFen: 10_000n,
    refundedFen: 0n,
    bookedFen: 0n,
    isAllBooked: false,
    openFen: 0n,
    refundableFen: 10_000n,
  });
  const { refundNo, actionId } = await system.actWithCode(request('REFUND', orderNo), 10_000n);
  const evidence = await evidenceOf(orderNo);
  expect(evidence.money).toMatchObject({ refundedFen: 10_000n, refundableFen: 0n });
  expect(evidence.refunds).toMatchObject([
    {
      refundNo,
      amounts: { MERCHANT: null, PLATFORM: 10_000n },
      attempt: { actionId, state: 'SUCCEEDED' },
    },
  ]);
  const outcome = evidence.timeline.at(-1);
  expect(outcome).toMatchObject({ step: 'OUTCOME', outcome: 'SUCCEEDED', operator: 'li', actionId });
  const intent = evidence.timeline.find(({ step }) => step === 'INTENT');
  expect(intent).toMatchObject({
    operator: 'li',
    note: 'seen by finance',
    details: { refundNo, route: 'upp' },
  });
  expect(evidence.actions.every((ruling) => !ruling.allowed && ruling.code === 'DZ_ACTION_SETTLED')).toBe(
    true,
  );
});

test('a HIS refund without a number is shown beside the refund that the close pairs it with', async () => {
  const orderNo = 'EV0005';
  const refund = { kind: 'REFUND', refundNo: 'RF5', amountFen: 400n } as const;
  const books = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
  await closeAgain(
    ...books.map((book) => line(book, orderNo)),
    line('PLATFORM', orderNo, refund),
    line('MERCHANT', orderNo, { ...refund, refundNo: null, hisOrderNo: 'R-back' }),
  );
  const evidence = await evidenceOf(orderNo, 'RRF5');
  expect(evidence.facts?.type).toBe('MERCHANT_ONLY');
  expect(evidence.lines.map(({ entry, isPairedByAmount }) => [entry.book, isPairedByAmount])).toEqual(
    expect.arrayContaining([
      ['MERCHANT', true],
      ['PLATFORM', false],
    ]),
  );
  expect(evidence.refunds).toHaveLength(2);
});

test('an order that probably repeats another names it, with how that one stands', async () => {
  const [first, second] = ['EV0006', 'EV0007'] as const;
  const amountFen = 7_531n;
  const books = ['MERCHANT', 'PLATFORM', 'CHANNEL'] as const;
  await closeAgain(
    ...books.map((book) => line(book, first, { ...ALIPAY, amountFen })),
    line('PLATFORM', second, { ...ALIPAY, amountFen, occurredAtMs: AT_MS + 60_000 }),
    line('CHANNEL', second, { ...ALIPAY, amountFen, occurredAtMs: AT_MS + 60_000 }),
  );
  const { related, likelyCause } = await evidenceOf(second);
  expect(likelyCause).toMatchObject({
    cause: 'DOUBLE_TAP',
    rule: 'same-rare-amount',
    evidence: { zh: expect.stringContaining(first) },
  });
  expect(related).toEqual([
    {
      caseId: caseIdOf(merchantId, first, 'P'),
      orderNo: first,
      relation: 'POSSIBLE_ORIGINAL',
      kind: 'PAYMENT',
      type: null,
      status: null,
    },
  ]);
});

test('the surroundings of an instant are lines that count within the hour, with receipts that came hours later', async () => {
  const away = { merchantId: 'H777' };
  const minute = (minutes: number) => AT_MS + minutes * 60_000;
  await system.close.writeEvents([
    line('PLATFORM', 'SU1', { ...away, occurredAtMs: minute(-5) }),
    line('MERCHANT', 'SU1', { ...away, occurredAtMs: minute(180) }),
    line('PLATFORM', 'SU2', { ...away, occurredAtMs: minute(61) }),
    line('PLATFORM', 'SU3', { ...away, occurredAtMs: minute(59), amountFen: 5n }),
    line('PLATFORM', 'SU4', { ...away, channel: 'ALIPAY' }),
  ]);
  const merchant = { ...SAMPLE_MERCHANT, ...away };
  const place = { book: 'PLATFORM', channel: 'ALIPAY', businessDate: DATE } as const;
  await system.close.writeBill([line('PLATFORM', 'SU5', { ...away, channel: 'ALIPAY' })], place, merchant);
  const found = await clickHouseEvidence(system.close.client).surroundingsOf(away.merchantId, AT_MS);
  expect(found.map(({ orderNo }) => orderNo)).toEqual(['SU5', 'SU1', 'SU3']);
  expect(found[1]).toMatchObject({
    channel: 'WECHAT',
    receipts: ['R-SU1'],
    amounts: { MERCHANT: 10_000n, PLATFORM: 10_000n, CHANNEL: null },
    times: { MERCHANT: minute(180), PLATFORM: minute(-5), CHANNEL: null },
  });
});
