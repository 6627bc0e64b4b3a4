import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { scryptPasswords } from '../../adapters/access/scryptPasswords.ts';
import { loginPlaces } from '../../people/places.ts';
import { changeUser, enableUser } from '../../people/userChanges.ts';
import type { AccessSystem, Answer } from './accessHarness.ts';
import { PASSWORD, startAccessSystem } from './accessHarness.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** DUIZHANG_GUESSES=100000 for the whole attack, in some minutes. */
const GUESSES = Number(process.env['DUIZHANG_GUESSES'] ?? '300');
/** 5 at once, six while the delay grows, then one in a quarter of an hour. */
const MOST_LET_THROUGH = 5 + 6 + 96;

let system: AccessSystem;
let users = 0;
let user = '';
let addresses = 0;

beforeAll(async () => {
  system = await startAccessSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  users += 1;
  user = `user${users}`;
  await system.addUser(user);
});

/** Everything that a caller can tell refusals apart by. */
function told({ status, text }: Answer): string {
  return `${status} ${text}`;
}

function newAddress(): string {
  addresses += 1;
  return `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

const guess = (more: object = {}) =>
  system.logIn(user, { password: 'a wrong guess', from: newAddress(), ...more });
const right = (more: object = {}) => system.logIn(user, { from: newAddress(), ...more });

/** How many attempts were let through to the password since the last success. */
async function letThrough(key: 'user' | 'address'): Promise<number> {
  const keys = await system.close.redis.keys(`dz:login-${key}:*`);
  const counts = await Promise.all(keys.map((each) => system.close.redis.hget(each, 'failed')));
  return Math.max(0, ...counts.map(Number));
}

async function forgetAttempts(): Promise<void> {
  const keys = await system.close.redis.keys('dz:login-*');
  if (keys.length > 0) await system.close.redis.del(...keys);
}

test('after five wrong passwords the right one is refused in the same words, until some time has passed', async () => {
  const words = told(await guess());
  for (let i = 0; i < 3; i += 1) await guess();
  expect((await right()).status).toBe(200);
  for (let i = 0; i < 6; i += 1) expect(told(await guess())).toBe(words);
  expect(told(await right())).toBe(words);
  system.nowMs += 29 * SECOND_MS;
  expect(told(await right())).toBe(words);
  system.nowMs += SECOND_MS;
  expect((await right()).status).toBe(200);
  // From here on the count begins anew.
  for (let i = 0; i < 5; i += 1) await guess();
  expect((await right()).status).toBe(200);
});

test('the wait is doubled with each further failure, up to a quarter of an hour', async () => {
  await forgetAttempts();
  for (let i = 0; i < 5; i += 1) await guess();
  const waits: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    expect(await system.deps.attempts.take(user, newAddress())).toBe(true);
    const before = system.nowMs;
    const [key = ''] = await system.close.redis.keys('dz:login-user:*');
    const waited = Number(await system.close.redis.hget(key, 'until')) - before;
    system.nowMs = before + waited - 1;
    expect(await system.deps.attempts.take(user, newAddress())).toBe(false);
    system.nowMs = before + waited;
    waits.push(waited / SECOND_MS);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
  await forgetAttempts();
});

test('of many attempts at the same moment no more are let through than one after the other', async () => {
  const takes = Array.from({ length: 300 }, () => system.deps.attempts.take(user, newAddress()));
  expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(6);
  await forgetAttempts();
});

test('an address waits after twenty failures, whoever it tries; others do not wait for it', async () => {
  const from = '203.0.113.7';
  const words = told(await system.logIn('somebody', { from, password: 'a wrong guess' }));
  for (let i = 1; i < 21; i += 1) await system.logIn(`name${i}`, { from, password: 'a wrong guess' });
  expect(told(await right({ from }))).toBe(words);
  expect(told(await right({ from: '::ffff:203.0.113.7' }))).toBe(words);
  // What it goes on trying does not lock anybody out.
  for (let i = 0; i < 20; i += 1) await guess({ from });
  expect((await right()).status).toBe(200);
  system.nowMs += 30 * SECOND_MS;
  expect((await right({ from })).status).toBe(200);
  await forgetAttempts();
});

test('an IPv6 caller is counted by its network, not by each of its addresses', async () => {
  for (let i = 0; i < 21; i += 1) {
    await system.logIn(`name${i}`, { from: `2001:db8::${i.toString(16)}`, password: 'a wrong guess' });
  }
  expect((await right({ from: '2001:db8::ffff' })).status).toBe(401);
  expect((await right({ from: '2001:db8:0:1::1' })).status).toBe(200);
  await forgetAttempts();
});

test('whoever has an account does not wash their guesses with it', async () => {
  const from = '198.51.100.9';
  for (let i = 0; i < 21; i += 1) {
    await system.logIn(`name${i}`, { from, password: 'a wrong guess' });
    if (i < 20) expect((await right({ from })).status).toBe(200);
  }
  expect((await right({ from })).status).toBe(401);
  await forgetAttempts();
});

test('an administrator ends a lock-out by enabling the user', async () => {
  for (let i = 0; i < 8; i += 1) await guess();
  expect((await right()).status).toBe(401);
  await enableUser(user, 'test', system.changes);
  expect((await right()).status).toBe(200);
});

test(`of ${GUESSES} guesses in a day, each from another address, a hundred get through to the password`, async () => {
  const words = told(await guess());
  for (let i = 0; i < GUESSES; i += 1) {
    system.nowMs += DAY_MS / GUESSES;
    expect(told(await guess({ password: `guess number ${i}` }))).toBe(words);
  }
  const through = await letThrough('user');
  expect(through).toBeLessThanOrEqual(MOST_LET_THROUGH);
  // They were guesses, and not refused for something else.
  expect(through).toBeGreaterThan(50);
  expect(told(await right())).toBe(words);
  system.nowMs += 15 * MINUTE_MS;
  expect((await right()).status).toBe(200);
  await forgetAttempts();
}, 3_600_000);

test(`of ${GUESSES} guesses in a day from one address, each at another name, about as few get through`, async () => {
  for (let i = 0; i < GUESSES; i += 1) {
    system.nowMs += DAY_MS / GUESSES;
    await system.logIn(`name${i}`, { from: '203.0.113.8', password: 'password2026' });
  }
  const through = await letThrough('address');
  expect(through).toBeLessThanOrEqual(20 + MOST_LET_THROUGH);
  expect(through).toBeGreaterThan(50);
  await forgetAttempts();
}, 3_600_000);

test('a flood is refused before anything is looked at, and whoever is in is answered', async () => {
  const app = await system.appWith({ places: loginPlaces(2) });
  const answers = await Promise.all(Array.from({ length: 12 }, () => right({ app })));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
  const busy = answers.filter(({ status }) => status === 503);
  expect(busy.length).toBeGreaterThan(0);
  expect(busy.map(({ said }) => said.code)).toEqual(busy.map(() => 'DZ_LOGIN_BUSY'));
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
  // Refused for want of a place, nothing was counted against anybody.
  expect((await right({ app })).status).toBe(200);
});

test('a name that nobody has, a wrong password, a disabled and a locked-out user are told alike in words and time', async () => {
  const passwords = scryptPasswords({ ln: 14, r: 8, p: 1 });
  const slow = await system.appWith({ passwords });
  const stored = await passwords.hash(PASSWORD);
  const names = ['wrong', 'disabled', 'locked'].map((kind) => `${kind}.${user}`);
  for (const name of names) {
    await system.addUser(name);
    const disabled = name.startsWith('disabled');
    await changeUser(name, { passwordHash: stored, disabled }, 'test', system.changes);
  }
  const [wrong = '', disabled = '', locked = ''] = names;
  for (let i = 0; i < 6; i += 1)
    await system.logIn(locked, { password: 'a wrong guess', from: newAddress() });
  const kinds: Readonly<Record<string, (i: number) => Promise<Answer>>> = {
    unknown: (i) => system.logIn(`ghost${i}`, { app: slow, from: newAddress() }),
    impossible: () => system.logIn('no such name!', { app: slow, from: newAddress() }),
    wrong: () => system.logIn(wrong, { app: slow, from: newAddress(), password: 'a wrong guess' }),
    disabled: () => system.logIn(disabled, { app: slow, from: newAddress() }),
    locked: () => system.logIn(locked, { app: slow, from: newAddress() }),
  };
  const words = new Set<string>();
  const times = new Map<string, number[]>();
  // In turn, so that what else this machine does falls on all of them.
  for (let i = 0; i < 11; i += 1) {
    for (const [kind, attempt] of Object.entries(kinds)) {
      const began = performance.now();
      words.add(told(await attempt(i)));
      times.set(kind, [...(times.get(kind) ?? []), performance.now() - began]);
    }
    await system.deps.attempts.forget(wrong);
    await system.deps.attempts.forget(disabled);
  }
  expect([...words]).toHaveLength(1);
  // The shortest of each: a busy machine only adds. Without the work of a hash one would be ten times as short.
  const shortest = [...times.values()].map((each) => Math.min(...each));
  expect(Math.max(...shortest) / Math.min(...shortest)).toBeLessThan(2);
});
