import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { fetchesCommand } from '../../cli/commands/fetches.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { startCloseSystem } from '../integration/closeHarness.ts';

let system: CloseSystem;
let dir: string;

beforeAll(async () => {
  system = await startCloseSystem();
  dir = mkdtempSync(join(tmpdir(), 'dz-fetches-'));
  const configPath = join(dir, 'c.yaml');
  writeFileSync(
    configPath,
    `merchants:
  - id: H001
    name: x
    channels: { WECHAT: '1' }
    sources:
      hdp: { url: 'http://hdp.example', keyId: k, keyEnv: K }
      wechat: { serialNo: S, keyEnv: K, platformKeys: [{ serialNo: P, file: p.pem }] }
  - { id: H002, name: y, channels: { WECHAT: '2' } }
`,
  );
  // What a running system leaves for commands; none but these two addresses are used here.
  const run = { pid: process.pid, clickhouseUrl: system.url, configPath, startedAt: '' };
  const others = {
    logUrl: '',
    auditUrl: '',
    windowRedisUrl: '',
    apiUrl: '',
    dataDir: dir,
    signingKeyPath: '',
    sessionKeyPath: '',
  };
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...run, ...others }));
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await system[Symbol.asyncDispose]();
});

async function run(...args: string[]) {
  let text = '';
  const io = {
    stdout: (more: string) => void (text += more),
    stderr: () => undefined,
    env: { DUIZHANG_DATA: dir },
    cwd: dir,
  };
  return { code: await fetchesCommand.run(args, io), text };
}

test('a person has a bill fetched again, and sees how that stands', async () => {
  expect((await run('list', '--from', '2026-03-01', '--to', '2026-03-31')).text).toContain(
    'no bill was asked',
  );
  const asked = await run('again', '--merchant', 'H001', '--date', '2026-03-09');
  expect(asked.text).toBe(
    'the MERCHANT bill of 2026-03-09 is asked for again at hdp\nthe WECHAT bill of 2026-03-09 is asked for again at wechat\n',
  );
  const log = clickHouseFetchLog(system.client);
  const [wechat] = (await log.waitingSince('2026-03-09')).filter(({ source }) => source === 'wechat');
  if (!wechat) throw new Error('it is not on record');
  const gaveUp = { code: 'DZ_WECHAT_REFUSED', detail: 'check the key', nextAskAtMs: null } as const;
  await log.record({ ...wechat, ...gaveUp, status: 'GAVE_UP', revision: wechat.revision + 1 });
  const listed = await run('list', '--from', '2026-03-09', '--to', '2026-03-09', '--merchant', 'H001');
  expect(listed.code).toBe(1);
  expect(listed.text).toMatch(/2026-03-09 H001 hdp {4}MERCHANT WAITING {2}asked 0, again at /);
  expect(listed.text).toContain('GAVE_UP  asked 0\n    DZ_WECHAT_REFUSED: check the key');
  const json = await run('list', '--from', '2026-03-09', '--to', '2026-03-09', '--json');
  expect(
    json.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).source),
  ).toEqual(['wechat', 'hdp']);
});

test.each([
  [['again', '--merchant', 'H002', '--date', '2026-03-09'], 'DZ_NO_SOURCE'],
  [['again', '--merchant', 'H009', '--date', '2026-03-09'], 'DZ_UNKNOWN_MERCHANT'],
  [['again', '--merchant', 'H001'], 'DZ_USAGE'],
  [['list', '--from', '2026-02-30'], 'DZ_USAGE'],
  [['lst'], 'DZ_USAGE'],
])('%j is refused with %s', async (args, code) => {
  await expect(run(...args)).rejects.toMatchObject({ code });
});
