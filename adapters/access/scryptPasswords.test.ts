import { expect, test } from 'vitest';
import { scryptPasswords } from './scryptPasswords.ts';

const CHEAP = { ln: 10, r: 8, p: 1 };
const passwords = scryptPasswords(CHEAP);

test('a password is right against its own hash only, and each hash has a salt of its own', async () => {
  const [one, two] = await Promise.all([passwords.hash('u8Kq-2fWz7'), passwords.hash('u8Kq-2fWz7')]);
  expect(one).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$/);
  expect(one).not.toBe(two);
  expect(await passwords.isRight('u8Kq-2fWz7', one)).toBe(true);
  expect(await passwords.isRight('u8Kq-2fWz7', two)).toBe(true);
  expect(await passwords.isRight('u8Kq-2fWz8', two)).toBe(false);
  expect(await passwords.isRight('u8Kq-2fWz7', null)).toBe(false);
});

test('a hash that was made at another cost is still read, and new ones are made at the cost of OWASP', async () => {
  const stored = await passwords.hash('u8Kq-2fWz7');
  const costly = scryptPasswords();
  expect(await costly.isRight('u8Kq-2fWz7', stored)).toBe(true);
  expect(await costly.hash('u8Kq-2fWz7')).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
});

test('a flood of logins takes the memory of two, not of all', async () => {
  const costly = scryptPasswords({ ln: 15, r: 8, p: 1 });
  const mostMb = { value: 0 };
  const before = process.memoryUsage().rss;
  const watch = setInterval(() => {
    mostMb.value = Math.max(mostMb.value, (process.memoryUsage().rss - before) / 1e6);
  }, 2);
  const done = await Promise.all(Array.from({ length: 24 }, (_, i) => costly.isRight(`guess ${i}`, null)));
  clearInterval(watch);
  expect(done).toEqual(Array.from({ length: 24 }, () => false));
  // 24 at once would be 800 MB, four (the threads of Node's pool) 134 MB.
  expect(mostMb.value).toBeLessThan(110);
});
