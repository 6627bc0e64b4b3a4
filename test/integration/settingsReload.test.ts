import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { clickHouseSettings } from '../../adapters/clickhouse/settings.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { SettingsRevision } from '../../domain/settings.ts';
import { configOf } from '../../cli/configOf.ts';
import { startTestSystem } from '../system.ts';

const CONFIG = `merchants:
  - { id: A, name: a, channels: { WECHAT: '1' } }
  - { id: B, name: b, channels: { WECHAT: '2' } }
`;

function revisionOf(revision: number, values: Readonly<Record<string, Json>>): SettingsRevision {
  const about = { by: 'chen', atMs: Date.now(), reason: 'r', revision };
  const overlay = new Map(
    Object.entries(values).map(([path, value]) => [path, { ...about, value, fileValue: null }]),
  );
  return { ...about, agreedBy: null, changeId: `change ${revision}`, fileSha256: '', changes: [], overlay };
}

test('what is set in the console reaches the pipeline within seconds, outlives kills and changes of the file, and a lost ledger', async () => {
  await using system = await startTestSystem({ config: CONFIG });
  const store = clickHouseSettings(system.clickhouse);
  await system.startPipeline();
  const logged = async (words: string): Promise<number> => {
    const from = performance.now();
    for (; performance.now() - from < 15_000; await pause(50)) {
      if ((await system.pipelineLog()).includes(words)) return performance.now() - from;
    }
    throw new Error(`the pipeline did not log "${words}"`);
  };
  await store.append(revisionOf(1, { '/merchants/A/rules/window': '9m' }));
  expect(await logged('"revisions":[0,1]')).toBeLessThan(6_000);
  await system.killPipeline();
  await system.startPipeline();
  const recorded = async () =>
    (await clickHouseAuditQueries(system.clickhouse).entries(WHOLE_LEDGER, { limit: 10 })).items;
  await expect.poll(recorded, { timeout: 10_000 }).toHaveLength(3);
  const items = await recorded();
  expect(items).toMatchObject([
    { kind: 'START', said: { settings: 1 } },
    { kind: 'CONFIG_CHANGE', merchants: ['A'], said: { revisions: [0, 1] } },
    { kind: 'START', said: { settings: 0 } },
  ]);
  // The file says something else of it now, and of another hospital.
  const otherwise = CONFIG.replace('name: a,', 'name: a, rules: { window: 3m },').replace(
    'name: b,',
    'name: c,',
  );
  await writeFile(system.run.configPath, otherwise);
  await logged('"merchants":["B"],"revisions":[1,1]');
  // Commands go by the copy in the data folder.
  const { merchants } = configOf(system.run);
  expect([merchants.get('A')?.rules.windowMs, merchants.get('B')?.name]).toEqual([540_000, 'c']);
  expect(await readFile(join(system.dir, 'settings.json'), 'utf8')).toContain('"by":"chen"');
  // It is taken back: the file counts again.
  await store.append(revisionOf(2, {}));
  await logged('"revisions":[1,2]');
  expect(configOf(system.run).merchants.get('A')?.rules.windowMs).toBe(180_000);
}, 90_000);

test('a hospital that is made in the console has its orders matched by the pipeline that runs, and by one that starts', async () => {
  await using system = await startTestSystem({ config: CONFIG });
  await system.startPipeline();
  const of = '/merchants/NEW';
  const made = { [`${of}/id`]: 'NEW', [`${of}/name`]: 'n', [`${of}/channels/WECHAT`]: '3' };
  await clickHouseSettings(system.clickhouse).append(revisionOf(1, made));
  const isTaken = async () => (await system.pipelineLog()).includes('"merchants":["NEW"]');
  await expect.poll(isTaken, { timeout: 15_000 }).toBe(true);
  const matched = async (orderNo: string): Promise<string> => {
    const atMs = Date.now();
    await system.producer.append([paid('NEW', orderNo, atMs), booked('NEW', orderNo, atMs)]);
    await system.untilStored(atMs);
    const answer = await system.clickhouse.query({
      query: "SELECT code FROM verdicts FINAL WHERE merchant_id = 'NEW' AND order_no = {orderNo:String}",
      query_params: { orderNo },
      format: 'JSONEachRow',
    });
    return JSON.stringify(await answer.json());
  };
  expect(await matched('N1')).toBe('[{"code":"MATCHED"}]');
  await system.killPipeline();
  await system.startPipeline();
  expect(await matched('N2')).toBe('[{"code":"MATCHED"}]');
}, 90_000);

function sameOf(merchantId: string, orderNo: string, occurredAtMs: number) {
  const about = { amountFen: 100n, occurredAtMs, businessType: 'REGISTRATION', refundNo: null };
  return { merchantId, kind: 'PAYMENT', orderNo, ...about } as const;
}

function paid(merchantId: string, orderNo: string, occurredAtMs: number): NewRecord {
  const own = { channel: 'WECHAT', channelTxnNo: `42${orderNo}`, eventId: `p-${orderNo}` };
  const value = encodeEvent('payments', { ...sameOf(merchantId, orderNo, occurredAtMs), ...own });
  return { topic: 'payments', key: orderNo, value };
}

function booked(merchantId: string, orderNo: string, occurredAtMs: number): NewRecord {
  const own = { hisOrderNo: `R${orderNo}`, eventId: `h-${orderNo}` };
  const value = encodeEvent('his-orders', { ...sameOf(merchantId, orderNo, occurredAtMs), ...own });
  return { topic: 'his-orders', key: orderNo, value };
}
