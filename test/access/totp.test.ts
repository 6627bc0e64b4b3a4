import { afterAll, beforeAll, expect, test } from 'vitest';
import { totpCode } from '../../domain/totp.ts';
import { changeUser } from '../../people/userChanges.ts';
import type { AccessSystem } from './accessHarness.ts';
import { startAccessSystem } from './accessHarness.ts';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
let system: AccessSystem;
let secret: Buffer;
beforeAll(async () => {
  system = await startAccessSystem();
  await system.addUser('li');
  const { out } = await system.command('totp', 'li');
  secret = secretOf(out);
});
afterAll(() => system[Symbol.asyncDispose]());

/** As an authenticator app reads it. */
function secretOf(uri: string): Buffer {
  expect(uri).toMatch(/^otpauth:\/\/totp\/duizhang:li\?secret=[A-Z2-7]{32}&issuer=duizhang&/);
  const text = new URL(uri.trim()).searchParams.get('secret') ?? '';
  const bits = Array.from(text, (char) => BASE32.indexOf(char).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

const codeIn = (steps: number): string => totpCode(secret, Math.floor(system.nowMs / STEP_MS) + steps);

test('a password without its code is refused in the words of a wrong password', async () => {
  const wrong = await system.logIn('li', { password: 'a wrong guess' });
  for (const more of [{}, { totp: '' }, { totp: '000000x' }, { totp: codeIn(2) }, { totp: codeIn(-2) }]) {
    const { status, text } = await system.logIn('li', more);
    expect({ status, text }).toEqual({ status: 401, text: wrong.text });
    await system.deps.attempts.forget('li');
  }
  expect((await system.logIn('li', { password: 'a wrong guess', totp: codeIn(0) })).text).toBe(wrong.text);
});

test('a code lets in once, also among logins at the same moment; the next one lets in again', async () => {
  const code = codeIn(0);
  const answers = await Promise.all([1, 2, 3].map(() => system.logIn('li', { totp: code })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
  system.nowMs += STEP_MS;
  expect((await system.logIn('li', { totp: code })).status).toBe(401);
  expect((await system.logIn('li', { totp: codeIn(0) })).status).toBe(200);
});

test('the clock of a phone may be a step before or behind', async () => {
  system.nowMs += 10 * STEP_MS;
  expect((await system.logIn('li', { totp: codeIn(-1) })).status).toBe(200);
  expect((await system.logIn('li', { totp: codeIn(1) })).status).toBe(200);
});

test('a code that was tried with a wrong password is not used up', async () => {
  system.nowMs += 10 * STEP_MS;
  expect((await system.logIn('li', { password: 'a wrong guess', totp: codeIn(0) })).status).toBe(401);
  expect((await system.logIn('li', { totp: codeIn(0) })).status).toBe(200);
});

test('guesses of the code are counted like those of the password', async () => {
  system.nowMs += 10 * STEP_MS;
  for (let i = 0; i < 6; i += 1) await system.logIn('li', { totp: '000000' });
  expect((await system.logIn('li', { totp: codeIn(0) })).status).toBe(401);
  await system.deps.attempts.forget('li');
  expect((await system.logIn('li', { totp: codeIn(0) })).status).toBe(200);
});

test('the ledger holds the secret sealed, for its user alone', async () => {
  const user = await system.deps.users.byId('li');
  const sealed = user?.sealedTotp ?? '';
  expect(Buffer.from(sealed, 'base64').includes(secret)).toBe(false);
  expect(system.deps.sealer.open(sealed, 'li')).toEqual(secret);
  await system.addUser('wang');
  await changeUser('wang', { sealedTotp: sealed }, 'test', system.changes);
  system.nowMs += 10 * STEP_MS;
  expect((await system.logIn('wang', { totp: codeIn(0) })).status).toBe(401);
});

test('without codes again, the password is enough', async () => {
  expect((await system.command('totp', 'li', '--off')).out).not.toMatch(/one-time/);
  expect((await system.logIn('li')).status).toBe(200);
});
