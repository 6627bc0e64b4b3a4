import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clickHouseAuditQueries } from '../../adapters/clickhouse/auditPages.ts';
import { encodeEvent } from '../../adapters/events/eventCodec.ts';
import type { NewRecord } from '../../domain/ports.ts';
import { startTestSystem } from '../system.ts';

const A = "merchants:\n  - { id: A, name: a, channels: { WECHAT: '1' } }\n";

function payment(merchantId: string, orderNo: string): NewRecord {
  const event = {
    eventId: `p-${orderNo}`,
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: '42',
    amountFen: 100n,
    occurredAtMs: Date.now() - 3_600_000,
    businessType: 'REGISTRATION',
  };
  return { topic: 'payments', key: orderNo, value: encodeEvent('payments', event) };
}

test('a hospital that is added to the file is known without a restart, and a wrong file changes nothing', async () => {
  await using system = await startTestSystem({ config: A });
  const { configPath } = system.run;
  await system.startPipeline();
  const logged = async (words: string): Promise<void> => {
    for (const until = Date.now() + 15_000; Date.now() < until; await pause(100)) {
      if ((await system.pipelineLog()).includes(words)) return;
    }
    throw new Error(`the pipeline did not log "${words}"`);
  };
  await writeFile(configPath, 'merchants: [\n');
  await logged('what was read before holds');
  await writeFile(configPath, `${A}  - { id: B, name: b, channels: { WECHAT: '2' } }\n`);
  await logged('the configuration was read again');
  await system.producer.append([payment('A', 'O1'), payment('B', 'O2'), payment('C', 'O3')]);
  await system.untilStored(Date.now() - 60_000);
  const rows = await system.clickhouse.query({
    query: 'SELECT merchant_id FROM v_entries ORDER BY merchant_id UNION ALL SELECT code FROM v_dead_letters',
    format: 'JSONCompactEachRow',
  });
  expect((await rows.json<[string]>()).flat().toSorted()).toEqual(['A', 'B', 'DZ_EVENT_UNKNOWN_MERCHANT']);
  expect(await readFile(configPath, 'utf8')).toContain('id: B');
  const sha256 = async (): Promise<string> => hash('sha256', await readFile(configPath), 'hex');
  const { items } = await clickHouseAuditQueries(system.clickhouse).entries(WHOLE_LEDGER, { limit: 10 });
  expect(items).toMatchObject([
    {
      kind: 'CONFIG_CHANGE',
      who: 'pipeline',
      merchants: ['B'],
      said: { after: await sha256(), needsRestart: [] },
    },
    { kind: 'START', who: 'pipeline', said: { configSha256: hash('sha256', A, 'hex') } },
  ]);
}, 60_000);
