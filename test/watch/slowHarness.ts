import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { clickHouseScheduleLedger } from '../../adapters/clickhouse/scheduleLedger.ts';
import { clickHouseSlowFacts } from '../../adapters/clickhouse/slowFacts.ts';
import { timeText } from '../../adapters/clickhouse/tsv.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import { businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import type { BillFetch } from '../../domain/billFetch.ts';
import type { Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { SlowFacts } from '../../domain/slowFacts.ts';
import { AlertKeeper } from '../../pipeline/watch/keepAlerts.ts';
import type { LookFailure } from '../../pipeline/watch/slow/slowFindings.ts';
import { SlowFindings } from '../../pipeline/watch/slow/slowFindings.ts';
import { Watch } from '../../pipeline/watch/watch.ts';
import { SAMPLE_MERCHANT } from '../integration/closeHarness.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import {
  aRun,
  aVerdict,
  eventEntry,
  insertEntries,
  insertVerdicts,
  startLedger,
} from '../integration/ledgerHarness.ts';

/** The day whose bills and close are awaited, and the one on which they are. */
export const DAY: BusinessDate = '2026-03-09';
export const NEXT_DAY: BusinessDate = '2026-03-10';

/** `10:30` of the next day, Beijing time. */
export function at(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return startOfDate(NEXT_DAY) + (hours * 60 + minutes) * 60_000;
}

export type Hospital = {
  readonly merchantId: string;
  readonly rules?: Partial<AlertRules>;
  readonly lastDate?: BusinessDate;
};
/** Each minute, or less often. */
export type Looks = { readonly from: string; readonly to: string; readonly everyMinutes?: number };
export type Played = { readonly alerts: readonly Alert[]; readonly failures: readonly LookFailure[] };

function timesOf({ from, to, everyMinutes = 1 }: Looks): readonly number[] {
  const stepMs = everyMinutes * 60_000;
  return Array.from(
    { length: Math.floor((at(to) - at(from)) / stepMs) + 1 },
    (_, n) => at(from) + n * stepMs,
  );
}

/** A ledger on which days are planted, and a day of looks at it. */
export class SlowWorld implements AsyncDisposable {
  readonly #ledger: TestLedger;
  #token = 0n;

  constructor(ledger: TestLedger) {
    this.#ledger = ledger;
  }

  static async start(): Promise<SlowWorld> {
    return new SlowWorld(await startLedger());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#ledger[Symbol.asyncDispose]());
  }

  get #client() {
    return this.#ledger.client;
  }

  get facts(): SlowFacts {
    return clickHouseSlowFacts(this.#client);
  }

  alerts(): Promise<readonly Alert[]> {
    return clickHouseAlertLedger(this.#client).alertsSince(0);
  }

  /** One payment of a date, as an event of the platform. */
  async trade(merchantId: string, channel: Channel, date: BusinessDate = DAY): Promise<void> {
    const entry = eventEntry({
      merchantId,
      channel,
      orderNo: `${merchantId}${channel}${date}`,
      businessDate: date,
    });
    await insertEntries(clickHouseRealtimeLedger(this.#client), [
      { entry, partition: 'payments/0', position: 1, late: false },
    ]);
  }

  async bill(merchantId: string, channel: Channel): Promise<void> {
    const [bill_id, business_date] = [`${merchantId}${channel}`, DAY];
    const row = { bill_id, merchant_id: merchantId, book: 'CHANNEL', channel, business_date, version: '1' };
    await this.#client.insert({ table: 'bills', values: [row], format: 'JSONEachRow' });
  }

  async close(merchantId: string): Promise<void> {
    this.#token += 1n;
    const run = aRun({ merchantId, runId: `run-${this.#token}`, businessDate: DAY, token: this.#token });
    await clickHouseCloseLedger(this.#client).publish(run);
  }

  async fetch(
    fetch: Pick<BillFetch, 'merchantId' | 'book' | 'channel' | 'status' | 'revision'>,
  ): Promise<void> {
    await clickHouseFetchLog(this.#client).record({
      date: DAY,
      source: 'hdp',
      asked: 3,
      failures: 0,
      firstAskedAtMs: at('01:00'),
      lastAskedAtMs: at('09:00'),
      nextAskAtMs: fetch.status === 'WAITING' ? at('12:30') : null,
      code: null,
      detail: null,
      billId: null,
      from: null,
      ...fetch,
    });
  }

  /** A row of a refund's action; the gateway's answer is an OUTCOME. */
  async refund(
    merchantId: string,
    n: number,
    step: 'INTENT' | 'OUTCOME',
    atMs: number,
    outcome = '',
  ): Promise<void> {
    const order = { channel: 'WECHAT', refundNo: `RF${n}`, amountFen: '250' };
    const row = {
      action_id: `act-${n}`,
      case_id: `case-${n}`,
      seq: step === 'INTENT' ? 1 : 2,
      merchant_id: merchantId,
      order_no: `YT${n}`,
      step,
      intent: step === 'INTENT' ? JSON.stringify({ order }) : '{}',
      outcome,
      at: timeText(atMs),
    };
    // A retried insert repeats its row.
    await this.#client.insert({ table: 'exception_actions', values: [row, row], format: 'JSONEachRow' });
  }

  /** Payments spread over a span, of which the first ones lack their booking; each row twice. */
  async payments(
    merchantId: string,
    fromMs: number,
    toMs: number,
    matched: number,
    oneSided: number,
  ): Promise<void> {
    const all = matched + oneSided;
    const rows = Array.from({ length: all }, (_, n): VersionedVerdict => {
      const isAlone = (n * oneSided) % all < oneSided && oneSided > 0;
      const occurredAtMs = fromMs + Math.floor(((toMs - fromMs) * n) / all);
      const businessDate = businessDateOf(occurredAtMs);
      const platform = aVerdict().sides.PLATFORM;
      if (!platform) throw new Error('a payment without its side');
      const side = { ...platform, occurredAtMs, businessDate };
      const verdict = aVerdict({
        merchantId,
        orderNo: `${merchantId}-${fromMs}-${n}`,
        businessDate,
        code: isAlone ? 'PLATFORM_ONLY' : 'MATCHED',
        sides: { MERCHANT: isAlone ? null : side, PLATFORM: side, CHANNEL: null },
      });
      return { verdict, version: 4_096n, span: 0 };
    });
    const before = rows.map((row) => ({
      ...row,
      version: 2_048n,
      verdict: { ...row.verdict, code: 'PLATFORM_ONLY' as const },
    }));
    for (const batch of [before, rows, rows]) {
      await insertVerdicts(clickHouseRealtimeLedger(this.#client), batch);
    }
  }

  /**
   * Looks as the pipeline does; each time with new memory when `restarts`.
   * @param then what happens at which minute
   */
  async play(
    hospitals: readonly Hospital[],
    looks: readonly Looks[],
    then: Readonly<Record<string, () => Promise<void>>> = {},
    more: { readonly restarts?: boolean; readonly facts?: SlowFacts } = {},
  ): Promise<Played> {
    const failures: LookFailure[] = [];
    const times = looks.flatMap(timesOf);
    let nowMs = times[0] ?? 0;
    let closed = new Set<string>();
    const merchants = hospitals.map(({ merchantId, lastDate }): Merchant => {
      return { ...SAMPLE_MERCHANT, merchantId, ...(lastDate === undefined ? {} : { lastDate }) };
    });
    const rules = new Map(hospitals.map(({ merchantId, rules: own }) => [merchantId, own]));
    const made = async () => {
      const ledger = clickHouseAlertLedger(this.#client);
      const slow = new SlowFindings({
        merchants: () => merchants,
        rulesOf: (merchantId) => ({ ...DEFAULT_ALERT_RULES, ...rules.get(merchantId) }),
        days: clickHouseScheduleLedger(this.#client, () => nowMs),
        isClosed: (merchantId, date) => closed.has(`${merchantId} ${date}`),
        fetches: clickHouseFetchLog(this.#client),
        facts: more.facts ?? this.facts,
        alerts: ledger,
      });
      const keeper = new AlertKeeper({
        watch: new Watch(() => null),
        slow,
        ledger,
        live: { publish: () => Promise.resolve() },
        watermark: () => Promise.resolve(nowMs),
        now: () => nowMs,
      });
      await keeper.resume();
      return { slow, keeper };
    };
    let process = await made();
    const pending = new Map(Object.entries(then).map(([time, act]) => [at(time), act]));
    for (const time of times) {
      nowMs = time;
      for (const [ms, act] of pending) {
        if (ms > nowMs) continue;
        pending.delete(ms);
        await act();
      }
      const runs = await this.#ledger.rows<{ key: string }>(
        `SELECT DISTINCT concat(merchant_id, ' ', toString(business_date)) AS key FROM publications`,
      );
      closed = new Set(runs.map(({ key }) => key));
      if (more.restarts === true) process = await made();
      failures.push(...(await process.slow.look([...process.keeper.open.values()], nowMs)));
      await process.keeper.round();
    }
    return { alerts: await this.alerts(), failures };
  }
}
