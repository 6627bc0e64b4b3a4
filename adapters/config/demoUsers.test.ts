import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoUsersPath, makeDemoUsers, readDemoUsers } from './demoUsers.ts';

let dir: string;
let tokens = 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dz-users-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function newToken(): string {
  tokens += 1;
  return `token-${String(tokens).padStart(40, '0')}`;
}

test('users are made once, for their owner alone, and read back as they were made', () => {
  const made = makeDemoUsers(dir, newToken);
  expect(made?.map(({ principal }) => principal.userId)).toEqual([
    'viewer',
    'operator',
    'operator2',
    'approver',
    'admin',
    'admin2',
    'auditor',
  ]);
  expect(statSync(demoUsersPath(dir)).mode & 0o777).toBe(0o600);
  const text = readFileSync(demoUsersPath(dir), 'utf8');
  expect(makeDemoUsers(dir, newToken)).toBeNull();
  expect(readFileSync(demoUsersPath(dir), 'utf8')).toBe(text);
  expect(readDemoUsers(dir, '127.0.0.1')).toEqual(made);
});

test('the tokens are nobody’s where others than this machine can call', () => {
  makeDemoUsers(dir, newToken);
  expect(readDemoUsers(dir, '0.0.0.0')).toEqual([]);
});

test('without the file nobody is known', () => {
  expect(readDemoUsers(dir, '127.0.0.1')).toEqual([]);
});

test('a file that others may read, or that says something else, is refused', () => {
  makeDemoUsers(dir, newToken);
  chmodSync(demoUsersPath(dir), 0o644);
  expect(() => readDemoUsers(dir, '127.0.0.1')).toThrow(/chmod 600/);
  chmodSync(demoUsersPath(dir), 0o600);
  writeFileSync(demoUsersPath(dir), '[{"user":"x","token":"short","roles":[],"merchants":null}]');
  expect(() => readDemoUsers(dir, '127.0.0.1')).toThrow(/no list of users/);
});
