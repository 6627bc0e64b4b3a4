import { expect, test } from 'vitest';
import { refundAdvice } from './refundAdvice.ts';

test('a balance that does not suffice is advised in both languages, and says that the number stays', () => {
  const { en, zh } = refundAdvice('NOT_ENOUGH') ?? { en: '', zh: '' };
  expect(en).toMatch(/Top it up.*same number/);
  expect(zh).toMatch(/充值.*同一退款单号/);
});

test('the names that channels have for one thing have one advice', () => {
  expect(refundAdvice('SELLER_BALANCE_NOT_ENOUGH')).toEqual(refundAdvice('NOT_ENOUGH'));
  expect(refundAdvice('TRADE_OVERDUE')).toEqual(refundAdvice('REFUND_OVERDUE'));
});

test('where nobody knows, nobody is told to pay again', () => {
  for (const code of ['NO_ANSWER', 'UNVERIFIED', 'SYSTEM_ERROR', 'FUND_CHANGE_N']) {
    expect(refundAdvice(code)?.en).toMatch(/do not refund in another way/);
    expect(refundAdvice(code)?.zh).toContain('请勿以其他方式退款');
  }
});

test('a code that nobody knows has no advice', () => {
  expect(refundAdvice('SOMETHING_NEW')).toBeNull();
  expect(refundAdvice(null)).toBeNull();
});
