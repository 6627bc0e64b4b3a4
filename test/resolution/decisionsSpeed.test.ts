import { afterAll, beforeAll, expect, test } from 'vitest';
import { DecisionFiles, said } from './decisionFiles.ts';
import { exceptionLines } from './exceptionLines.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, startCaseSystem } from './resolutionHarness.ts';

const ROWS = 2000;
/** A person waits for it. One row after the other takes twenty minutes on a busy machine. */
const WITHIN_MS = 120_000;

let system: CaseSystem;
let files: DecisionFiles;

beforeAll(async () => {
  system = await startCaseSystem();
  files = new DecisionFiles(system);
});
afterAll(() => system[Symbol.asyncDispose]());

test('a file of 2,000 decisions is foreseen, carried out and known again while somebody waits', async () => {
  const orders = Array.from({ length: ROWS }, () => system.newOrderNo());
  await system.close.writeEvents(
    orders.flatMap((orderNo) =>
      exceptionLines({ mode: 'THREE_WAY', type: 'AMOUNT_MISMATCH', kind: 'PAYMENT' }, orderNo),
    ),
  );
  await system.close.close(DATE);
  system.rules = { ...system.rules, bulkApprovalFromFen: null };
  const decided = { action: '平账', note: '已核对' };
  const bytes = await files.filled(Object.fromEntries(orders.map((orderNo) => [orderNo, decided])));
  const beganAt = performance.now();
  const before = await files.actionRows();
  const foreseen = await files.import(bytes, { isDryRun: true });
  expect(foreseen.map(said)).toEqual(orders.map(() => 'WOULD_BE_DONE'));
  expect(await files.actionRows()).toBe(before);
  const done = await files.import(bytes);
  expect(done.map(said)).toEqual(orders.map(() => 'DONE'));
  // Each case is opened and written off, by one chain of its own.
  expect(await files.actionRows()).toBe(before + 2 * ROWS);
  for (const orderNo of [orders[0] ?? '', orders.at(-1) ?? '']) {
    expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'WRITE_OFF' });
  }
  expect((await files.import(bytes)).map(({ outcome }) => outcome)).toEqual(
    done.map(({ outcome }) => outcome),
  );
  expect(performance.now() - beganAt).toBeLessThan(WITHIN_MS);
}, 240_000);
