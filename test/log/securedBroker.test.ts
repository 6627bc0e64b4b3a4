import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { openLog } from '../../adapters/openLog.ts';
import type { KafkaServer } from '../../adapters/process/kafkaServer.ts';
import { makeCertificates } from './certificates.ts';
import { hasKafka, startKafka } from '../services/index.ts';

// Listeners as clusters have them: what goes through is believed only when it was also written and read.

const PASSWORD = 'correct horse';
const MODULES = 'org.apache.kafka.common.security';

function unsecuredToken(expiresInS: number): string {
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const nowS = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'none' })}.${part({ sub: 'duizhang', iat: nowS - 60, exp: nowS + expiresInS })}.`;
}

describe.runIf(hasKafka)('a broker that is secured', () => {
  let dir: string;
  let kafka: KafkaServer;
  let tokenUrl: string;
  let closeLast: () => Promise<void>;
  /** So often the provider of tokens is not well. */
  let overloaded = 0;
  const tokens = createServer((request, response) => {
    const isKnown =
      request.headers.authorization === `Basic ${Buffer.from('client:s%C3%A9cret').toString('base64')}`;
    const status = overloaded > 0 ? 503 : isKnown ? 200 : 401;
    overloaded -= 1;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? { access_token: unsecuredToken(300), expires_in: 300 } : {}));
  });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dz-secured-'));
    makeCertificates(dir);
    const secrets = {
      password: PASSWORD,
      wrong: 'battery staple',
      token: unsecuredToken(300),
      old: unsecuredToken(-30),
      secret: 'sécret',
    };
    for (const [name, text] of Object.entries(secrets))
      await writeFile(join(dir, name), text, { mode: 0o600 });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    tokenUrl = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
    const plain = `${MODULES}.plain.PlainLoginModule required user_duizhang="${PASSWORD}";`;
    const scram = `${MODULES}.scram.ScramLoginModule required;`;
    const bearer = `${MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`;
    kafka = await startKafka({
      dir,
      also: { TLS: 'SSL', MTLS: 'SSL', LOGIN: 'SASL_SSL', OPEN: 'SASL_PLAINTEXT' },
      scramUsers: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
        (mechanism) => `${mechanism}=[name=duizhang,password=${PASSWORD}]`,
      ),
      settings: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': join(dir, 'keystore.pem'),
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': join(dir, 'ca.pem'),
        'listener.name.mtls.ssl.client.auth': 'required',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        ...Object.fromEntries(
          ['login', 'open'].flatMap((name) => [
            [`listener.name.${name}.plain.sasl.jaas.config`, plain],
            [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, scram],
            [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, scram],
            [`listener.name.${name}.oauthbearer.sasl.jaas.config`, bearer],
          ]),
        ),
      },
    });
  }, 90_000);
  afterAll(async () => {
    tokens.close();
    await kafka.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Writes an event and reads it again. @returns what was told of it meanwhile */
  async function goThrough(listener: string | null, section: string, warnings: string[] = []): Promise<void> {
    const name = `log-${randomUUID().slice(0, 8)}`;
    const path = join(dir, `${name}.yaml`);
    const topics = `{ payments: ${name}.p, his-orders: ${name}.h }`;
    await writeFile(
      path,
      `merchants:
  - { id: A, name: a, channels: { WECHAT: "1" } }
log:
  partitions: 1
  kafka: { group: ${name}, create: { replication: 1 }, topics: ${topics}, session: 6s ${section.replace('TOKEN_URL', tokenUrl)} }
`,
    );
    const broker = listener === null ? kafka.broker : kafka.also[listener];
    const opened = openLog({
      url: `kafka://${broker}`,
      config: loadConfig(path),
      env: {},
      process: 'test',
      onWarning: ({ code, message }) => void (code === 'DZ_LOG_WAITS' && warnings.push(message)),
    });
    closeLast = () => opened.close();
    const producer = opened.newProducer();
    try {
      await opened.log.bounds();
      await producer.append([{ topic: 'payments', key: 'k', value: Buffer.from('an event') }]);
      const read = Promise.withResolvers<string>();
      const consumer = opened.log.consume({
        startAt: () => Promise.resolve(0),
        maxRecords: 10,
        onBatch: async ({ records }) => {
          for (const { value } of records) read.resolve(Buffer.from(value).toString());
          return { kind: 'done' };
        },
      });
      expect(await Promise.race([read.promise, consumer.done])).toBe('an event');
      await consumer.stop();
    } finally {
      await producer.close();
      await opened.close();
    }
  }

  const CA = ', tls: { caFile: ca.pem }';
  const ASKED = `${CA}, sasl: { mechanism: OAUTHBEARER, user: client, keyFile: secret, tokenUrl: 'TOKEN_URL' }`;
  const login = (mechanism: string, keyFile: string) =>
    `, sasl: { mechanism: ${mechanism}, user: duizhang, keyFile: ${keyFile} }`;

  test.each([
    ['TLS of an own authority', 'TLS', CA],
    ['TLS both ways', 'MTLS', ', tls: { caFile: ca.pem, certFile: client.pem, keyFile: client.key }'],
    ['PLAIN within TLS', 'LOGIN', CA + login('PLAIN', 'password')],
    ['SCRAM-SHA-256 within TLS', 'LOGIN', CA + login('SCRAM-SHA-256', 'password')],
    ['SCRAM-SHA-512 without TLS', 'OPEN', login('SCRAM-SHA-512', 'password')],
    ['a bearer token from a file', 'LOGIN', `${CA}, sasl: { mechanism: OAUTHBEARER, keyFile: token }`],
    ['a bearer token that is asked for', 'LOGIN', ASKED],
  ])('%s lets events through', (_, listener, section) => goThrough(listener, section), 30_000);

  test('a provider of tokens that is not well is waited for', { timeout: 30_000 }, async () => {
    overloaded = 5;
    await goThrough('LOGIN', ASKED);
    expect(overloaded).toBeLessThanOrEqual(0);
  });

  test.each([
    ['an authority that did not sign it', 'TLS', ', tls: { caFile: other-ca.pem }', /certificate/],
    ['no authority but the known ones', 'TLS', ', tls: {}', /certificate/],
    ['no certificate of its own', 'MTLS', CA, /certificate/],
    ['a wrong password for PLAIN', 'LOGIN', CA + login('PLAIN', 'wrong'), /PLAIN|[Aa]uthentication/],
    [
      'a wrong password for SCRAM-SHA-256',
      'LOGIN',
      CA + login('SCRAM-SHA-256', 'wrong'),
      /SCRAM|[Aa]uthentication/,
    ],
    [
      'a wrong password for SCRAM-SHA-512',
      'OPEN',
      login('SCRAM-SHA-512', 'wrong'),
      /SCRAM|[Aa]uthentication/,
    ],
    [
      'a token that is over',
      'LOGIN',
      `${CA}, sasl: { mechanism: OAUTHBEARER, keyFile: old }`,
      /refuses the token of log\.kafka\.sasl: .*invalid_token/,
    ],
  ])(
    '%s is refused, and the message says where to look',
    async (_, listener, section, said) => {
      const outcome = await Promise.race([
        goThrough(listener, section).catch((error: unknown) => error),
        new Promise((resolve) => setTimeout(() => resolve('still waiting'), 15_000)),
      ]);
      expect(outcome).toMatchObject({ code: 'DZ_LOG_REFUSED', message: expect.stringMatching(said) });
      expect(String(outcome)).not.toContain(PASSWORD);
    },
    30_000,
  );

  test.each([
    [
      'no login where one is wanted',
      'LOGIN',
      CA,
      /take a connection and close it: they may want TLS or a login/,
    ],
    ['TLS where there is none', null, CA, /nobody speaks TLS there \(log\.kafka\.tls\)/],
    ['no TLS where there is some', 'TLS', '', /take a connection and close it: they may want TLS or a login/],
  ])(
    '%s cannot be told from a broker that starts: it is waited for, and said after seconds',
    async (_, listener, section, said) => {
      const warnings: string[] = [];
      const ended = goThrough(listener, section, warnings).catch(() => undefined);
      await expect.poll(() => warnings, { timeout: 15_000 }).toEqual([expect.stringMatching(said)]);
      await closeLast();
      await ended;
    },
    30_000,
  );
});
