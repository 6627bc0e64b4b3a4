import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REFUSALS } from '../../domain/policy.ts';
import { approve } from '../../resolution/approvals.ts';
import { bulkWriteOff } from '../../resolution/bulk.ts';
import { DecisionFiles, said, saidByOrder } from './decisionFiles.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { APPROVER, OPERATOR, startCaseSystem } from './resolutionHarness.ts';

// What many decisions together, and assignments, are subject to.

let system: CaseSystem;
let files: DecisionFiles;

beforeAll(async () => {
  system = await startCaseSystem();
  files = new DecisionFiles(system);
});
afterAll(() => system[Symbol.asyncDispose]());

const WRITE_OFF = { action: '平账', note: '已与收费处核对' };

describe('from the bulk sum on', () => {
  test('every row waits for a second person, foreseen and in fact; one fen below none does', async () => {
    const [a = '', b = '', c = ''] = await files.exceptions(
      ['AMOUNT_MISMATCH', 'PAYMENT'],
      ['AMOUNT_MISMATCH', 'PAYMENT'],
      ['MERCHANT_ONLY', 'PAYMENT'],
    );
    const rules = system.rules;
    const bytes = await files.filled({
      [a]: WRITE_OFF,
      [b]: WRITE_OFF,
      [c]: { action: '补差', note: '补缴', method: '转账' },
    });
    try {
      const [row] = await files.import(bytes, { isDryRun: true });
      const stakeFen =
        row?.outcome.state === 'FORESEEN' && row.outcome.foreseen.state !== 'ANSWERED'
          ? (row.outcome.foreseen.amountFen ?? 0n)
          : 0n;
      expect(stakeFen).toBeGreaterThan(0n);
      // Two write-offs; what a supplement is about does not count.
      system.rules = { ...rules, bulkApprovalFromFen: 2n * stakeFen + 1n };
      const below = await files.import(bytes, { isDryRun: true });
      expect(below.map(said)).toEqual(['WOULD_BE_DONE', 'WOULD_BE_DONE', 'WOULD_BE_DONE']);
      system.rules = { ...rules, bulkApprovalFromFen: 2n * stakeFen };
      const at = await files.import(bytes, { isDryRun: true });
      expect(at.map(said)).toEqual(Array.from({ length: 3 }, () => 'WOULD_AWAIT_APPROVAL'));
      const asked = await files.import(bytes);
      expect(asked.map(said)).toEqual(Array.from({ length: 3 }, () => 'AWAITS_APPROVAL'));
      const [first] = asked;
      if (first?.outcome.state !== 'ACTED') throw new Error('it was not asked for');
      const { actionId } = first.outcome.result;
      const agreed = await approve(APPROVER, { actionId, note: '同意' }, system.deps);
      expect(agreed).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });
      expect((await files.import(bytes)).map(said)).toEqual(asked.map(said));
    } finally {
      system.rules = rules;
    }
  });

  test('a bulk write-off over the API keeps the same rule', async () => {
    const orders = await files.exceptions(['AMOUNT_MISMATCH', 'PAYMENT'], ['AMOUNT_MISMATCH', 'PAYMENT']);
    const rules = system.rules;
    const items = orders.map((orderNo) => ({
      caseId: system.idOf('H001', orderNo, 'P'),
      note: '核对',
      confirmCrossDay: false,
    }));
    const key = { idempotencyKey: randomUUID(), requestHash: 'b'.repeat(64) };
    try {
      system.rules = { ...rules, bulkApprovalFromFen: 1n };
      const unknown = { caseId: '0'.repeat(32), note: '核对', confirmCrossDay: false };
      const results = await bulkWriteOff(OPERATOR, [...items, unknown], key, system.deps);
      const told = results.map((one) => ('result' in one ? one.result?.state : one.error.code));
      expect(told).toEqual(['AWAITS_APPROVAL', 'AWAITS_APPROVAL', 'DZ_NOT_FOUND']);
      const elsewhere = { ...OPERATOR, merchants: new Set(['H002']) };
      const [hidden] = await bulkWriteOff(elsewhere, items, key, system.deps);
      expect(hidden).toMatchObject({ error: { code: 'DZ_NOT_FOUND' } });
    } finally {
      system.rules = rules;
    }
  });
});

describe('assignments', () => {
  test('give a case to somebody once', async () => {
    const [open = '', settled = ''] = await files.exceptions(
      ['AMOUNT_MISMATCH', 'PAYMENT'],
      ['AMOUNT_MISMATCH', 'PAYMENT'],
    );
    await files.import(await files.filled({ [settled]: WRITE_OFF }));
    const to = { action: '指派', note: '请跟进', assignee: '陈会计' };
    const bytes = await files.filled({ [open]: to, [settled]: to });
    expect(saidByOrder(await files.import(bytes, { isDryRun: true }))).toEqual({
      [open]: 'WOULD_BE_ASSIGNED',
      [settled]: REFUSALS[0],
    });
    expect((await system.caseOf(open))?.assignee ?? null).toBeNull();
    const expected = { [open]: 'ASSIGNED', [settled]: REFUSALS[0] };
    expect(saidByOrder(await files.import(bytes))).toEqual(expected);
    expect(await system.caseOf(open)).toMatchObject({ assignee: '陈会计', status: 'IN_PROGRESS' });
    const rows = await files.actionRows();
    expect(saidByOrder(await files.import(bytes))).toEqual(expected);
    expect(await files.actionRows()).toBe(rows);
  });
});
