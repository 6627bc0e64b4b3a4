// Tells what is due to a webhook and kills itself with -9 before it has written so down:
// node test/alerts/killedDelivery.ts CLICKHOUSE_URL WEBHOOK_URL KEY_BASE64 NOW_MS
import { clickHouseDeliveries } from '../../adapters/clickhouse/alertDeliveries.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { webhookContact } from '../../adapters/notify/signedWebhook.ts';
import { deliverRound } from '../../pipeline/watch/deliverAlerts.ts';

const [clickhouseUrl = '', webhookUrl = '', key = '', nowMs = ''] = process.argv.slice(2);
const store = clickHouseDeliveries(connectClickHouse(clickhouseUrl));
await deliverRound(
  {
    ledger: {
      ...store,
      async record(rows) {
        if (rows.some(({ state }) => state === 'SENT')) process.kill(process.pid, 'SIGKILL');
        await store.record(rows);
      },
    },
    contacts: new Map([
      ['tickets', webhookContact(new URL(webhookUrl), Buffer.from(key, 'base64'), { now: Date.now })],
    ]),
    routes: [
      {
        merchants: null,
        severities: null,
        kinds: null,
        steps: [{ to: ['tickets'], afterMs: 0 }],
        quietHours: null,
      },
    ],
    hospitalOf: () => null,
  },
  Number(nowMs),
);
