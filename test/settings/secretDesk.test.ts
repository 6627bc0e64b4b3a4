import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { secretDesk } from '../../adapters/sources/secretDesk.ts';
import type { SecretDesk } from '../../domain/secretDesk.ts';

let dir: string;
let desk: SecretDesk;
const key = (): string => randomBytes(32).toString('base64');
const FILE = 'secrets/front.key';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dz-secrets-'));
  mkdirSync(join(dir, 'secrets'));
  writeFileSync(join(dir, FILE), `${key()}\n`, { mode: 0o600 });
  writeFileSync(
    join(dir, 'c.yaml'),
    `merchants: [{ id: A, name: a, channels: { WECHAT: '1' } }]
machines: [{ id: front, merchants: [A], keys: [{ keyFile: ${FILE} }, { keyEnv: FRONT_KEY }] }]
`,
  );
  desk = secretDesk({
    config: () => loadConfig(join(dir, 'c.yaml')),
    env: { FRONT_KEY: key() },
    startedAtMs: Date.now() + 1,
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('secrets are listed by name and place, and nothing of what they say', async () => {
  const list = await desk.list();
  expect(list).toMatchObject([
    { name: FILE, kind: 'FILE', places: ['machine front keys.0'], fault: null, waitsForRestart: false },
    { name: 'FRONT_KEY', kind: 'ENVIRONMENT', changedAtMs: null },
  ]);
  expect(JSON.stringify(list)).not.toContain(readFileSync(join(dir, FILE), 'utf8').trim());
});

test('another one takes the place of a file, for its owner alone, and waits for the next start', async () => {
  chmodSync(join(dir, FILE), 0o640);
  const next = key();
  const later = secretDesk({
    config: () => loadConfig(join(dir, 'c.yaml')),
    env: {},
    startedAtMs: Date.now() - 60_000,
  });
  expect(await later.replace(FILE, `  ${next}\n`)).toMatchObject({ fault: null, waitsForRestart: true });
  expect(readFileSync(join(dir, FILE), 'utf8')).toBe(`${next}\n`);
  expect(statSync(join(dir, FILE)).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dir, 'secrets'))).toEqual(['front.key']);
});

test('one that is no good is refused and the former one stays; no word holds it', async () => {
  const before = readFileSync(join(dir, FILE), 'utf8');
  const refused = await desk.replace(FILE, 'my-secret-words').catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'DZ_SECRET_INVALID' });
  expect(String(refused)).not.toContain('my-secret-words');
  expect(readFileSync(join(dir, FILE), 'utf8')).toBe(before);
  expect(readdirSync(join(dir, 'secrets'))).toEqual(['front.key']);
});

test('what the configuration does not name, and what is managed elsewhere, is not touched', async () => {
  for (const name of ['secrets/other.key', '../c.yaml', 'c.yaml', '/etc/passwd', '__proto__', '']) {
    await expect(desk.replace(name, key())).rejects.toMatchObject({ code: 'DZ_SECRET_UNKNOWN' });
  }
  await expect(desk.replace('FRONT_KEY', key())).rejects.toMatchObject({ code: 'DZ_SECRET_READ_ONLY' });
  writeFileSync(join(dir, 'mounted'), `${key()}\n`, { mode: 0o600 });
  rmSync(join(dir, FILE));
  symlinkSync(join(dir, 'mounted'), join(dir, FILE));
  await expect(desk.replace(FILE, key())).rejects.toMatchObject({ code: 'DZ_SECRET_READ_ONLY' });
});
