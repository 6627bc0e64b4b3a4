import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { systemClock } from '../../adapters/clock/playbackClock.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { readRunFile } from '../../adapters/process/runFile.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { resolutionParts } from '../../adapters/resolutionParts.ts';
import { outsideFilesOf } from '../../cli/start/outside.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { Principal } from '../../domain/principal.ts';
import { act } from '../../resolution/act.ts';
import type { ActionResult } from '../../resolution/actionResult.ts';
import type { RefundFault } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { readRefundRecord } from '../../simulator/endpoints/refunds/refundRecord.ts';
import type { OutsideWorld } from '../../simulator/outsideWorld.ts';
import { readWorld } from '../../simulator/outsideWorld.ts';
import type { Started } from './startHarness.ts';
import { duizhang, killStarted, partOf, stillRunning, untilSaid } from './startHarness.ts';

const REPOSITORY_CONFIG = new URL('../../duizhang.config.yaml', import.meta.url);
const SERVES_WITHIN_MS = 120_000;
const UP_WITHIN_MS = 20_000;
/** A refund without an outcome is asked for again after ten seconds. */
const FOLLOWED_WITHIN_MS = 40_000;
const OPERATOR: Principal = { userId: 'li', roles: new Set(['operator']), merchants: null };

let dir: string;
let data: string;
let serving: Started;
let system: ReturnType<typeof openSystem>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-demo-money-'));
  data = join(dir, 'data');
  // Nobody else has to agree: what the day has of large amounts changes with its date.
  const configPath = join(dir, 'config.yaml');
  const text = readFileSync(REPOSITORY_CONFIG, 'utf8');
  writeFileSync(configPath, text.replace("from: '500.00'", 'from: never'));
  const env = { DUIZHANG_DATA: data, DUIZHANG_CONFIG: configPath };
  serving = duizhang(env, 'start', '--seconds', '4', '--merchants', '2', '--orders', '300');
  await untilSaid(serving, 'Serving until Ctrl-C');
  system = openSystem();
}, SERVES_WITHIN_MS);
afterAll(async () => {
  killStarted();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  await system.close();
});

/** The use cases of money, wired as the processes of the running system wire them. */
function openSystem() {
  const run = readRunFile(data);
  const clickhouse = connectClickHouse(run.clickhouseUrl);
  const redis = connectRedis(run.windowRedisUrl);
  const env = {
    DUIZHANG_DATA: data,
    DUIZHANG_LOG_URL: run.logUrl,
    DUIZHANG_WINDOW_URL: run.windowRedisUrl,
    DUIZHANG_CLICKHOUSE_URL: run.clickhouseUrl,
    DUIZHANG_DEMO_OUTSIDE: outsideFilesOf(data).accessPath,
  };
  const deps = resolutionParts(loadConfig(run.configPath), env, { clickhouse, redis }, systemClock());
  return {
    deps,
    ask: async (query: string) => (await clickhouse.query({ query, format: 'JSONEachRow' })).json<Row>(),
    close: async () => {
      redis.disconnect();
      await clickhouse.close();
    },
  };
}

type Row = { readonly merchantId: string; readonly orderNo: string; readonly fen: string };

const PUBLISHED = `FROM verdicts FINAL WHERE mode = 'THREE_WAY' AND kind = 'PAYMENT'
  AND run_id IN (SELECT run_id FROM publications WHERE mode = 'THREE_WAY')`;

/** Payments that HIS and perhaps the platform lack: whole, of one amount, far from midnight. */
function channelOnlyPayments(): Promise<readonly Row[]> {
  return system.ask(`SELECT merchant_id AS merchantId, order_no AS orderNo, toString(channel_fen) AS fen ${PUBLISHED}
    AND code = 'CHANNEL_ONLY' AND possibly_cross_day = 0 AND amount_conflict = 0
    AND order_no NOT IN (SELECT order_no FROM verdicts WHERE kind = 'REFUND') ORDER BY order_no`);
}

async function refund({ merchantId, orderNo, fen }: Row): Promise<ActionResult> {
  const caseId = caseIdOf(merchantId, orderNo, 'P');
  const purpose = { userId: OPERATOR.userId, subject: caseId, amountFen: BigInt(fen) };
  const { code } = await system.deps.codes.issue(purpose);
  const request = {
    action: 'REFUND',
    merchantId,
    orderNo,
    caseId,
    amountFen: null,
    note: 'the hospital has no such order',
    code,
    confirmCrossDay: false,
    confirmNotCrossDay: false,
    method: null,
    proofs: [],
    channelRefundNo: null,
    idempotencyKey: randomUUID(),
    requestHash: 'a'.repeat(64),
  } as const;
  return act(OPERATOR, request, system.deps);
}

const caseOf = async ({ merchantId, orderNo }: Row) =>
  (await system.deps.ledger.rowsOf(merchantId, [orderNo])).at(-1);

const recorded = ({ orderNo }: Row) =>
  readRefundRecord(outsideFilesOf(data).recordPath).filter((kept) => kept.orderNo === orderNo);

/** Kills the outside with -9 and waits until the supervisor has it up again, with these faults. */
async function killOutside(faults: readonly (RefundFault | null)[]): Promise<void> {
  const { worldPath } = outsideFilesOf(data);
  const world: OutsideWorld = { ...readWorld(worldPath), faults: [...faults] };
  writeFileSync(worldPath, JSON.stringify(world));
  const before = partOf(serving.process.pid, 'outsideMain.ts');
  if (!before) throw new Error('no outside runs');
  process.kill(before.pid, 'SIGKILL');
  await expect.poll(() => stillRunning([before]), { timeout: 5_000 }).toEqual([]);
  const isUp = () =>
    fetch(`${outsideUrl()}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await expect.poll(isUp, { timeout: UP_WITHIN_MS, interval: 100 }).toBe(true);
}

function outsideUrl(): string {
  const access: { readonly upp: { readonly url: string } } = JSON.parse(
    readFileSync(outsideFilesOf(data).accessPath, 'utf8'),
  );
  return access.upp.url;
}

test('exceptions of the demo day are refunded by the simulated platform, once each, however it is killed', async () => {
  const [plain, answerLost, neverHeard] = await channelOnlyPayments();
  if (!plain || !answerLost || !neverHeard) throw new Error('the day has too few exceptions');

  expect(await refund(plain)).toMatchObject({ state: 'DONE', caseStatus: 'RESOLVED' });

  await killOutside(['TIMEOUT_AFTER', 'TIMEOUT_BEFORE']);
  const first = refund(answerLost);
  await expect.poll(() => recorded(answerLost).length, { timeout: 15_000 }).toBe(1);
  const second = refund(neverHeard);
  await expect
    .poll(async () => (await caseOf(neverHeard))?.step, { timeout: 15_000, interval: 100 })
    .toBe('INTENT');
  // The request is on its way; its answer never comes.
  await pause(500);
  await killOutside([]);
  expect([(await first).state, (await second).state]).toEqual(['PROCESSING', 'PROCESSING']);
  expect(recorded(neverHeard)).toEqual([]);

  for (const row of [plain, answerLost, neverHeard]) {
    await expect
      .poll(async () => (await caseOf(row))?.outcome, { timeout: FOLLOWED_WITHIN_MS, interval: 300 })
      .toBe('SUCCEEDED');
    expect(await caseOf(row)).toMatchObject({ state: { status: 'RESOLVED', resolvedBy: 'REFUND' } });
    expect(recorded(row)).toMatchObject([
      { merchantNo: row.merchantId, amountFen: BigInt(row.fen), state: 'SUCCESS' },
    ]);
  }
  const audit = await duizhang({ DUIZHANG_DATA: data }, 'audit', 'verify').ended;
  expect(audit).toMatchObject({ code: 0, stdout: expect.stringContaining('every chain holds') });
}, 120_000);

test('the hospital says of each order whether HIS has it in the end', async () => {
  const [lacking] = await channelOnlyPayments();
  const [matched] = await system.ask(`SELECT merchant_id AS merchantId, order_no AS orderNo,
    toString(merchant_fen) AS fen ${PUBLISHED} AND code = 'MATCHED' AND split = 0
    AND order_no NOT IN (SELECT order_no FROM verdicts WHERE kind = 'REFUND') LIMIT 1`);
  if (!lacking || !matched) throw new Error('the day lacks a matched or a lacking order');
  const { his } = system.deps;
  expect(await his.orderNow(lacking.merchantId, lacking.orderNo)).toEqual({ state: 'ABSENT' });
  expect(await his.orderNow(matched.merchantId, matched.orderNo)).toMatchObject({
    state: 'BOOKED',
    amountFen: BigInt(matched.fen),
  });
  const other = matched.merchantId === 'H001' ? 'H002' : 'H001';
  expect(await his.orderNow(other, matched.orderNo)).toEqual({ state: 'ABSENT' });
  // No hospital of the day: nobody can be asked.
  await expect(his.orderNow('H003', matched.orderNo)).rejects.toMatchObject({ code: 'DZ_HDP_FAILED' });
});

test('keys and books of the outside are for their owner alone, and the end of npm start names the record', async () => {
  const { folder, worldPath, recordPath, accessPath } = outsideFilesOf(data);
  for (const path of [worldPath, accessPath, join(folder, 'upp.key'), join(folder, 'hdp.key')]) {
    expect([path, statSync(path).mode & 0o777]).toEqual([path, 0o600]);
  }
  serving.process.kill('SIGINT');
  const { code, stdout } = await serving.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/refunds +no money moves, /);
  expect(stdout).toContain(recordPath);
});
