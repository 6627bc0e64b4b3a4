import { expect, test } from 'vitest';
import { redisAddressOf } from './redisAddress.ts';

test('one Redis is named as it always was', () => {
  for (const url of ['redis://a', 'rediss://user:p%40ss@a:6380', 'redis://[::1]:7000/0'])
    expect(redisAddressOf(url)).toEqual({ kind: 'single', url });
});

test('sentinels, and the master that they watch', () => {
  expect(redisAddressOf('redis-sentinel://u:p%40ss@a:26380,b.example/mymaster')).toEqual({
    kind: 'sentinel',
    sentinels: [
      { host: 'a', port: 26_380 },
      { host: 'b.example', port: 26_379 },
    ],
    master: 'mymaster',
    login: { username: 'u', password: 'p@ss' },
    sentinelLogin: {},
    tls: false,
  });
  expect(redisAddressOf('rediss-sentinel://:p@a/m?sentinelUser=s&sentinelPassword=x%20y')).toMatchObject({
    login: { password: 'p' },
    sentinelLogin: { username: 's', password: 'x y' },
    tls: true,
  });
});

test('some nodes of a cluster, which name the others', () => {
  expect(redisAddressOf('redis-cluster://[::1]:7000,10.0.0.2')).toEqual({
    kind: 'cluster',
    nodes: [
      { host: '::1', port: 7000 },
      { host: '10.0.0.2', port: 6379 },
    ],
    login: {},
    tls: false,
  });
  expect(redisAddressOf('rediss-cluster://u:p@a/')).toMatchObject({ kind: 'cluster', tls: true });
});

test.each([
  'http://a',
  'redis-sentinel://a',
  'redis-sentinel://a/m?db=1',
  'redis-cluster://a/1',
  'redis-cluster://',
  'redis-cluster://a,',
  'redis-cluster://a:70000',
  'redis-cluster://u:%zz@a',
  'redis-cluster://u:p@s@a',
])('%s is no address of Redis', (url) => {
  expect(redisAddressOf(url)).toBeNull();
});
