import { expect, test } from 'vitest';
import { dueFen } from './dueFen.ts';

const about = (channel: string | null, refundableFen: string, platform: string | null = null) => ({
  amounts: { channel, platform, merchant: null },
  money: { paidFen: '9000', refundedFen: '0', openFen: '0', refundableFen },
});

test('the amount of the case is offered, and no more than may still go back', () => {
  expect(dueFen(about('2500', '9000'))).toBe('2500');
  expect(dueFen(about('9000', '2500'))).toBe('2500');
  expect(dueFen(about(null, '9000', '1200'))).toBe('1200');
  expect(dueFen(about(null, '9000'))).toBe('0');
  expect(dueFen(about('2500', '0'))).toBe('0');
});
