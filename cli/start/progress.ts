import type { ClickHouseClient } from '@clickhouse/client';
import type { RedisConnection } from '../../adapters/redis/connect.ts';
import { RedisHeartbeatBoard } from '../../adapters/redis/window/heartbeatBoard.ts';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { Clock } from '../../domain/ports.ts';
import { lagOf } from '../../pipeline/join/watermark.ts';
import { count } from './resultText.ts';

export type ProgressParts = {
  readonly clickhouse: ClickHouseClient;
  readonly windowRedis: RedisConnection;
  readonly slots: number;
  readonly clock: Clock;
  readonly date: BusinessDate;
  readonly events: number;
  readonly fed: () => number;
  readonly show: (text: string) => void;
};

const EVERY_MS = 500;

/** Shows how the day goes twice a second until it is stopped; a figure that cannot be had now is left as it was. */
export function showProgress(parts: ProgressParts): { stop(): Promise<void> } {
  const board = new RedisHeartbeatBoard(parts.windowRedis);
  const window = new RedisWindow(parts.windowRedis, { slots: parts.slots });
  let stopped = false;
  let figures = 'the first events are on their way';
  const look = async (): Promise<void> => {
    const [beats, open, matched] = await Promise.all([
      board.read(),
      window.openOrders(),
      matchedShare(parts.clickhouse, parts.date),
    ]);
    figures = `matched ${matched}  lag ${count(lagOf(beats))}  open ${count(open)}`;
  };
  const round = async (): Promise<void> => {
    while (!stopped) {
      const time = localOfInstant(parts.clock.now()).slice(5, 16);
      const fed = `events ${count(parts.fed())} of ${count(parts.events)}`;
      parts.show(`${time}  ${fed}  ${figures}`);
      const next = new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      // A server that is being started again answers later; the supervisor says so.
      await Promise.race([look().catch(() => undefined), next]);
      await next;
    }
  };
  const rounds = round();
  return {
    async stop() {
      stopped = true;
      await rounds;
    },
  };
}

async function matchedShare(client: ClickHouseClient, date: BusinessDate): Promise<string> {
  const result = await client.query({
    query: `SELECT count() AS verdicts, countIf(code = 'MATCHED') AS matched FROM verdicts FINAL
      WHERE mode = 'REALTIME' AND run_id = '' AND business_date = {date:Date}`,
    query_params: { date },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ verdicts: string; matched: string }>();
  const verdicts = Number(row?.verdicts ?? 0);
  return verdicts === 0 ? '-' : `${((100 * Number(row?.matched)) / verdicts).toFixed(1)}%`;
}
