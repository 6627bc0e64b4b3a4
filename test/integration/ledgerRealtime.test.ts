import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import type { VerdictRow } from '../../adapters/clickhouse/verdictRows.ts';
import { VERDICT_FIELDS, verdictOfRow } from '../../adapters/clickhouse/verdictRows.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { keyPartOf, orderKeyOf } from '../../domain/entry.ts';
import type { LoggedEntry, RealtimeLedger } from '../../domain/ledgerPorts.ts';
import type { TestLedger } from './ledgerHarness.ts';
import { aVerdict, eventEntry, startLedger, insertEntries, insertVerdicts } from './ledgerHarness.ts';

let system: TestLedger;
let ledger: RealtimeLedger;

beforeAll(async () => {
  system = await startLedger();
  ledger = clickHouseRealtimeLedger(system.client);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['entries', 'verdicts', 'dead_letters', 'log_positions']) {
    await system.client.command({ query: `TRUNCATE TABLE ${table}` });
  }
});

function logged(entry: Entry, position = 0): LoggedEntry {
  return { entry, partition: 'payments/0', position, late: false };
}

const AWKWARD = [
  "'",
  '"',
  '\\',
  '\t',
  '\n',
  '\r',
  '\0',
  '\b',
  '\\N',
  '\\0',
  '门',
  '🏥',
  ' ',
  '=',
  ',',
  ']',
  '%',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => s.isWellFormed()),
  fc.array(fc.constantFrom(...AWKWARD), { maxLength: 8 }).map((parts) => parts.join('')),
);
const anyId = fc
  .oneof(fc.constantFrom("a'b", 'a\\b', '\\N', "\\'", '#', ','), fc.string({ minLength: 1, maxLength: 12 }))
  .map((s) => s.replaceAll(/[^!-}]/g, '!'));
const anyFen = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n });
const anyTimeMs = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2100, 0, 1) });

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    book: fc.constantFrom('MERCHANT' as const, 'PLATFORM' as const),
    merchantId: anyId,
    kind: fc.constantFrom('PAYMENT' as const, 'REFUND' as const),
    orderNo: anyId,
    refundNo: fc.option(anyId),
    channel: fc.constantFrom('WECHAT' as const, 'ALIPAY' as const, null),
    channelTxnNo: fc.option(fc.oneof(anyId, fc.constant(''))),
    hisOrderNo: fc.option(fc.oneof(anyId, fc.constant(''))),
    amountFen: anyFen,
    // Two months: each month is a part of its own to sync.
    occurredAtMs: fc.integer({ min: Date.UTC(2026, 1, 1), max: Date.UTC(2026, 2, 30) }),
    businessType: fc.option(anyText),
    sourceRef: anyId,
  })
  .map((fields) => ({
    ...fields,
    source: 'EVENT' as const,
    refundNo: fields.kind === 'PAYMENT' ? null : fields.refundNo,
    businessDate: businessDateOf(fields.occurredAtMs),
  }));

/** Every field of an entry but the evidence: equal facts of different events are one fact. */
function factOf(entry: Entry): string {
  const fields = Object.entries({ ...entry, sourceRef: '' }).map(
    ([name, value]) => `${name} ${typeof value} ${value}`,
  );
  return JSON.stringify(fields.toSorted());
}

test('entries come back as they went in, whatever their texts hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEntry, { minLength: 1, maxLength: 40 }), async (entries) => {
      await system.client.command({ query: 'TRUNCATE TABLE entries' });
      const batch = entries.map((entry, position) => logged(entry, position));
      await insertEntries(ledger, batch);
      await insertEntries(ledger, batch);
      const found = await ledger.eventEntriesOfOrders(entries);
      const facts = [...found.values()].flat().map(factOf);
      expect(facts.toSorted()).toEqual([...new Set(entries.map(factOf))].toSorted());
      for (const [key, own] of found) {
        expect(new Set(own.map((entry) => orderKeyOf(entry.merchantId, entry.orderNo)))).toEqual(
          new Set([key]),
        );
      }
      const keyParts = await system.rows<{ key_part: string }>('SELECT DISTINCT key_part FROM entries');
      expect(keyParts.map((row) => row.key_part).toSorted()).toEqual(
        [...new Set(entries.map(keyPartOf))].toSorted(),
      );
    }),
    { numRuns: 25 },
  );
});

test('verdicts come back as they went in, whatever their texts hold', async () => {
  const anySide = fc.record({
    amountFen: anyFen,
    businessDate: fc.constant('2026-03-09'),
    occurredAtMs: anyTimeMs,
    channel: fc.constant('WECHAT' as const),
    identities: fc.array(fc.record({ identity: anyId, amountFen: anyFen }), { minLength: 1, maxLength: 3 }),
    conflict: fc.boolean(),
  });
  const anyRow = fc.record({
    orderNo: anyId,
    businessType: fc.option(anyText.filter((text) => text !== '')),
    MERCHANT: fc.option(anySide),
    PLATFORM: anySide,
    possiblyCrossDay: fc.boolean(),
    split: fc.boolean(),
    channelConflict: fc.boolean(),
    surplusFen: fc.option(anyFen),
    // A hint that only the close can give.
    possibleDuplicateOf: fc.constant(null),
    version: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyRow, { selector: (row) => row.orderNo, minLength: 1 }),
      async (rows) => {
        await system.client.command({ query: 'TRUNCATE TABLE verdicts' });
        const verdicts = rows.map(({ version, MERCHANT, PLATFORM, ...fields }) => ({
          verdict: aVerdict({ ...fields, sides: { MERCHANT, PLATFORM, CHANNEL: null } }),
          version,
          span: 0,
        }));
        await insertVerdicts(ledger, verdicts);
        await insertVerdicts(ledger, verdicts);
        const stored = await system.rows<VerdictRow>(`SELECT ${VERDICT_FIELDS} FROM verdicts FINAL`);
        const back = stored.map((row) => verdictOfRow('REALTIME', 'H001', row).verdict);
        expect(new Map(back.map((verdict) => [verdict.orderNo, verdict]))).toEqual(
          new Map(verdicts.map(({ verdict }) => [verdict.orderNo, verdict])),
        );
      },
    ),
    { numRuns: 20 },
  );
});

test('only events are entries of events, and only of the orders asked for', async () => {
  await insertEntries(ledger, [
    logged(eventEntry({ orderNo: 'A' })),
    logged(eventEntry({ orderNo: 'A', merchantId: 'H002' })),
    logged(eventEntry({ orderNo: 'B' })),
    logged(eventEntry({ orderNo: 'A', source: 'BILL' })),
  ]);
  const found = await ledger.eventEntriesOfOrders([
    { merchantId: 'H001', orderNo: 'A' },
    { merchantId: 'H002', orderNo: 'B' },
  ]);
  expect([...found]).toEqual([['H001 A', [eventEntry({ orderNo: 'A' })]]]);
  expect([...(await ledger.eventEntriesOfOrders([]))]).toEqual([]);
});

test('of a key the highest version counts, whichever was written last', async () => {
  const write = (code: 'MATCHED' | 'PLATFORM_ONLY', version: bigint, date: string) =>
    insertVerdicts(ledger, [{ verdict: aVerdict({ code, businessDate: date }), version, span: 0 }]);
  await write('MATCHED', 5119n, '2026-03-10');
  await write('PLATFORM_ONLY', 3072n, '2026-03-09');
  const read = () =>
    system.rows(
      'SELECT code, toString(business_date) AS date, toString(version) AS version FROM verdicts FINAL',
    );
  expect(await read()).toEqual([{ code: 'MATCHED', date: '2026-03-10', version: '5119' }]);
  await system.client.command({ query: 'OPTIMIZE TABLE verdicts FINAL' });
  expect(await read()).toEqual([{ code: 'MATCHED', date: '2026-03-10', version: '5119' }]);
});

test('positions only grow', async () => {
  expect(await ledger.loadPositions('entries')).toEqual(new Map());
  await ledger.storePositions('entries', new Map([['payments/0', 10], ['his-orders/1', 5]])); // prettier-ignore
  await ledger.storePositions('entries', new Map([['payments/0', 7]]));
  await ledger.storePositions('other', new Map([['payments/0', 99]]));
  const expected = new Map([['payments/0', 10], ['his-orders/1', 5]]); // prettier-ignore
  expect(await ledger.loadPositions('entries')).toEqual(expected);
  await system.client.command({ query: 'OPTIMIZE TABLE log_positions FINAL' });
  expect(await ledger.loadPositions('entries')).toEqual(expected);
});

test('a dead letter keeps its bytes and its reason, and is one row however often it is written', async () => {
  const letter = {
    partition: 'payments/0',
    position: 3,
    code: 'DZ_EVENT_UNDECODABLE',
    reason: 'line one\nline "two"\t\0\\',
    value: Uint8Array.from({ length: 256 }, (_, n) => n),
    receivedAtMs: Date.UTC(2026, 2, 9, 4, 0, 0, 7),
  };
  await ledger.insertDeadLetters([letter, { ...letter, position: 4 }]);
  await ledger.insertDeadLetters([letter]);
  const rows = await system.rows(
    `SELECT log_partition AS partition, toUInt32(log_position) AS position, code, reason, value_base64,
       toString(received_at) AS received FROM dead_letters FINAL ORDER BY position`,
  );
  const { partition, code, reason } = letter;
  const row = { partition, code, reason, value_base64: Buffer.from(letter.value).toString('base64') };
  expect(rows).toEqual([
    { ...row, position: 3, received: '2026-03-09 12:00:00.007' },
    { ...row, position: 4, received: '2026-03-09 12:00:00.007' },
  ]);
});
