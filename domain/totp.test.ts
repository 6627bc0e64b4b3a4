import { expect, test } from 'vitest';
import { base32Of, otpauthUri, totpCode, totpStepOf } from './totp.ts';

const SECRET = Buffer.from('12345678901234567890');
const SECOND_MS = 1000;

/** RFC 6238, appendix B, SHA-1; of its eight digits the last six. */
test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at %d seconds the code is %s', (seconds, code) => {
  expect(totpCode(SECRET, Math.floor(seconds / 30))).toBe(code);
});

test('the code of the step before and after counts, that of two steps away does not', () => {
  const step = 37_037_036;
  const at = (steps: number): number => (step + steps) * 30 * SECOND_MS;
  const code = totpCode(SECRET, step);
  expect([-2, -1, 0, 1, 2].map((steps) => totpStepOf(code, SECRET, at(steps)))).toEqual([
    null,
    step,
    step,
    step,
    null,
  ]);
  expect(totpStepOf('', SECRET, at(0))).toBeNull();
  expect(totpStepOf(`${code}0`, SECRET, at(0))).toBeNull();
});

test('an app is set up with the secret in base 32 (RFC 4648, section 10)', () => {
  expect(base32Of(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
  expect(otpauthUri('li', SECRET)).toBe(
    'otpauth://totp/duizhang:li?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=duizhang&algorithm=SHA1&digits=6&period=30',
  );
});
