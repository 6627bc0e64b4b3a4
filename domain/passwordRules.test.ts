import { expect, test } from 'vitest';
import { passwordFault, passwordText } from './passwordRules.ts';

test.each([
  ['short', /fewer than 10/],
  ['x'.repeat(129), /more than 128/],
  ['aaaaaaaaaaaa', /different/],
  ['password2026', /"password"/],
  ['wangfang12345', /"wangfang"/],
  ['Duizhang@123', /"duizhang"/],
  ['abcdefghij12', /run/],
  ['9876543210', /run/],
])('%s is too weak', (password, why) => {
  expect(passwordFault(password, 'wangfang')).toMatch(why);
});

test.each([
  'correct horse battery',
  '对账平台要一个好密码呀',
  'u8Kq-2fWz7',
  'my password is a long sentence',
])('%s is taken', (password) => {
  expect(passwordFault(password, 'wangfang')).toBeNull();
});

test('a full-width password of an input method is the same as one that is typed without it', () => {
  expect(passwordText('\uff21\uff22\uff23\uff11\uff12\uff13')).toBe('ABC123');
});
