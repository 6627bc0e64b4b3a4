// Flushes the window's outboxes once, and kills itself with -9 on the way:
// node test/outputs/killedFlush.ts WINDOW_URL CLICKHOUSE_URL SETTINGS_JSON NAMES_JSON (beforeTopic | beforeTrim)
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { kafkaOutputs } from '../../adapters/kafka/kafkaOutputs.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import { flushOutboxes } from '../../pipeline/join/flusher.ts';

const [windowUrl = '', clickhouseUrl = '', settings = '', names = '', moment = ''] = process.argv.slice(2);
const outputs = kafkaOutputs({
  settings: JSON.parse(settings),
  names: JSON.parse(names),
  onWarning: () => undefined,
});
const window = new RedisWindow(connectRedis(windowUrl), { slots: 4 });
const die = (): void => void process.kill(process.pid, 'SIGKILL');
if (moment === 'beforeTrim') {
  window.trimOutbox = async () => {
    die();
  };
}
await flushOutboxes({
  window,
  ledger: clickHouseRealtimeLedger(connectClickHouse(clickhouseUrl)),
  rulesOf: () => DEFAULT_RULES,
  onVerdicts: () => undefined,
  ownSlots: () => [0, 1, 2, 3],
  outputs: {
    newVerdictBatch() {
      const batch = outputs.newVerdictBatch();
      return {
        get size() {
          return batch.size;
        },
        add: (judged) => batch.add(judged),
        async write() {
          if (moment === 'beforeTopic') die();
          await batch.write();
        },
      };
    },
  },
});
process.exit(0);
