import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../config/loadConfig.ts';
import { checkSecrets } from '../sources/checkSecrets.ts';
import type { KafkaSettings } from './kafkaSettings.ts';
import { oauthTokens } from './oauthTokens.ts';
import { brokersOf, kafkaSettingsOf, loginOf, registryOf, wrongLogUrl } from './settingsOfConfig.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-kafka-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
writeFileSync(join(dir, 'password'), 'correct horse\n', { mode: 0o600 });
writeFileSync(join(dir, 'ca.pem'), 'an authority\n');

function load(kafka: string) {
  const path = join(dir, 'c.yaml');
  writeFileSync(
    path,
    `merchants:\n  - { id: A, name: a, channels: { WECHAT: "1" } }\nlog:\n  kafka: ${kafka}\n`,
  );
  return loadConfig(path);
}

test('an address may log in by SCRAM; what the configuration says beside it is refused, and no complaint tells the password', () => {
  const url = 'kafka://du:s%40ge@a:9092';
  expect(brokersOf(url)).toEqual(['a:9092']);
  expect(loginOf(url)).toEqual({ user: 'du', password: 's@ge' });
  expect(loginOf('kafka://a:9092')).toBeNull();
  const plan = {
    brokers: ['a:9092'],
    login: loginOf(url),
    partitions: 8,
    env: {},
    clientId: 'duizhang-test',
  };
  const sasl = { mechanism: 'scram-sha-512', username: 'du', password: 's@ge' };
  expect(kafkaSettingsOf({ ...plan, config: null }).sasl).toEqual(sasl);
  expect(kafkaSettingsOf({ ...plan, config: load('{ group: g }').log.kafka }).sasl).toEqual(sasl);
  const both = load('{ sasl: { mechanism: SCRAM-SHA-256, user: x, keyFile: password } }').log.kafka;
  expect(() => kafkaSettingsOf({ ...plan, config: both })).toThrow(/say it in one place/);
  expect(wrongLogUrl('DUIZHANG_LOG_URL', 'kafka://du:secret@a').message).not.toContain('secret');
});

function settings(kafka: string, brokers: readonly string[], env: NodeJS.ProcessEnv = {}): KafkaSettings {
  const config = load(kafka).log.kafka;
  return kafkaSettingsOf({ brokers, config, partitions: 8, env, clientId: 'duizhang-test' });
}

test('an address names one broker or several, and nothing else', () => {
  expect(brokersOf('kafka://a:9092')).toEqual(['a:9092']);
  expect(brokersOf('kafka://a.example.cn:9092,10.0.0.2:9093')).toEqual([
    'a.example.cn:9092',
    '10.0.0.2:9093',
  ]);
  for (const other of ['redis://a:6379', 'kafka://a', 'kafka://user@a:9092', 'kafka://a:9092,']) {
    expect(brokersOf(other)).toBeNull();
  }
});

test('secrets come from where they are named, and topics are made only when that is said', () => {
  const sasl = '{ mechanism: SCRAM-SHA-512, user: u, keyFile: password }';
  const said = settings(`{ tls: { caFile: ca.pem }, sasl: ${sasl}, topics: { payments: p } }`, ['k:9092']);
  expect(said).toMatchObject({
    tls: { ca: 'an authority' },
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'correct horse' },
    topicNames: { payments: 'p', 'his-orders': 'his-orders' },
    create: null,
  });
  expect(settings('{ create: { replication: 2, retention: 20d } }', ['k:9092']).create).toEqual({
    partitions: { payments: 8, 'his-orders': 8 },
    replication: 2,
    retentionMs: 20 * 86_400_000,
  });
});

test('a password is not sent in the clear over a network', () => {
  const plain = '{ sasl: { mechanism: PLAIN, user: u, keyEnv: PW } }';
  expect(() => settings(plain, ['k:9092'], { PW: 'x' })).toThrow(/log\.kafka\.sasl: PLAIN sends its secret/);
  expect(settings(plain, ['127.0.0.1:9092'], { PW: 'x' }).sasl).toMatchObject({ password: 'x' });
});

test('nor that of a schema registry, whose address may stand in the environment', () => {
  const { kafka } = load('{ registry: { user: u, keyFile: password } }').log;
  expect(registryOf(kafka, {})).toBeNull();
  const at = (url: string) => registryOf(kafka, { DUIZHANG_SCHEMA_REGISTRY_URL: url });
  expect(() => at('http://registry:8081')).toThrow(
    /log\.kafka\.registry: the password would be sent as it is/,
  );
  expect(() => at('registry:8081')).toThrow(/DUIZHANG_SCHEMA_REGISTRY_URL is "registry:8081"/);
  expect(at('https://registry:8081')).toMatchObject({ url: 'https://registry:8081', login: { user: 'u' } });
  expect(registryOf(null, { DUIZHANG_SCHEMA_REGISTRY_URL: 'http://registry:8081' })).toMatchObject({
    login: null,
  });
});

test.each([
  ['{ sasl: { mechanism: PLAIN, keyFile: password } }', /log\.kafka\.sasl: lacks user/],
  ['{ sasl: { mechanism: PLAIN, user: u } }', /log\.kafka\.sasl: name its key with keyFile or keyEnv/],
  ['{ registry: { user: u } }', /log\.kafka\.registry: name its key with keyFile or keyEnv/],
  ['{ registry: { keyFile: password } }', /log\.kafka\.registry: lacks user/],
  ['{ topics: { payments: p, alerts: p } }', /log\.kafka\.topics: two of them have one name/],
  ['{ outputs: false, topics: { alerts: a } }', /log\.kafka\.topics: verdicts and alerts are not written/],
  ['{ sasl: { mechanism: GSSAPI, user: u, keyFile: password } }', /must be one of PLAIN, SCRAM-SHA-256/],
  ['{ sasl: { mechanism: PLAIN, user: u, keyFile: p, tokenUrl: "http://a" } }', /are of OAUTHBEARER alone/],
  ['{ tls: { certFile: c } }', /log\.kafka\.tls: name certFile and keyFile/],
])('%s is refused where it stands', (kafka, message) => {
  expect(() => load(kafka)).toThrow(message);
});

test('config check reads the password of the cluster', () => {
  const config = load('{ sasl: { mechanism: PLAIN, user: u, keyEnv: KAFKA_PASSWORD } }');
  expect(checkSecrets(config, {}).errors.join()).toMatch(/log\.kafka\.sasl: .*KAFKA_PASSWORD is not set/);
  expect(checkSecrets(config, { KAFKA_PASSWORD: 'x' }).errors).toEqual([]);
});

test('a token is used until shortly before it ends, and a refusal is told', async () => {
  const asked: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    asked.push(String(request.headers.authorization));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: `token ${asked.length}`, expires_in: 100 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let nowMs = 0;
  const tokenUrl = `http://127.0.0.1:${port}/token`;
  const token = oauthTokens({ tokenUrl, clientId: 'c', secret: () => 's', scope: 'kafka' }, () => nowMs);
  expect((await token()).value).toBe('token 1');
  nowMs = 69_999;
  expect((await token()).value).toBe('token 1');
  nowMs = 70_000;
  expect((await token()).value).toBe('token 2');
  expect(asked[0]).toBe(`Basic ${Buffer.from('c:s').toString('base64')}`);
  [status, nowMs] = [401, 200_000];
  await expect(token()).rejects.toThrow(expect.objectContaining({ code: 'DZ_LOG_NO_TOKEN' }));
  server.close();
});
