import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeSessionKey, readSessionKeys, sealerOf, sessionKeyPath } from './sessionKey.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-session-key-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const line = (): string => `${randomBytes(32).toString('base64')}\n`;

test('the data folder gets a key that its owner alone may read, and keeps it', () => {
  makeSessionKey({}, dir);
  const path = sessionKeyPath({}, dir);
  const text = readFileSync(path, 'utf8');
  makeSessionKey({}, dir);
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readSessionKeys(path)).toHaveLength(1);
});

test('a key that others may read, that is short or not there is refused', () => {
  const path = join(dir, 'bad');
  expect(() => readSessionKeys(path)).toThrow(/not there/);
  writeFileSync(path, line(), { mode: 0o600 });
  chmodSync(path, 0o644);
  expect(() => readSessionKeys(path)).toThrow(/chmod 600/);
  chmodSync(path, 0o600);
  for (const text of ['', 'c2hvcnQ=\n', `${line()}c2hvcnQ=\n`]) {
    writeFileSync(path, text);
    expect(() => readSessionKeys(path)).toThrow(/32 bytes/);
  }
});

test('what was sealed opens for whom it was sealed, also after a new key was put above the old one', () => {
  const path = join(dir, 'turned');
  const old = line();
  writeFileSync(path, old, { mode: 0o600 });
  const secret = randomBytes(20);
  const sealed = sealerOf(readSessionKeys(path)).seal(secret, 'li');
  writeFileSync(path, line() + old);
  const turned = sealerOf(readSessionKeys(path));
  expect(turned.open(sealed, 'li')).toEqual(secret);
  expect(turned.open(sealed, 'wang')).toBeNull();
  expect(turned.open('', 'li')).toBeNull();
  const bytes = Buffer.from(sealed, 'base64');
  bytes.writeUInt8(bytes.readUInt8(14) ^ 1, 14);
  expect(turned.open(bytes.toString('base64'), 'li')).toBeNull();
  writeFileSync(path, line());
  expect(sealerOf(readSessionKeys(path)).open(sealed, 'li')).toBeNull();
});
