import { expect, test } from 'vitest';
import { auditUrlOf, processEnvOf } from './processEnv.ts';

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
    /DUIZHANG_AUDIT_URL is no address of Redis/,
  );
});

function envWith(more: NodeJS.ProcessEnv): ReturnType<typeof processEnvOf> {
  const env = {
    DUIZHANG_CONFIG: new URL('../../duizhang.config.yaml', import.meta.url).pathname,
    DUIZHANG_DATA: '/nowhere',
    DUIZHANG_LOG_URL: 'redis://log',
    DUIZHANG_WINDOW_URL: 'redis://window',
    DUIZHANG_CLICKHOUSE_URL: 'http://ledger:8123',
    ...more,
  };
  return processEnvOf(env, { onLoaded: () => undefined, onRefused: () => undefined });
}

test.each(['redis-sentinel://u:p@a,b:26380/mymaster', 'rediss-cluster://a:6379,b:6379'])(
  'the window and the heads of the audit trail may lie at %s, the log may not',
  (url) => {
    expect(envWith({ DUIZHANG_WINDOW_URL: url, DUIZHANG_AUDIT_URL: url })).toMatchObject({
      windowUrl: url,
      auditUrl: url,
    });
    expect(() => envWith({ DUIZHANG_LOG_URL: url })).toThrow(/DUIZHANG_LOG_URL: .*one Redis or in Kafka/);
  },
);

test('a wrong address is refused without its password being repeated', () => {
  const url = 'redis-cluster://u:secret@a:6379/1';
  expect(() => envWith({ DUIZHANG_WINDOW_URL: url })).toThrow(
    expect.objectContaining({
      code: 'DZ_CONFIG_INVALID',
      message: expect.not.stringContaining('secret'),
    }),
  );
});
