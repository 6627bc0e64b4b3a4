import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import type { Playback } from '../../adapters/clock/playbackClock.ts';
import { playbackClock } from '../../adapters/clock/playbackClock.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import type { RunFile } from '../../adapters/process/runFile.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { openLog } from '../../adapters/openLog.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { SimulatedBill, SimulatedDay } from '../../simulator/day.ts';
import type { Closing } from '../closing.ts';
import { openClosing } from '../closing.ts';
import type { DemoRecord } from './demoRecord.ts';
import { billPathOf, writeDemoRecord } from './demoRecord.ts';
import { feedDay } from './feedDay.ts';
import { showProgress } from './progress.ts';
import type { StatusLine } from '../statusLine.ts';

export type DemoStage = {
  readonly dataDir: string;
  readonly config: Config;
  readonly run: RunFile;
  readonly day: SimulatedDay;
  readonly merchants: readonly Merchant[];
  readonly playback: Playback;
  readonly settledMs: number;
  readonly status: StatusLine;
  readonly signal: AbortSignal;
};

const CLOSE_PATIENCE_MS = 300_000;
const REMEMBER_EVERY_MS = 1_000;

/** Plays what is left of the day through the running system and closes it. @returns what the folder remembers then */
export async function playDemo(record: DemoRecord, stage: DemoStage): Promise<DemoRecord> {
  const played = await playEvents(record, stage);
  if (stage.signal.aborted) return played;
  const closing = openClosing(stage.run, stage.config);
  try {
    await closeDemo(record, stage, closing);
  } finally {
    await closing.dispose();
  }
  stage.status.clear();
  const closed = { ...played, closed: true };
  writeDemoRecord(stage.dataDir, closed);
  return closed;
}

async function playEvents(record: DemoRecord, stage: DemoStage): Promise<DemoRecord> {
  const { config, run, day, dataDir, status } = stage;
  const clock = playbackClock(stage.playback);
  const log = openLog({
    url: run.logUrl,
    config,
    env: process.env,
    process: 'cli',
    onWarning: () => undefined,
  });
  const windowRedis = connectRedis(run.windowRedisUrl);
  const clickhouse = connectClickHouse(run.clickhouseUrl);
  const producer = log.newProducer();
  let { fed } = record;
  let rememberedAtMs = clock.wallMs();
  const remember = (): void => {
    rememberedAtMs = clock.wallMs();
    writeDemoRecord(dataDir, { ...record, fed });
  };
  const progress = showProgress({
    clickhouse,
    windowRedis,
    slots: config.slots,
    clock,
    date: record.date,
    events: day.events.length,
    fed: () => fed,
    show: (text) => status.show(text),
  });
  try {
    await feedDay(day.events, record.fed, {
      producer,
      clock,
      pause: (ms) => pause(ms),
      signal: stage.signal,
      onFed: (count) => {
        fed = count;
        if (clock.wallMs() >= rememberedAtMs + REMEMBER_EVERY_MS) remember();
      },
    });
    remember();
  } finally {
    await progress.stop();
    await producer.close();
    await log.close();
    windowRedis.disconnect();
    await clickhouse.close();
  }
  return { ...record, fed };
}

async function closeDemo(record: DemoRecord, stage: DemoStage, closing: Closing): Promise<void> {
  const { day, merchants, status, settledMs } = stage;
  const waiting = {
    patienceMs: CLOSE_PATIENCE_MS,
    onWaiting: (reason: string) => status.show(`waiting: ${inLocalTime(reason)}`),
  };
  await closing.untilStored(settledMs, waiting);
  // The next day's, too: it holds the channel's half of what crossed midnight.
  const bills = day.bills.filter(({ book }) => book === 'CHANNEL');
  for (const bill of bills) {
    status.show(`the channels' bills: ${bill.merchantId} ${bill.fileName}`);
    const merchant = merchants.find(({ merchantId }) => merchantId === bill.merchantId);
    if (merchant) await importBill(closing, bill, merchant, stage.dataDir);
  }
  for (const merchant of merchants) {
    status.show(`closing ${record.date} of ${merchant.merchantId} ${merchant.name}`);
    await closing.close({ merchant, date: record.date, operator: 'demo', ...waiting });
  }
}

async function importBill(
  closing: Closing,
  bill: SimulatedBill,
  merchant: Merchant,
  dataDir: string,
): Promise<void> {
  const { book, channel, date, fileName } = bill;
  const path = billPathOf(dataDir, bill);
  const open = () => createReadStream(path);
  const request = { merchant, book, channel, date, fileName, source: 'simulator', open };
  const result = await closing.importBill(request);
  // The day has bad lines planted; whoever finds some in earnest looks at them before the day may close.
  const { merchantId } = merchant;
  const { billId, errorRows } = result.bill;
  if (errorRows > 0) await closing.handleBill({ merchantId, billId, handledBy: 'demo', note: 'planted' });
}

const ISO_INSTANT = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;

function inLocalTime(text: string): string {
  return text.replaceAll(ISO_INSTANT, (iso) => localOfInstant(Date.parse(iso)).slice(5));
}
