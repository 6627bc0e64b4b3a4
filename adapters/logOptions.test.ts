import type { BaseLogger } from 'pino';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logOptions } from './logOptions.ts';

function logged(write: (log: BaseLogger) => void): string {
  const lines: string[] = [];
  write(pino(logOptions('test'), { write: (line) => void lines.push(line) }));
  return lines.join('');
}

test.each([
  ['a header', { headers: { authorization: 'Bearer MARKER' } }],
  [
    'a request',
    { req: { method: 'GET', url: '/api/v1/orders/1?patient=MARKER&x=1', headers: { a: 'MARKER' } } },
  ],
  ['a token deep inside', { a: [{ b: { refreshToken: 'MARKER' } }] }],
  ['a code that somebody types', { verificationCode: '482913', code: 482913, said: { code: '482913' } }],
  ['an idempotency key', { idempotencyKey: 'MARKER', 'idempotency-key': 'MARKER' }],
  ['a patient', { patientName: 'MARKER', entry: { phone: 'MARKER', idCardNo: 'MARKER' }, note: 'MARKER' }],
  ['bytes', { event: Buffer.from('MARKER') }],
  [
    'the error of a client',
    { err: Object.assign(new Error('no answer'), { config: { auth: 'MARKER' }, body: 'MARKER' }) },
  ],
  ['the words of an error', { err: new Error('GET https://h.example/x?sign=MARKER failed: Bearer MARKER') }],
  [
    'the row that the ledger cannot read',
    { err: new Error("Cannot parse input: expected '\\t' before: 'MARKER\\tMARKER'") },
  ],
  ['the lines that an error shows', { err: new Error('c.yaml:3: wrong at line 3:\n\n   key: MARKER\n   ^') }],
  ['the cause of an error', { err: new Error('x', { cause: new Error('token=MARKER') }) }],
  ['a key', { text: '-----BEGIN PRIVATE KEY-----\nMARKER\n-----END PRIVATE KEY-----' }],
])('no log holds %s', (_, fields) => {
  expect(logged((log) => log.error(fields, 'it failed'))).toMatch(/it failed/);
  expect(logged((log) => log.error(fields, 'it failed'))).not.toMatch(/MARKER|482913|TUFSS0VS/);
});

test('the words of a line are cleaned, too', () => {
  expect(logged((log) => log.warn('asked https://h.example/bill?token=MARKER'))).not.toContain('MARKER');
});

test('an error without words of its own says its message cleaned', () => {
  const error = new Error('asked with token=MARKER');
  expect(logged((log) => log.error(error))).not.toContain('MARKER');
  expect(logged((log) => log.error({ err: error }))).toMatch(/token=\[removed\].*token=\[removed\]/);
});

test.each([
  'the configuration is wrong; what was read before holds',
  'a close waits: near midnight',
  'row 3 of the bill',
])('words of ours stay whole: %s', (words) => {
  expect(logged((log) => log.warn(words))).toContain(words);
});

test('what helps to mend it is kept', () => {
  const error = Object.assign(new Error('the ledger does not answer'), { code: 'ECONNREFUSED' });
  const line: unknown = JSON.parse(
    logged((log) => log.error({ err: error, merchantId: 'H001', code: 'DZ_BILL_CUT', count: 3n }, 'wrong')),
  );
  expect(line).toMatchObject({
    name: 'test',
    err: {
      type: 'Error',
      code: 'ECONNREFUSED',
      message: 'the ledger does not answer',
      stack: expect.stringMatching(/^\s+at /),
    },
    merchant: 'H001',
    code: 'DZ_BILL_CUT',
    count: '3',
    msg: 'wrong',
  });
});
