import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { bulkAssign, bulkWriteOff } from '../../resolution/bulk.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { DATE, OPERATOR, line, startCaseSystem } from './resolutionHarness.ts';

let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

/** Orders whose amounts do not match, and one that may not be written off. */
async function found(
  count: number,
): Promise<{ readonly mismatches: readonly string[]; readonly other: string }> {
  const mismatches = Array.from({ length: count }, () => system.newOrderNo());
  const other = system.newOrderNo();
  await system.close.writeEvents([
    ...mismatches.flatMap((no) => [
      line('MERCHANT', no, { amountFen: 1n }),
      line('PLATFORM', no),
      line('CHANNEL', no),
    ]),
    line('PLATFORM', other),
    line('CHANNEL', other),
  ]);
  await system.close.close(DATE);
  const idOf = (orderNo: string): string => system.idOf('H001', orderNo, 'P');
  return { mismatches: mismatches.map(idOf), other: idOf(other) };
}

const key = () => ({ idempotencyKey: randomUUID(), requestHash: 'a'.repeat(64) });
const itemsOf = (ids: readonly string[]) =>
  ids.map((caseId) => ({ caseId, note: 'rounding', confirmCrossDay: false }));

test('each is written off by itself; what is refused of one keeps no other from being done', async () => {
  const { mismatches, other } = await found(3);
  const unknown = 'f'.repeat(32);
  const wish = key();
  const done = await bulkWriteOff(OPERATOR, itemsOf([...mismatches, other, unknown]), wish, system.deps);
  expect(done.map((item) => ('error' in item ? item.error.code : item.result?.state))).toEqual([
    'DONE',
    'DONE',
    'DONE',
    'DZ_ACTION_NOT_FOR_TYPE',
    'DZ_NOT_FOUND',
  ]);
  const again = await bulkWriteOff(OPERATOR, itemsOf(mismatches), wish, system.deps);
  expect(again).toEqual(done.slice(0, 3));
});

test('from the bulk sum on every one waits for a second person', async () => {
  system.rules = { ...system.rules, bulkApprovalFromFen: 25_000n };
  const { mismatches } = await found(3);
  const done = await bulkWriteOff(OPERATOR, itemsOf(mismatches), key(), system.deps);
  expect(done.map((item) => 'result' in item && item.result?.state)).toEqual(
    Array(3).fill('AWAITS_APPROVAL'),
  );
  system.rules = { ...system.rules, bulkApprovalFromFen: 50_000n };
  const few = await found(2);
  const two = await bulkWriteOff(OPERATOR, itemsOf(few.mismatches), key(), system.deps);
  expect(two.map((item) => 'result' in item && item.result?.state)).toEqual(['DONE', 'DONE']);
});

test('many are assigned, and what is settled is told', async () => {
  const { mismatches, other } = await found(1);
  await bulkWriteOff(OPERATOR, itemsOf(mismatches), key(), system.deps);
  const ids = [...mismatches, other];
  const done = await bulkAssign(OPERATOR, { ids, assignee: 'zhao', note: '' }, system.deps);
  expect(done.map((item) => ('error' in item ? item.error.code : 'done'))).toEqual([
    'DZ_ACTION_SETTLED',
    'done',
  ]);
  const rows = await system.ledger.rowsOfCase(WHOLE_LEDGER, other);
  expect(rows.at(-1)).toMatchObject({ step: 'ASSIGNED', state: { assignee: 'zhao', status: 'IN_PROGRESS' } });
});
