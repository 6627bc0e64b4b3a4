import { expect, test } from 'vitest';
import type { Action, CaseStanding, Need, RefusalCode } from './policy.ts';
import { ACTIONS, REFUSALS, REFUSAL_TEXTS, rulingOn, rulingsOn } from './policy.ts';

function standing(more: Partial<CaseStanding> = {}): CaseStanding {
  return {
    mode: 'THREE_WAY',
    type: 'CHANNEL_ONLY',
    kind: 'PAYMENT',
    status: 'OPEN',
    isPossiblyCrossDay: false,
    isCrossDayConfirmed: false,
    isAmountConflict: false,
    hasSelfRefund: false,
    hasExternalRefund: false,
    mayRefundOutside: false,
    hasOpenRefund: false,
    isNamedInBillError: false,
    ...more,
  };
}

function allowedOn(more: Partial<CaseStanding>): string {
  return rulingsOn(standing(more))
    .flatMap((ruling) => (ruling.allowed ? [ruling.action] : []))
    .join(' ');
}

test('what the table has no row for allows nothing', () => {
  expect(allowedOn({ mode: 'TWO_WAY', type: 'MERCHANT_ONLY' })).toBe('');
  expect(allowedOn({ type: 'DUPLICATE', kind: 'REFUND' })).toBe('');
  expect(allowedOn({ type: 'MATCHED' })).toBe('');
});

const NEEDED: readonly (readonly [string, Action, Partial<CaseStanding>, readonly Need[]])[] = [
  ['a refund', 'REFUND', {}, ['VERIFICATION_CODE', 'NOTE']],
  [
    'a refund near midnight',
    'REFUND',
    { isPossiblyCrossDay: true },
    ['VERIFICATION_CODE', 'NOTE', 'HIS_ABSENT', 'ADJACENT_DAY_CLOSED'],
  ],
  [
    'a refund in realtime',
    'REFUND',
    { mode: 'REALTIME', type: 'PLATFORM_ONLY' },
    ['VERIFICATION_CODE', 'NOTE', 'HIS_ABSENT'],
  ],
  [
    'a refund where the books disagree on the amount',
    'REFUND',
    { isAmountConflict: true },
    ['VERIFICATION_CODE', 'NOTE', 'APPROVAL'],
  ],
  [
    'a write-off near midnight',
    'WRITE_OFF',
    { type: 'MERCHANT_ONLY', isPossiblyCrossDay: true },
    ['NOTE', 'CONFIRM_CROSS_DAY'],
  ],
  [
    'a write-off after a refund near midnight',
    'WRITE_OFF',
    { isPossiblyCrossDay: true, hasExternalRefund: true },
    ['NOTE'],
  ],
  ['a write-off of a mismatch', 'WRITE_OFF', { type: 'AMOUNT_MISMATCH' }, ['NOTE']],
  ['a supplement', 'SUPPLEMENT', { type: 'MERCHANT_ONLY' }, ['METHOD', 'NOTE']],
  [
    'a supplement near midnight',
    'SUPPLEMENT',
    { type: 'MERCHANT_ONLY', isPossiblyCrossDay: true },
    ['METHOD', 'NOTE', 'CONFIRM_NOT_CROSS_DAY'],
  ],
  ['a self refund', 'SELF_REFUND', { type: 'MERCHANT_ONLY', kind: 'REFUND' }, ['VERIFICATION_CODE', 'NOTE']],
  [
    'a self refund near midnight',
    'SELF_REFUND',
    { type: 'MERCHANT_ONLY', kind: 'REFUND', isPossiblyCrossDay: true },
    ['VERIFICATION_CODE', 'NOTE', 'ADJACENT_DAY_CLOSED'],
  ],
  [
    'an external refund',
    'EXTERNAL_REFUND',
    { type: 'PLATFORM_ONLY', kind: 'REFUND' },
    ['CHANNEL_REFUND_NO', 'NOTE'],
  ],
];

test.each(NEEDED)('%s needs what the rules say', (_, action, more, needs) => {
  expect(rulingOn(action, standing(more))).toEqual({ action, allowed: true, needs });
});

const REFUSED: readonly (readonly [string, Action, Partial<CaseStanding>, RefusalCode])[] = [
  ['a resolved case', 'REFUND', { status: 'RESOLVED' }, 'DZ_ACTION_SETTLED'],
  ['a healed case', 'WRITE_OFF', { type: 'AMOUNT_MISMATCH', status: 'HEALED' }, 'DZ_ACTION_SETTLED'],
  ['a case that waits for approval', 'REFUND', { status: 'PENDING_APPROVAL' }, 'DZ_ACTION_AWAITS_APPROVAL'],
  [
    'an order with a refund under way',
    'WRITE_OFF',
    { type: 'AMOUNT_MISMATCH', hasOpenRefund: true },
    'DZ_ACTION_UNFINISHED',
  ],
  ['another type', 'SUPPLEMENT', {}, 'DZ_ACTION_NOT_FOR_TYPE'],
  [
    'a write-off before the self refund',
    'WRITE_OFF',
    { type: 'MERCHANT_ONLY', kind: 'REFUND' },
    'DZ_ACTION_NEEDS_REFUND_FIRST',
  ],
  ['a refund of what is cross-day', 'REFUND', { isCrossDayConfirmed: true }, 'DZ_ACTION_CROSS_DAY'],
  [
    'a supplement of what is cross-day',
    'SUPPLEMENT',
    { type: 'MERCHANT_ONLY', isCrossDayConfirmed: true },
    'DZ_ACTION_CROSS_DAY',
  ],
  ['a write-off of what is not cross-day', 'WRITE_OFF', { type: 'MERCHANT_ONLY' }, 'DZ_ACTION_NOT_CROSS_DAY'],
  ['an order in rows that could not be read', 'REFUND', { isNamedInBillError: true }, 'DZ_ACTION_BILL_ERROR'],
];

test.each(REFUSED)('%s is refused', (_, action, more, code) => {
  expect(rulingOn(action, standing(more))).toEqual({ action, allowed: false, code });
});

test('a refund that the gateway refused for good opens the external refund, and that the write-off', () => {
  const refused = { mayRefundOutside: true };
  expect(rulingOn('EXTERNAL_REFUND', standing(refused)).allowed).toBe(true);
  expect(rulingOn('WRITE_OFF', standing(refused))).toMatchObject({ code: 'DZ_ACTION_NEEDS_REFUND_FIRST' });
  expect(rulingOn('WRITE_OFF', standing({ ...refused, hasExternalRefund: true })).allowed).toBe(true);
});

test('every action is ruled on, and every refusal is said in both languages', () => {
  expect(rulingsOn(standing()).map(({ action }) => action)).toEqual(ACTIONS);
  for (const code of REFUSALS) {
    expect(REFUSAL_TEXTS[code].en).not.toBe('');
    expect(REFUSAL_TEXTS[code].zh).toMatch(/\p{Script=Han}/u);
  }
});
