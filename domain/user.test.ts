import { expect, test } from 'vitest';
import { isUserId, reachedMerchants, userIdOf } from './user.ts';

const MERCHANTS = new Map([
  ['H001', { merchantId: 'H001', isv: 'yuntai' }],
  ['H002', { merchantId: 'H002', isv: 'other' }],
  ['H003', { merchantId: 'H003' }],
]);

test('somebody reaches the hospitals that are named and those of an ISV, as the configuration has them now', () => {
  const reached = reachedMerchants({ merchants: ['H003'], isvs: ['yuntai'] }, MERCHANTS);
  expect([...(reached ?? [])].sort()).toEqual(['H001', 'H003']);
  expect(reachedMerchants(null, MERCHANTS)).toBeNull();
});

test('whoever is of an ISV that no hospital names any more reaches none, not all', () => {
  expect(reachedMerchants({ merchants: [], isvs: ['gone'] }, MERCHANTS)).toEqual(new Set());
});

test('a name is the same in capitals and in full width', () => {
  expect(userIdOf(' \uff2ci.Na ')).toBe('li.na');
  expect(['li.na', 'a', '9x_-'].every(isUserId)).toBe(true);
  expect(['', '.a', 'Li', 'li na', 'li~na', '李', 'x'.repeat(65)].some(isUserId)).toBe(false);
});
