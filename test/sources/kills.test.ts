import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { addDays } from '../../domain/businessDate.ts';
import { Random } from '../../simulator/random.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { startCloseSystem } from '../integration/closeHarness.ts';
import type { World } from './channelWorld.ts';
import { DATE, MERCHANT, startWorld } from './channelWorld.ts';

const FILES = 20;
const KILLS = 6;
const SEED = 'kills 1';

let world: World;
let system: CloseSystem;
let dir: string;

beforeAll(async () => {
  [world, system] = await Promise.all([startWorld(), startCloseSystem()]);
  dir = mkdtempSync(join(tmpdir(), 'dz-kills-'));
  const [wechatKey = '', appKey = '', hdpKey = ''] = world.privateKeys;
  const platformKey = [...world.access.wechat.platformKeys.values()][0]?.export({
    type: 'spki',
    format: 'pem',
  });
  for (const [name, text] of [
    ['wechat.pem', wechatKey],
    ['app.pem', appKey],
    ['hdp.key', hdpKey],
    ['platform.pem', String(platformKey)],
    ['alipay.pem', world.access.alipay.alipayPublicKey],
  ] as const) {
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), 0o600);
  }
  writeFileSync(
    join(dir, 'c.yaml'),
    `merchants:
  - id: H001
    name: x
    channels: { WECHAT: '1900000001', ALIPAY: '2088000000000001' }
    sources:
      hdp: { url: '${world.access.hdp.url.href}', keyId: duizhang, keyFile: hdp.key }
      wechat: { url: '${world.access.wechat.url.href}', serialNo: SERIAL1, keyFile: wechat.pem, platformKeys: [{ serialNo: PUB_KEY_ID_1, file: platform.pem }] }
      alipay: { url: '${world.access.alipay.url.href}', appId: '2021000000000001', keyFile: app.pem, alipayKeyFile: alipay.pem }
      drop: { folder: drop, settle: 0s }
`,
  );
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await world.close();
  rmSync(dir, { recursive: true, force: true });
});

function startWorker() {
  return spawn(process.execPath, [new URL('collectWorker.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      CONFIG: join(dir, 'c.yaml'),
      DATA: dir,
      LEDGER: system.url,
      NOW_MS: String(world.nowMs),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function dropFiles(): Map<string, string> {
  const header =
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no\n';
  const files = new Map<string, string>();
  for (let i = 0; i < FILES; i += 1) {
    const date = addDays('2026-01-01', i);
    const rows = Array.from(
      { length: 50 },
      (_, n) => `D${i}-${n},T${i}-${n},,PAYMENT,1.00,${date} 10:00:00,WECHAT,X,R${i}-${n}\n`,
    );
    files.set(`his-${date}.csv`, header + rows.join(''));
  }
  return files;
}

test('killed with -9 again and again, it loses no file, takes none twice, and has every bill in the end', async () => {
  const random = new Random(SEED);
  const files = dropFiles();
  await mkdir(join(dir, 'drop/merchant'), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(dir, 'drop/merchant', name), text);
  const inPlaces = (): string[] =>
    ['merchant', 'working/merchant', 'done/merchant', 'refused/merchant'].flatMap((place) => {
      const folder = join(dir, 'drop', place);
      return existsSync(folder) ? readdirSync(folder) : [];
    });
  let kills = 0;
  let errors = '';
  for (;;) {
    const worker = startWorker();
    worker.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = once(worker, 'exit');
    const isLast = kills >= KILLS;
    const until = performance.now() + (isLast ? 20_000 : random.int(350, 900));
    const isDone = (): boolean =>
      existsSync(join(dir, 'drop/done/merchant')) &&
      readdirSync(join(dir, 'drop/done/merchant')).length === FILES;
    while (performance.now() < until && worker.exitCode === null && !(isLast && isDone())) await pause(10);
    if (isLast) await pause(1_000);
    worker.kill('SIGKILL');
    await ended;
    expect(errors).toBe('');
    // At every moment each file is in exactly one place.
    expect(inPlaces().sort()).toEqual([...files.keys()].sort());
    if (isLast) break;
    kills += 1;
  }
  for (const [name, text] of files) {
    expect(readFileSync(join(dir, 'drop/done/merchant', name), 'utf8')).toBe(text);
  }
  const bills = await system.bills.billsBetween(
    MERCHANT.merchantId,
    '2026-01-01',
    addDays('2026-01-01', FILES),
  );
  expect(bills.map((bill) => [bill.businessDate, bill.payments])).toEqual(
    Array.from({ length: FILES }, (_, i) => [addDays('2026-01-01', i), 50]),
  );
  const fetches = await clickHouseFetchLog(system.client).fetchesBetween(addDays(DATE, -1), DATE);
  expect(fetches.map(({ source, date, status }) => `${date} ${source} ${status}`).sort()).toEqual(
    [addDays(DATE, -1), DATE].flatMap((date) =>
      ['alipay', 'hdp', 'wechat'].map((name) => `${date} ${name} IN`),
    ),
  );
  for (const date of [addDays(DATE, -1), DATE]) {
    expect(await system.bills.billsBetween(MERCHANT.merchantId, date, date)).toHaveLength(3);
  }
  // What was in was not asked for again: only a call that a kill broke off was made once more.
  expect(world.calls.length).toBeLessThanOrEqual(6 + kills * 3);
}, 60_000);
