import { expect, test } from 'vitest';
import { auditUrlOf } from './processEnv.ts';

test('the heads of the audit trail lie where they are said to, else in the Redis of the log', () => {
  const log = { DUIZHANG_LOG_URL: 'rediss://log:6379' };
  const audit = { DUIZHANG_AUDIT_URL: 'redis://audit:6379' };
  expect(auditUrlOf(log)).toBe('rediss://log:6379');
  expect(auditUrlOf({ ...log, ...audit })).toBe('redis://audit:6379');
  expect(auditUrlOf({ DUIZHANG_LOG_URL: 'kafka://k:9092', ...audit })).toBe('redis://audit:6379');
});

test('a log in Kafka is no place for them', () => {
  const kafka = { DUIZHANG_LOG_URL: 'kafka://k:9092' };
  expect(() => auditUrlOf(kafka)).toThrow(/DUIZHANG_AUDIT_URL is not set/);
  expect(() => auditUrlOf({ ...kafka, DUIZHANG_AUDIT_URL: 'kafka://k:9092' })).toThrow(
    /DUIZHANG_AUDIT_URL is "kafka/,
  );
});
