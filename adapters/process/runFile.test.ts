import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunFile } from './runFile.ts';
import { dataDirOf, readRunFile, removeRunFile, writeRunFile } from './runFile.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-run-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const RUN: RunFile = {
  pid: process.pid,
  clickhouseUrl: 'http://127.0.0.1:1',
  logUrl: 'redis://127.0.0.1:2',
  auditUrl: 'redis://127.0.0.1:2',
  windowRedisUrl: 'redis://127.0.0.1:3',
  apiUrl: 'http://127.0.0.1:4',
  startedAt: '2026-03-01T08:00:00+08:00',
  signingKeyPath: '/data/signing-key.pem',
  sessionKeyPath: '/data/session-key',
  configPath: '/etc/duizhang.config.yaml',
  dataDir: dir,
};

test('a running system is found by its data folder, and no longer once it has left', () => {
  writeRunFile(dir, RUN);
  expect(readRunFile(dir)).toEqual(RUN);
  removeRunFile(dir);
  expect(() => readRunFile(dir)).toThrow(/no system runs on .*npm start/);
});

test('the file of a system that was killed, or a broken one, is no running system', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeRunFile(dir, { ...RUN, pid });
  expect(() => readRunFile(dir)).toThrow(/no system runs/);
  writeFileSync(join(dir, 'run.json'), '{"pid": 1,');
  expect(() => readRunFile(dir)).toThrow(/no system runs/);
});

test('the data folder is DUIZHANG_DATA, or data where one stands', () => {
  expect(dataDirOf({}, '/srv')).toBe('/srv/data');
  expect(dataDirOf({ DUIZHANG_DATA: 'books' }, '/srv')).toBe('/srv/books');
  expect(dataDirOf({ DUIZHANG_DATA: '/var/books' }, '/srv')).toBe('/var/books');
});
