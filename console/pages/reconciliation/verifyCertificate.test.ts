import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../domain/canonicalJson.ts';
import type { Certificate } from '../../../domain/certificate.ts';
import { keyIdOf, signCertificate } from '../../../domain/certificate.ts';
import type { Run } from './queries.ts';
import { verifyCertificate } from './verifyCertificate.ts';

const pair = generateKeyPairSync('ed25519');
const keyId = keyIdOf(pair.publicKey);
const KEY = { keyId, pem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
const ROOT = 'a'.repeat(64);

const CERTIFICATE: Certificate = {
  form: 'duizhang-certificate/1',
  merchantId: 'H001',
  businessDate: '2026-03-09',
  mode: 'THREE_WAY',
  runId: 'r1',
  token: '1',
  operator: '王芳',
  startedAt: '2026-03-10T04:00:00.000Z',
  endedAt: '2026-03-10T04:00:01.000Z',
  outcome: 'BALANCED',
  reasons: [],
  positions: {},
  cutOffMs: 0,
  bills: [],
  books: [],
  conservation: [],
  verdicts: [],
  merkle: { root: ROOT, leaves: 0 },
  sequence: 1,
  previous: null,
};
const RUN: Run = {
  id: 'r1',
  merchantId: 'H001',
  businessDate: '2026-03-09',
  mode: 'THREE_WAY',
  outcome: 'BALANCED',
  reasons: [],
  details: {},
  operator: '王芳',
  bills: [],
  startedAt: CERTIFICATE.startedAt,
  endedAt: CERTIFICATE.endedAt,
  books: {},
  verdicts: {},
  merkleRoot: ROOT,
  provisional: false,
};

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
const signed = (change: Partial<Certificate> = {}): string =>
  canonicalJson(signCertificate({ ...CERTIFICATE, ...change }, { privateKey: pair.privateKey, keyId }));
const verify = (
  text: string,
  run: Run | null = RUN,
  key = KEY,
  subtle: SubtleCrypto | undefined = crypto.subtle,
) => verifyCertificate(bytes(text), key, run, subtle);
const statesOf = async (result: ReturnType<typeof verify>) =>
  Object.fromEntries((await result).results.map(({ check, state }) => [check, state]));

test('what was signed holds, with every check that can be made here', async () => {
  expect((await verify(signed())).state).toBe('HOLDS');
  expect(await statesOf(verify(signed()))).toEqual({
    form: 'HOLDS',
    signature: 'HOLDS',
    conservation: 'HOLDS',
    run: 'HOLDS',
  });
  // An editor's line end is no part of it.
  expect((await verify(`${signed()}\n`)).state).toBe('HOLDS');
});

test('one changed character is found, whatever it is', async () => {
  const changed = signed().replace('"operator":"王芳"', '"operator":"王方"');
  expect(await statesOf(verify(changed))).toMatchObject({ form: 'HOLDS', signature: 'FAILS' });
  expect((await verify(signed().replace(',', ', '))).state).toBe('FAILS');
  expect((await verify('{}')).results).toMatchObject([{ check: 'form', state: 'FAILS' }]);
  expect((await verify('no JSON')).state).toBe('FAILS');
  const invalid = new Uint8Array([...bytes(signed()), 0xff]);
  expect((await verifyCertificate(invalid, KEY, RUN, crypto.subtle)).state).toBe('FAILS');
});

test('sums that do not add up, and another run, are told although the signature holds', async () => {
  const short = signed({ merkle: { root: ROOT, leaves: 3 } });
  expect(await statesOf(verify(short))).toMatchObject({ signature: 'HOLDS', conservation: 'FAILS' });
  const other = await verify(signed(), { ...RUN, id: 'r2', merkleRoot: 'b'.repeat(64) });
  expect(other.state).toBe('FAILS');
  expect(other.results.at(-1)?.findings.map(({ where }) => where)).toEqual(['id', 'root of the verdicts']);
});

test('by another key, or without cryptography, nothing is claimed', async () => {
  const other = generateKeyPairSync('ed25519').publicKey;
  const key = { keyId: keyIdOf(other), pem: other.export({ type: 'spki', format: 'pem' }).toString() };
  expect((await verify(signed(), RUN, key)).state).toBe('OTHER_KEY');
  // A key that is not what it is called.
  expect((await verify(signed(), RUN, { ...key, keyId })).state).toBe('FAILS');
  expect((await verifyCertificate(bytes(signed()), KEY, RUN, undefined)).state).toBe('NO_CRYPTO');
});
