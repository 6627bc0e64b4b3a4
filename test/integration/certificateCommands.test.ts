import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSigningKey, signerOf } from '../../adapters/files/signingKey.ts';
import { certificateCommand } from '../../cli/commands/certificate.ts';
import { proveCommand } from '../../cli/commands/prove.ts';
import { verifyCommand } from '../../cli/commands/verify.ts';
import type { CloseSystem } from './closeHarness.ts';
import { SAMPLES, startCloseSystem } from './closeHarness.ts';

const DAY = '2026-03-09';
const ORDER = 'HP20260309000036';
const OF_DAY = ['--merchant', 'H001', '--date', DAY];
const COMMANDS = { certificate: certificateCommand, prove: proveCommand, verify: verifyCommand };

let system: CloseSystem;
/** A folder without a system and without a key. */
let elsewhere: string;

beforeAll(async () => {
  system = await startCloseSystem();
  elsewhere = await mkdtemp(join(tmpdir(), 'duizhang-verify-'));
  await system.importFile(`${SAMPLES}his-20260309.csv`, 'MERCHANT');
  await system.importFile(`${SAMPLES}platform-20260309.csv`, 'PLATFORM');
  for (const name of ['wechat-all-20260309.csv', 'alipay-trade-20260309.zip', 'unionpay-20260309.zip'])
    await system.importFile(`${SAMPLES}${name}`, 'CHANNEL');
  await system.close(DAY);
}, 60_000);

afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(elsewhere, { recursive: true });
});

async function run(name: keyof typeof COMMANDS, args: readonly string[], dataDir = system.dataDir) {
  let out = '';
  const code = await COMMANDS[name].run(args, {
    stdout: (text) => void (out += text),
    stderr: () => undefined,
    env: { DUIZHANG_DATA: dataDir },
    cwd: elsewhere,
  });
  return { code, out };
}

test('the key is made for its owner alone, and the first stays', async () => {
  const path = join(system.dataDir, 'signing-key.pem');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const first = await readFile(path, 'utf8');
  makeSigningKey({}, system.dataDir);
  expect(await readFile(path, 'utf8')).toBe(first);
  const { code, out } = await run('certificate', ['public-key']);
  expect(code).toBe(0);
  expect(out).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----\n$/);
});

test('a key that every user of the machine may read is not used', async () => {
  const path = join(elsewhere, 'open.pem');
  await writeFile(path, await readFile(join(system.dataDir, 'signing-key.pem')), { mode: 0o644 });
  expect(() => signerOf(path)).toThrow(/chmod 600/);
});

test('a certificate is verified where the system runs, with its bills', async () => {
  await run('certificate', ['get', ...OF_DAY, '--out', 'certificate.json']);
  const { code, out } = await run('verify', ['certificate.json', '--bills', SAMPLES]);
  expect(out).toBe(
    `verified: certificate 1 of H001, ${DAY} THREE_WAY UNBALANCED\n` +
      '  checked      form, signature, conservation, bills, ledger, chain\n',
  );
  expect(code).toBe(0);
  expect((await run('certificate', ['get', ...OF_DAY])).out).toBe(
    await readFile(join(elsewhere, 'certificate.json'), 'utf8'),
  );
});

test('a certificate and a proof are verified anywhere with the public key alone, which says what was not looked at', async () => {
  await run('certificate', ['get', ...OF_DAY, '--out', 'certificate.json']);
  await run('certificate', ['public-key', '--out', 'key.pem']);
  await run('prove', [...OF_DAY, '--order', ORDER, '--out', 'proof.json']);
  const certificate = await run(
    'verify',
    ['certificate.json', '--public-key', 'key.pem', '--json'],
    elsewhere,
  );
  expect(certificate.code).toBe(0);
  expect(JSON.parse(certificate.out)).toMatchObject({
    verified: true,
    document: { merchantId: 'H001', businessDate: DAY, sequence: 1 },
    checked: ['form', 'signature', 'conservation'],
    notChecked: ['bills', 'ledger', 'chain'],
    findings: [],
  });
  const proof = await run('verify', ['proof.json', '--public-key', 'key.pem'], elsewhere);
  expect(proof.out).toContain(`verified: proof of order ${ORDER} by certificate 1 of H001, ${DAY}`);
  expect(proof.code).toBe(0);
});

test('what differs is named, and ends with 1', async () => {
  await run('certificate', ['get', ...OF_DAY, '--out', 'certificate.json']);
  const path = join(elsewhere, 'certificate.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"operator":"test"', '"operator":"root"'));
  const { code, out } = await run('verify', ['certificate.json']);
  expect(code).toBe(1);
  expect(out).toMatch(/^DIFFERS: certificate 1 of H001/);
  expect(out).toMatch(
    /signature: certificate\n {4}expected one that holds by the key [0-9a-f]{64}\n {4}found {4}one that does not/,
  );
  expect(out).toMatch(/run: run-1: operator\n {4}expected root\n {4}found {4}test/);
  await writeFile(path, 'not a certificate');
  expect((await run('verify', ['certificate.json'])).code).toBe(1);
});

test.each([
  ['verify', [], 'DZ_USAGE'],
  ['verify', ['none.json'], 'DZ_FILE_UNREADABLE'],
  ['verify', ['certificate.json', '--public-key', 'none.pem'], 'DZ_SIGNING_KEY_UNUSABLE'],
  ['verify', ['certificate.json', '--bills', 'none'], 'DZ_FILE_UNREADABLE'],
  ['certificate', ['get', '--merchant', 'H001', '--date', '2026-03-31'], 'DZ_CERTIFICATE_NONE'],
  ['certificate', ['get', '--merchant', 'H001', '--date', '2026-02-30'], 'DZ_BAD_DATE'],
  ['certificate', ['show'], 'DZ_USAGE'],
  ['prove', OF_DAY, 'DZ_USAGE'],
  ['prove', [...OF_DAY, '--order', 'HP0'], 'DZ_ORDER_NOT_CERTIFIED'],
] as const)('bad input is refused: %s %j', async (name, args, code) => {
  await writeFile(join(elsewhere, 'certificate.json'), '{}');
  await expect(run(name, args)).rejects.toMatchObject({ code });
});

test('without a key nothing is verified, and it is said how to get one', async () => {
  await writeFile(join(elsewhere, 'certificate.json'), '{}');
  await expect(run('verify', ['certificate.json'], elsewhere)).rejects.toThrow(/--public-key FILE/);
});
