import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { addDays, startOfDate } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { BOOKS, CHANNELS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { leafOf, leafText, merkleRoot } from '../../domain/merkle.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from '../integration/closeHarness.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { allowedText, expectedFor, untouched } from './allows.ts';
import { CASE_DATE, linesOfCase, nameOfCase, rowText, rowsOfText } from './caseTable.ts';
import { CLOSE_CASES, casesByHospital } from './cases.ts';

let system: CloseSystem;

beforeAll(async () => {
  system = await startCloseSystem();
}, 60_000);

afterAll(() => system[Symbol.asyncDispose]());

/** An ordinary order of each channel, so that no book of the date is empty: such a date has no rows. */
function fillingOf(merchant: Merchant): readonly Entry[] {
  return CHANNELS.flatMap((channel) =>
    BOOKS.map((book): Entry => {
      const orderNo = `FILLING-${channel}`;
      return {
        book,
        merchantId: merchant.merchantId,
        kind: 'PAYMENT',
        orderNo,
        refundNo: null,
        channel,
        channelTxnNo: orderNo,
        hisOrderNo: book === 'MERCHANT' ? orderNo : null,
        amountFen: 777_777n,
        occurredAtMs: startOfDate(CASE_DATE, merchant.rules.cutOffMs),
        businessDate: CASE_DATE,
        businessType: null,
        source: 'EVENT',
        sourceRef: `${orderNo} ${book}`,
      };
    }),
  );
}

const hospitals = casesByHospital(CLOSE_CASES).map((cases, i) => ({ cases, first: cases[0], i }));

test.each(hospitals)(
  'the close of hospital $i gives what the table says',
  async ({ cases, first, i }) => {
    if (first === undefined || first.mode === 'REALTIME') throw new Error('not a case of the close');
    const { mode, rules, nextDateBilled } = first;
    const merchant: Merchant = { ...SAMPLE_MERCHANT, merchantId: `T${i}`, mode, rules };
    const lines = cases
      .flatMap((item, at) => linesOfCase(item, nameOfCase(at)))
      .map((line) => ({ ...line, merchantId: merchant.merchantId }));
    await system.writeEvents([...lines, ...fillingOf(merchant)]);
    if (nextDateBilled) await billNextDate(lines, merchant);

    const { rows, run } = await system.close(CASE_DATE, merchant);

    // What the ledger hashes and what the rules say are one text.
    expect(merkleRoot(rows.map((row) => leafOf(leafText(row.verdict))))).toBe(run.merkleRoot);
    const byCase = Map.groupBy(rows, ({ verdict }) => verdict.orderNo.slice(0, -1));
    for (const [at, item] of cases.entries()) {
      const name = nameOfCase(at);
      const given = (byCase.get(name) ?? []).map((row) => rowText(row.verdict, row.refersTo, name));
      expect([item.says, ...given.toSorted()]).toEqual([item.says, ...rowsOfText(item.gives)]);
    }
    await assertAllowed(rows.map(({ verdict }) => verdict));
  },
  30_000,
);

/** The exceptions, as their cases are told from the ledger, allow what the table by hand says. */
async function assertAllowed(verdicts: readonly Verdict[]): Promise<void> {
  const exceptions = verdicts.filter(({ code }) => EXCEPTION_CODES.has(code));
  const [first] = exceptions;
  if (!first) return;
  const orderNos = [...new Set(exceptions.map(({ orderNo }) => orderNo))];
  const words = await clickHouseCaseLedger(system.client).wordsOf(first.merchantId, orderNos);
  const factsOf = new Map(words.map((word) => [`${word.orderNo} ${word.keyPart}`, word.facts]));
  for (const { orderNo, keyPart } of exceptions) {
    const facts = factsOf.get(`${orderNo} ${keyPart}`);
    if (!facts) throw new Error(`${orderNo} ${keyPart} is no case`);
    const { mode, type, kind, isPossiblyCrossDay } = facts;
    const expected = expectedFor({ mode, code: type, kind, possiblyCrossDay: isPossiblyCrossDay });
    expect([orderNo, keyPart, allowedText(untouched(facts))]).toEqual([orderNo, keyPart, expected]);
  }
}

/** The channel's lines of the next date as its bill. */
async function billNextDate(lines: readonly Entry[], merchant: Merchant): Promise<void> {
  const businessDate = addDays(CASE_DATE, 1);
  const own = lines.filter((line) => line.book === 'CHANNEL' && line.businessDate === businessDate);
  await system.writeBill(own, { book: 'CHANNEL', channel: null, businessDate }, merchant);
}
