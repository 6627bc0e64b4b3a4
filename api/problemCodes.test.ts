import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DuizhangError } from '../domain/errors.ts';
import { REFUSALS } from '../domain/policy.ts';
import { problemOf } from './problem.ts';
import { PROBLEM_CODES, ZH_OF_STATUS } from './problemCodes.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['resolution/*.ts', 'adapters/redis/money/*.ts', 'adapters/sources/hdp/hdpOrders.ts'];

/** Codes as they are thrown: in quotes, not in comments. */
function codesThrown(): readonly string[] {
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  const codes = files.flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(/'(DZ_[A-Z_]+)'/g), ([, code = '']) => code),
  );
  return [...new Set([...codes, ...REFUSALS])].toSorted();
}

test('the codes of cases and money are found in their sources', () => {
  expect(codesThrown().length).toBeGreaterThan(25);
  expect(codesThrown()).toContain('DZ_REFUND_EXCEEDS');
});

test.each(codesThrown())('%s has a status that somebody has chosen', (code) => {
  expect(PROBLEM_CODES[code]?.status).toBeGreaterThanOrEqual(401);
});

test('what each kind of refusal is answered with', () => {
  const statusOf = (code: string) => PROBLEM_CODES[code]?.status;
  expect(
    [
      'DZ_NOT_FOUND',
      'DZ_FORBIDDEN',
      'DZ_ORDER_BUSY',
      'DZ_ACTION_SETTLED',
      'DZ_ACTION_NOT_FOR_TYPE',
      'DZ_MONEY_WAITS',
      'DZ_CODE_TOO_OFTEN',
      'DZ_HDP_FAILED',
      'DZ_IDEMPOTENCY_KEY_USED',
    ].map(statusOf),
  ).toEqual([404, 403, 409, 409, 422, 503, 429, 502, 422]);
});

test('every status that is used has words in Chinese, and an error brings its own', () => {
  for (const { status } of Object.values(PROBLEM_CODES)) expect(ZH_OF_STATUS[status]).toMatch(/[一-鿿]/);
  const error = new DuizhangError('DZ_ACTION_NOTE', 'a note is needed', { messageZh: '请填写备注' });
  expect(problemOf(error, 'req-1')).toEqual({
    status: 422,
    code: 'DZ_ACTION_NOTE',
    detail: 'a note is needed',
    detailZh: '请填写备注',
    field: '/note',
  });
});
