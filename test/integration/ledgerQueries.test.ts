import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseLedgerQueries } from '../../adapters/clickhouse/ledgerQueries.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type {
  CaseStatus,
  ExceptionFilter,
  ExceptionItem,
  ExceptionOrder,
  LedgerQueries,
  RunRecord,
} from '../../domain/apiPorts.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { CloseLedger } from '../../domain/closePorts.ts';
import type { RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { Reconciliation } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { Scope, WHOLE_LEDGER } from '../../domain/scope.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { NOON_MS, aRun, aVerdict, startLedger, insertVerdicts } from './ledgerHarness.ts';

let system: TestLedger;
let realtime: RealtimeLedger;
let close: CloseLedger;
let queries: LedgerQueries;

beforeAll(async () => {
  system = await startLedger();
  realtime = clickHouseRealtimeLedger(system.client);
  close = clickHouseCloseLedger(system.client);
  queries = clickHouseLedgerQueries(system.client);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['verdicts', 'reconciliations', 'exceptions']) {
    await system.client.command({ query: `TRUNCATE TABLE ${table}` });
  }
});

/** Writes everything twice, as a restart would. */
async function said(version: bigint, ...verdicts: readonly Partial<Verdict>[]): Promise<void> {
  const rows = verdicts.map((more) => ({ verdict: aVerdict(more), version, span: 0 }));
  await insertVerdicts(realtime, rows);
  await insertVerdicts(realtime, rows);
}

async function closed(run: Reconciliation, ...verdicts: readonly Partial<Verdict>[]): Promise<void> {
  const { merchantId, businessDate, mode } = run;
  const rows = verdicts.map((more) => ({
    verdict: aVerdict({ merchantId, businessDate, mode, ...more }),
    refersTo: null,
  }));
  for (let time = 0; time < 2; time += 1) {
    await close.writeVerdicts(run, rows);
    await close.publish(run);
  }
}

async function allExceptions(
  filter: Omit<ExceptionFilter, 'cursor'>,
  scope: Scope = WHOLE_LEDGER,
): Promise<readonly ExceptionItem[]> {
  const items: ExceptionItem[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await queries.exceptions(scope, { ...filter, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(filter.limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

describe('exceptions', () => {
  test('are the verdicts that need a person, each once, with their amounts', async () => {
    await said(3n, { orderNo: 'A' }, { orderNo: 'B', code: 'MATCHED' }, { orderNo: 'C', code: 'OFFSET' });
    await said(3n, { orderNo: 'D', kind: 'REFUND', refundNo: 'R1', keyPart: 'RR1', possiblyCrossDay: true });
    const items = await allExceptions({ limit: 10 });
    const item: ExceptionItem = {
      id: caseIdOf('H001', 'A', 'P'),
      mode: 'REALTIME',
      type: 'PLATFORM_ONLY',
      kind: 'PAYMENT',
      merchantId: 'H001',
      businessDate: '2026-03-09',
      orderNo: 'A',
      refundNo: null,
      channel: 'WECHAT',
      merchantFen: null,
      platformFen: 2500n,
      channelFen: null,
      possiblyCrossDay: false,
      conflictingBooks: [],
      amountConflict: false,
      channelConflict: false,
      ambiguousRefund: false,
      possibleDuplicateOf: null,
      mergedReceipt: null,
      status: 'OPEN',
      provisional: true,
    };
    expect(items).toEqual([
      item,
      {
        ...item,
        id: caseIdOf('H001', 'D', 'RR1'),
        orderNo: 'D',
        kind: 'REFUND',
        refundNo: 'R1',
        possiblyCrossDay: true,
      },
    ]);
  });

  test('are told by the latest version alone, whatever was written last and wherever it lies', async () => {
    await said(3072n, { orderNo: 'healed' }, { orderNo: 'moved' }, { orderNo: 'again' });
    await said(5119n, { orderNo: 'healed', code: 'MATCHED' });
    await said(5119n, { orderNo: 'moved', code: 'AMOUNT_MISMATCH', businessDate: '2026-03-10' });
    await said(5119n, { orderNo: 'late', code: 'MATCHED' });
    await said(3072n, { orderNo: 'late' }, { orderNo: 'again' });
    expect((await allExceptions({ limit: 1 })).map((item) => item.orderNo)).toEqual(['moved', 'again']);
    expect((await allExceptions({ limit: 9, to: '2026-03-09' })).map((item) => item.orderNo)).toEqual([
      'again',
    ]);
  });

  test('of a span that a later judgement did away with are gone', async () => {
    const span = (span: number, version: bigint, orderNo: string) => ({
      verdict: aVerdict({ orderNo, businessDate: `2026-03-${span === 0 ? '09' : '29'}` }),
      version,
      span,
    });
    await insertVerdicts(realtime, [span(0, 4096n, 'joined'), span(1, 5120n, 'joined')]);
    await insertVerdicts(realtime, [span(0, 6144n, 'joined')]);
    await insertVerdicts(realtime, [span(0, 4096n, 'apart'), span(1, 5120n, 'apart')]);
    const items = await allExceptions({ limit: 9 });
    expect(items.map((item) => [item.orderNo, item.businessDate])).toEqual([
      ['apart', '2026-03-29'],
      ['apart', '2026-03-09'],
      ['joined', '2026-03-09'],
    ]);
    const rows = await system.rows('SELECT order_no, span FROM v_verdicts ORDER BY order_no, span');
    expect(rows).toEqual([
      { order_no: 'apart', span: 0 },
      { order_no: 'apart', span: 1 },
      { order_no: 'joined', span: 0 },
    ]);
  });

  test('of final modes are those of the published run only, in place of the realtime ones', async () => {
    await said(3n, { orderNo: 'A' });
    await closed(aRun({ runId: 'r1', token: 1n }), { orderNo: 'old', code: 'CHANNEL_ONLY' });
    await closed(aRun({ runId: 'r2', token: 2n }), { orderNo: 'A' }, { orderNo: 'B', code: 'MATCHED' });
    await closed(aRun({ runId: 'r3', token: 3n, outcome: 'FAILED' }), { orderNo: 'failed' });
    const items = await allExceptions({ limit: 2 });
    expect(items.map((item) => [item.orderNo, item.mode])).toEqual([['A', 'THREE_WAY']]);
    expect(await allExceptions({ limit: 9, mode: 'THREE_WAY' })).toEqual(items);
    const before = await allExceptions({ limit: 9, mode: 'REALTIME' });
    expect(before.map((item) => [item.mode, item.id, item.provisional])).toEqual([
      ['REALTIME', items[0]?.id, false],
    ]);
    expect(await allExceptions({ limit: 9, mode: 'TWO_WAY' })).toEqual([]);
  });

  test('are healed by the last close that speaks of their key, and by no other', async () => {
    await said(
      3n,
      ...['matched', 'stays', 'gone', 'paired', 'elsewhere', 'settled'].map((orderNo) => ({ orderNo })),
    );
    await said(3n, { orderNo: 'next', businessDate: '2026-03-10' });
    const run = (runId: string, businessDate: string, token: bigint) =>
      aRun({ runId, businessDate, token, outcome: 'UNBALANCED', endedAtMs: NOON_MS + Number(token) });
    await closed(run('r1', '2026-03-09', 1n), { orderNo: 'matched', code: 'MATCHED' });
    expect((await allExceptions({ limit: 9 })).map((item) => [item.orderNo, item.status])).toEqual([
      ['next', 'OPEN'],
    ]);
    await closed(
      run('r2', '2026-03-09', 2n),
      { orderNo: 'matched', code: 'MATCHED' },
      { orderNo: 'stays', code: 'PLATFORM_ONLY' },
      { orderNo: 'paired', code: 'PLATFORM_ONLY', possiblyCrossDay: true },
      { orderNo: 'elsewhere', code: 'PLATFORM_ONLY' },
      { orderNo: 'settled', code: 'PLATFORM_ONLY' },
    );
    await closed(
      run('r3', '2026-03-10', 3n),
      { orderNo: 'paired', code: 'CROSS_DAY', businessDate: '2026-03-10' },
      { orderNo: 'next', code: 'AMOUNT_MISMATCH' },
    );
    await closed(run('r4', '2026-03-20', 4n), { orderNo: 'elsewhere', code: 'MATCHED' });
    const later = run('r6', '2026-03-14', 6n);
    await close.writeVerdicts(later, [
      {
        verdict: aVerdict({
          mode: 'THREE_WAY',
          orderNo: 'settled',
          code: 'CROSS_DAY',
          businessDate: '2026-03-14',
        }),
        refersTo: '2026-03-09',
      },
    ]);
    await close.publish(later);
    await closed(aRun({ runId: 'r5', businessDate: '2026-03-10', token: 5n, outcome: 'FAILED' }), {
      orderNo: 'next',
      code: 'MATCHED',
    });
    const statuses = async (mode: 'REALTIME' | 'THREE_WAY') =>
      Object.fromEntries(
        (await allExceptions({ limit: 2, mode })).map((item) => [item.orderNo, item.status]),
      );
    const final = { stays: 'OPEN', paired: 'HEALED', elsewhere: 'OPEN', settled: 'HEALED', next: 'OPEN' };
    expect(await statuses('THREE_WAY')).toEqual(final);
    expect(await statuses('REALTIME')).toEqual({ ...final, matched: 'HEALED', gone: 'HEALED' });
    const viewed = await system.rows<{ mode: string; order_no: string; status: string }>(
      'SELECT mode, order_no, status FROM v_exceptions ORDER BY order_no',
    );
    for (const { mode, order_no, status } of viewed) {
      const listed = mode === 'REALTIME' ? await statuses('REALTIME') : final;
      expect([order_no, status]).toEqual([
        order_no,
        Object.entries(listed).find(([no]) => no === order_no)?.[1],
      ]);
    }
    expect(viewed).toHaveLength(12);
  });

  test('tell which book holds one identity with several amounts, where the amounts shown are equal', async () => {
    const side = aVerdict({}).sides.PLATFORM;
    await said(3n, {
      orderNo: 'A',
      code: 'AMOUNT_MISMATCH',
      sides: { MERCHANT: side, PLATFORM: side && { ...side, conflict: true }, CHANNEL: null },
    });
    await closed(aRun({ businessDate: '2026-03-08' }), {
      orderNo: 'B',
      code: 'CHANNEL_ONLY',
      amountConflict: true,
    });
    const items = await allExceptions({ limit: 9 });
    expect(items.map((item) => [item.conflictingBooks, item.amountConflict])).toEqual([
      [['PLATFORM'], false],
      [[], true],
    ]);
    expect(items[0]?.merchantFen).toBe(items[0]?.platformFen);
  });

  test('tell what a person should look at: refunds in doubt, repeated payments, merged receipts', async () => {
    const mergedReceipt = { hisOrderNo: 'H7', orderNos: ['C', 'D'] };
    const alone = { kind: 'REFUND', code: 'MERCHANT_ONLY', keyPart: 'R~H7.2500.1' } as const;
    await closed(
      aRun(),
      { orderNo: 'A', ...alone, ambiguousRefund: true },
      { orderNo: 'B', code: 'CHANNEL_ONLY', possibleDuplicateOf: 'C' },
      { orderNo: 'C', code: 'CHANNEL_ONLY', mergedReceipt },
    );
    const items = await allExceptions({ limit: 9 });
    expect(
      items.map((item) => [item.orderNo, item.ambiguousRefund, item.possibleDuplicateOf, item.mergedReceipt]),
    ).toEqual([
      ['A', true, null, null],
      ['B', false, 'C', null],
      ['C', false, null, mergedReceipt],
    ]);
    const viewed = await system.rows(
      'SELECT order_no, ambiguous_refund, possible_duplicate_of, merged_orders FROM v_exceptions ORDER BY order_no',
    );
    expect(viewed).toEqual([
      { order_no: 'A', ambiguous_refund: 1, possible_duplicate_of: '', merged_orders: [] },
      { order_no: 'B', ambiguous_refund: 0, possible_duplicate_of: 'C', merged_orders: [] },
      { order_no: 'C', ambiguous_refund: 0, possible_duplicate_of: '', merged_orders: ['C', 'D'] },
    ]);
  });

  test('carry the status of their case, the highest version of it', async () => {
    await said(3n, { orderNo: 'A' }, { orderNo: 'B' });
    const state = (status: string, version: number) => ({
      case_id: caseIdOf('H001', 'A', 'P'),
      merchant_id: 'H001',
      status,
      version,
    });
    const values = [state('RESOLVED', 2), state('IN_PROGRESS', 1)];
    for (const value of values) {
      await system.client.insert({ table: 'exceptions', values: [value], format: 'JSONEachRow' });
    }
    const statuses = (await allExceptions({ limit: 9 })).map((item) => [item.orderNo, item.status]);
    expect(statuses).toEqual([
      ['A', 'RESOLVED'],
      ['B', 'OPEN'],
    ]);
    const viewed = await system.rows('SELECT order_no, status FROM v_exceptions ORDER BY order_no');
    expect(viewed).toEqual(statuses.map(([order_no, status]) => ({ order_no, status })));
  });

  test('come page by page, newest date first, without loss or repeat while others are written', async () => {
    const dates = ['2026-03-08', '2026-03-09', '2026-03-10'];
    const orders = Array.from({ length: 130 }, (_, n) => `YT${String(n).padStart(4, '0')}`);
    await said(
      3n,
      ...orders.map((orderNo, n) => ({
        orderNo,
        businessDate: dates[n % 3] ?? '',
        merchantId: n % 2 === 0 ? 'H001' : 'H002',
      })),
    );
    const first = await queries.exceptions(WHOLE_LEDGER, { limit: 50 });
    await said(3n, { orderNo: 'YT0000a', businessDate: '2026-03-10' });
    await said(5n, { orderNo: 'YT0002', businessDate: '2026-03-10', code: 'MATCHED' });
    const items = [...first.items];
    for (let cursor = first.nextCursor; cursor !== null;) {
      const page = await queries.exceptions(WHOLE_LEDGER, { limit: 37, cursor });
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(items.map((item) => item.orderNo).toSorted()).toEqual(orders);
    const places = items.map((item) => [item.businessDate, item.merchantId, item.orderNo]);
    const inOrder = places.toSorted(
      ([d1 = '', ...k1], [d2 = '', ...k2]) => d2.localeCompare(d1) || k1.join().localeCompare(k2.join()),
    );
    expect(places).toEqual(inOrder);
  });

  test('come in the order that is asked for, whatever their pages, and what a book lacks comes last', async () => {
    const side = (amountFen: bigint | null) =>
      amountFen === null
        ? null
        : {
            amountFen,
            businessDate: '2026-03-09',
            occurredAtMs: NOON_MS,
            channel: null,
            identities: [{ identity: 'i', amountFen }],
            conflict: false,
          };
    const amounts: readonly (readonly [string, bigint | null, bigint | null])[] = [
      ['A', 300n, null],
      ['B', null, 90n],
      ['C', 20_000n, 90n],
      ['D', 0n, 1_000_000_000_000n],
      ['E', null, null],
      ['F', 300n, 5n],
    ];
    for (const [n, businessDate] of ['2026-03-09', '2026-03-10'].entries()) {
      const own = amounts.filter((_, place) => place % 2 === n);
      const verdicts = own.map(([orderNo, merchantFen, channelFen]) => ({
        orderNo,
        sides: { MERCHANT: side(merchantFen), PLATFORM: side(1n), CHANNEL: side(channelFen) },
      }));
      await closed(aRun({ runId: `run-${n}`, businessDate }), ...verdicts);
    }
    const orders: Readonly<Partial<Record<ExceptionOrder, string>>> = {
      '-businessDate': 'BDFACE',
      businessDate: 'ACEBDF',
      '-merchantFen': 'CFADBE',
      merchantFen: 'DFACBE',
      '-platformFen': 'BDFACE',
      '-channelFen': 'DBCFAE',
      channelFen: 'FBCDAE',
    };
    for (const [sort, expected] of Object.entries(orders) as [ExceptionOrder, string][]) {
      for (const limit of [2, 9]) {
        const items = await allExceptions({ sort, limit });
        expect([sort, items.map(({ orderNo }) => orderNo).join('')]).toEqual([sort, expected]);
      }
    }
    const { nextCursor } = await queries.exceptions(WHOLE_LEDGER, { limit: 2, sort: '-merchantFen' });
    const others = { limit: 2, sort: 'merchantFen', cursor: nextCursor ?? '' } as const;
    await expect(queries.exceptions(WHOLE_LEDGER, others)).rejects.toMatchObject({ code: 'DZ_BAD_CURSOR' });
  });

  test('are filtered by merchant and by dates, both inclusive', async () => {
    await said(
      3n,
      { orderNo: 'A', businessDate: '2026-03-08' },
      { orderNo: 'B', businessDate: '2026-03-09' },
      { orderNo: 'C', businessDate: '2026-03-10' },
      { orderNo: 'D', businessDate: '2026-03-09', merchantId: 'H002' },
    );
    const found = async (filter: Partial<ExceptionFilter>, merchants: readonly string[] | null = null) =>
      (await allExceptions({ limit: 2, ...filter }, Scope.of({ merchants: merchants && new Set(merchants) })))
        .map((item) => item.orderNo)
        .join('');
    expect(await found({})).toBe('CBDA');
    expect(await found({ from: '2026-03-09' })).toBe('CBD');
    expect(await found({ to: '2026-03-09' })).toBe('BDA');
    expect(await found({ from: '2026-03-09', to: '2026-03-09', merchantId: 'H002' })).toBe('D');
    expect(await found({ merchantId: 'H003' })).toBe('');
    expect(await found({}, ['H002', 'H003'])).toBe('D');
    expect(await found({ merchantId: 'H001' }, ['H002'])).toBe('');
    expect(await found({}, [])).toBe('');
  });

  test('are found by type, kind, amount, and the beginning of an order, refund or HIS number', async () => {
    const side = (amountFen: bigint, identity: string) => ({
      amountFen,
      businessDate: '2026-03-09',
      occurredAtMs: NOON_MS,
      channel: null,
      identities: [{ identity, amountFen }],
      conflict: false,
    });
    await said(
      3n,
      { orderNo: 'A1' },
      { orderNo: 'A2', kind: 'REFUND', refundNo: 'R-7', keyPart: 'RR-7' },
      {
        orderNo: 'B1',
        code: 'AMOUNT_MISMATCH',
        sides: { MERCHANT: side(9900n, 'HIS-55'), PLATFORM: side(100n, 'T1'), CHANNEL: null },
      },
      {
        orderNo: 'C1',
        code: 'MERCHANT_ONLY',
        sides: { MERCHANT: side(700n, 'HIS-56'), PLATFORM: null, CHANNEL: null },
      },
    );
    const found = async (filter: Partial<ExceptionFilter>) =>
      (await allExceptions({ limit: 2, ...filter })).map((item) => item.orderNo).join(' ');
    expect(await found({ type: 'AMOUNT_MISMATCH' })).toBe('B1');
    expect(await found({ kind: 'REFUND' })).toBe('A2');
    expect(await found({ minFen: 101n, maxFen: 2500n })).toBe('A1 A2 C1');
    expect(await found({ maxFen: 100n })).toBe('B1');
    expect(await found({ q: 'A' })).toBe('A1 A2');
    expect(await found({ q: 'A1' })).toBe('A1');
    expect(await found({ q: 'R-7' })).toBe('A2');
    expect(await found({ q: 'HIS-5' })).toBe('B1 C1');
    expect(await found({ q: 'HIS-56' })).toBe('C1');
    expect(await found({ q: 'T1' })).toBe('');
    expect(await found({ q: "' OR 1" })).toBe('');
    expect(await found({ q: 'A', kind: 'PAYMENT', minFen: 2500n })).toBe('A1');
  });

  test('are found by status, however rare it is, with every page full', async () => {
    const orders = Array.from({ length: 240 }, (_, n) => `YT${String(n).padStart(4, '0')}`);
    await said(3n, ...orders.map((orderNo) => ({ orderNo })));
    const values = (
      [
        ['YT0007', 'IN_PROGRESS'],
        ['YT0200', 'IN_PROGRESS'],
        ['YT0239', 'RESOLVED'],
        ['YT0100', 'OPEN'],
        ['YT0150', 'HEALED'],
      ] as const
    ).map(([order_no, status]) => {
      const case_id = caseIdOf('H001', order_no, 'P');
      return { case_id, merchant_id: 'H001', order_no, key_part: 'P', status, version: 1 };
    });
    await system.client.insert({ table: 'exceptions', values, format: 'JSONEachRow' });
    const found = async (status: CaseStatus) => allExceptions({ status, limit: 30 });
    expect((await found('IN_PROGRESS')).map((item) => item.orderNo)).toEqual(['YT0007', 'YT0200']);
    expect((await found('RESOLVED')).map((item) => item.orderNo)).toEqual(['YT0239']);
    expect(await found('PENDING_APPROVAL')).toEqual([]);
    // Nobody works on these, whatever their cases last said: the verdicts say that they are open.
    expect(await found('OPEN')).toHaveLength(237);
    expect(await found('HEALED')).toEqual([]);
  });
});

describe('what a caller sends', () => {
  const EVIL = [
    "' OR 1=1 --",
    "\\' OR 1=1 --",
    "H001') OR ('1'='1",
    '{mode:String}',
    '\0',
    '\\',
    '\n',
    '`',
    '"',
  ];

  test('stays a value, whatever it holds', async () => {
    await said(3n, { orderNo: 'A' });
    await closed(aRun(), { orderNo: 'A' });
    for (const merchantId of EVIL) {
      expect(await queries.exceptions(WHOLE_LEDGER, { merchantId, limit: 9 })).toEqual({
        items: [],
        nextCursor: null,
      });
      expect(await queries.reconciliations(WHOLE_LEDGER, { merchantId, limit: 9 })).toEqual({
        items: [],
        nextCursor: null,
      });
      expect(await queries.matchRates(WHOLE_LEDGER, { merchantId, limit: 9 })).toEqual({
        items: [],
        nextCursor: null,
      });
    }
  });

  test('is found again when a merchant or an order really has such a name', async () => {
    for (const name of EVIL) await said(3n, { merchantId: name, orderNo: name });
    for (const name of EVIL) {
      const { items } = await queries.exceptions(WHOLE_LEDGER, { merchantId: name, limit: 9 });
      expect(items.map((item) => item.orderNo)).toEqual([name]);
    }
    expect(await allExceptions({ limit: 1 })).toHaveLength(EVIL.length);
  });

  test('as a cursor is refused when no list has given it', async () => {
    const forged = (...keys: readonly unknown[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');
    const cursors = [
      'x',
      '',
      '!!!',
      forged(),
      forged('exceptions', '2026-03-09', 'H001', 'A', 'P', 'REALTIME'),
      forged('exceptions', '2026-02-30', 'H001', 'A', 'P', 'REALTIME', '0'),
      forged('exceptions', '2026-03-09', 'H001', 'A', 'P', 'OTHER', '0'),
      forged('exceptions', '2026-03-09', 'H001', 'A', 'P', 'REALTIME', '256'),
      forged('exceptions', '2026-03-09', 'H001', 'A', 'P', 'REALTIME', 0),
      forged('reconciliations', '2026-03-09', 'H001', 'THREE_WAY', '99999999999999999999', 'r1'),
    ];
    for (const cursor of cursors) {
      const refusal = expect.objectContaining({ code: 'DZ_BAD_CURSOR' });
      await expect(queries.exceptions(WHOLE_LEDGER, { limit: 9, cursor })).rejects.toEqual(refusal);
      await expect(queries.reconciliations(WHOLE_LEDGER, { limit: 9, cursor })).rejects.toEqual(refusal);
      await expect(queries.matchRates(WHOLE_LEDGER, { limit: 9, cursor })).rejects.toEqual(refusal);
    }
  });
});

test('runs come newest date first, the latest run of a date first, each once, as they were published', async () => {
  const totals = { payments: 3, refunds: 1, paymentFen: 9_007_199_254_740_993n, refundFen: 5n };
  const full = aRun({
    runId: 'r9',
    businessDate: '2026-03-10',
    outcome: 'UNBALANCED',
    reasons: [],
    details: { BILL_NOT_READY: 'why' },
    bills: ['a', 'b'],
    token: 18_446_744_073_709_551_615n,
    books: { PLATFORM: totals, CHANNEL: totals },
    verdicts: { MATCHED: 3, PLATFORM_ONLY: 1 },
    positions: { 'payments/0': 12, 'his-orders/1': 0 },
  });
  await closed(full);
  await closed(
    aRun({ runId: 'r1', token: 1n, outcome: 'FAILED', reasons: ['CHANNEL_BILL_EMPTY', 'BILL_NOT_READY'] }),
  );
  await closed(aRun({ runId: 'r2', token: 2n }));
  await closed(aRun({ runId: 'r3', merchantId: 'H002', mode: 'TWO_WAY' }));
  const runs: RunRecord[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await queries.reconciliations(WHOLE_LEDGER, {
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    runs.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(runs.map((run) => run.runId)).toEqual(['r9', 'r2', 'r1', 'r3']);
  expect(runs[0]).toEqual({ ...full, provisional: false });
  expect(runs[2]?.reasons).toEqual(['CHANNEL_BILL_EMPTY', 'BILL_NOT_READY']);
  const found = async (filter: Partial<ExceptionFilter>) =>
    (await queries.reconciliations(WHOLE_LEDGER, { limit: 9, ...filter })).items.map((run) => run.runId);
  expect(await found({ mode: 'TWO_WAY' })).toEqual(['r3']);
  expect(await found({ mode: 'REALTIME' })).toEqual([]);
  expect(await found({ merchantId: 'H001', to: '2026-03-09' })).toEqual(['r2', 'r1']);
});

test('a realtime day stands among the runs as it is now', async () => {
  const pair = aVerdict({}).sides.PLATFORM;
  await said(3n, { orderNo: 'A' }, { orderNo: 'B', kind: 'REFUND', refundNo: 'R1', keyPart: 'RR1' });
  await said(5n, { orderNo: 'A', code: 'MATCHED', sides: { MERCHANT: pair, PLATFORM: pair, CHANNEL: null } });
  await said(3n, { orderNo: 'C', businessDate: '2026-03-10' });
  await closed(aRun({ runId: 'r1', outcome: 'UNBALANCED' }), { orderNo: 'A' });
  const items = (await queries.reconciliations(WHOLE_LEDGER, { limit: 9 })).items;
  expect(items.map((run) => [run.businessDate, run.mode, run.outcome, run.provisional])).toEqual([
    ['2026-03-10', 'REALTIME', 'UNBALANCED', true],
    ['2026-03-09', 'REALTIME', 'UNBALANCED', false],
    ['2026-03-09', 'THREE_WAY', 'UNBALANCED', false],
  ]);
  expect(items[1]).toMatchObject({
    runId: 'realtime-H001-2026-03-09',
    operator: 'system',
    startedAtMs: Date.UTC(2026, 2, 8, 16),
    books: {
      MERCHANT: { payments: 1, refunds: 0, paymentFen: 2500n, refundFen: 0n },
      PLATFORM: { payments: 1, refunds: 1, paymentFen: 2500n, refundFen: 2500n },
    },
    verdicts: { MATCHED: 1, PLATFORM_ONLY: 1 },
  });
  const first = await queries.reconciliations(WHOLE_LEDGER, { limit: 1, mode: 'REALTIME' });
  const { nextCursor: cursor } = first;
  const second = await queries.reconciliations(WHOLE_LEDGER, {
    limit: 1,
    mode: 'REALTIME',
    ...(cursor && { cursor }),
  });
  expect([...first.items, ...second.items]).toEqual([items[0], items[1]]);
  for (const item of items) expect(await queries.reconciliation(WHOLE_LEDGER, item.runId)).toEqual(item);
  for (const none of ['r2', 'realtime-H001-2026-03-11', 'realtime-H001-2026-02-30', "'"]) {
    expect(await queries.reconciliation(WHOLE_LEDGER, none)).toBeNull();
  }
});

test('match rates count each verdict once, matched and cross-day as matched, offsets as neither', async () => {
  await said(3n, { orderNo: 'A' }, { orderNo: 'B', code: 'MATCHED' }, { orderNo: 'C', code: 'OFFSET' });
  await said(3n, { orderNo: 'D' });
  await said(5n, { orderNo: 'D', code: 'MATCHED' });
  await closed(aRun({ runId: 'r1', token: 1n, verdicts: { CHANNEL_ONLY: 1 } }), {
    orderNo: 'A',
    code: 'CHANNEL_ONLY',
  });
  await closed(
    aRun({ runId: 'r2', token: 2n, verdicts: { MATCHED: 1, CROSS_DAY: 1, DUPLICATE: 1 } }),
    { orderNo: 'A', code: 'MATCHED' },
    { orderNo: 'B', code: 'CROSS_DAY' },
    { orderNo: 'C', code: 'DUPLICATE' },
  );
  const rate = { merchantId: 'H001', businessDate: '2026-03-09' };
  const expected = [
    { ...rate, mode: 'REALTIME', verdicts: 4, matched: 2, exceptions: 1 },
    { ...rate, mode: 'THREE_WAY', verdicts: 3, matched: 2, exceptions: 1 },
  ];
  const found = async (filter: Partial<ExceptionFilter>) =>
    (await queries.matchRates(WHOLE_LEDGER, { limit: 9, ...filter })).items;
  expect(await found({})).toEqual(expected);
  expect(await found({ limit: 1, mode: 'THREE_WAY' })).toEqual([expected[1]]);
  expect(await found({ mode: 'REALTIME' })).toEqual([expected[0]]);
  expect(await found({ from: '2026-03-10' })).toEqual([]);
  const first = await queries.matchRates(WHOLE_LEDGER, { limit: 1 });
  expect(first.items).toEqual([expected[0]]);
  const second = await queries.matchRates(WHOLE_LEDGER, {
    limit: 1,
    ...(first.nextCursor ? { cursor: first.nextCursor } : {}),
  });
  expect(second).toEqual({ items: [expected[1]], nextCursor: null });
  const viewed = await system.rows(
    `SELECT merchant_id AS merchantId, toString(business_date) AS businessDate, mode, toUInt32(verdicts) AS verdicts,
       toUInt32(matched) AS matched, toUInt32(exceptions) AS exceptions FROM v_match_rates AS r ORDER BY mode`,
  );
  expect(viewed).toEqual(expected);
});
