import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { clickHouseDayLedger } from '../../adapters/clickhouse/dayLedger.ts';
import { isAway } from '../../adapters/clickhouse/patientLedger.ts';
import { clickHouseScheduleLedger } from '../../adapters/clickhouse/scheduleLedger.ts';
import { playbackClock } from '../../adapters/clock/playbackClock.ts';
import type { Closing } from '../../cli/closing.ts';
import { openClosing } from '../../cli/closing.ts';
import { recordOfSimulated } from '../../cli/start/simulatedRecord.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Clock } from '../../domain/ports.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { dueCloses } from '../../domain/schedule.ts';
import type { SimulatedBill, SimulatedEvent } from '../../simulator/day.ts';
import type { TestSystem } from '../system.ts';
import { startTestSystem } from '../system.ts';
import type { Happening } from './checkRuns.ts';
import type { SeasonPlan } from './seasonPlan.ts';
import type { SeasonLedger, SeasonRuns } from './seasonRuns.ts';
import { isSettled, readLedger, readRuns } from './seasonRuns.ts';
import type { SeasonStep } from './seasonSteps.ts';
import { stepsOf } from './seasonSteps.ts';
import type { Striker } from './striker.ts';
import { openStriker } from './striker.ts';

export type PlayOptions = {
  /** Of the machine's time, for a simulated day. */
  readonly dayMs: number;
  readonly onProgress: (text: string) => void;
};

export type SeasonResult = SeasonLedger & {
  readonly happenings: readonly Happening[];
  /** How often the pipeline ended by itself. */
  readonly ended: number;
  /** What the plan waited for in vain. */
  readonly never: readonly string[];
};

const DAY_MS = 86_400_000;
/** Of the machine's time: until the servers are up. */
const STARTS_WITHIN_MS = 3_000;
const LOOK_MS = 100;
const AWAY_WITHIN_MS = 30_000;
/** What is late by the machine and not by the plan, after the last simulated day, is waited for while dates still close. */
const QUIET_MS = 90_000;
const LOG_TAIL = 6_000;

/** Plays a season against a system of its own, which closes the days by itself, and reads what it says at the end. */
export async function playSeason(
  plan: SeasonPlan,
  merchants: readonly Merchant[],
  options: PlayOptions,
): Promise<SeasonResult> {
  const folder = await mkdtemp(join(tmpdir(), 'dz-season-'));
  const rate = DAY_MS / options.dayMs;
  const { startMs, endMs: untilMs } = plan;
  const playback = { wallStartMs: Date.now() + STARTS_WITHIN_MS, startMs, rate, untilMs };
  const config = configOf(merchants, folder);
  try {
    await using system = await startTestSystem({ config, schedule: true, playback });
    const closing = openClosing(system.run, system.config);
    try {
      const striker = await openStriker(system, (kind, inClose) =>
        options.onProgress(`${kind}${inClose ? ', a close is running' : ''}`),
      );
      const clock = playbackClock(playback);
      const player = { system, closing, striker, folder, clock, happenings: [], ...options };
      const never = await play(plan, player);
      await untilSettled(plan, player);
      const { happenings } = player;
      return { ...(await readLedger(system)), happenings, ended: striker.ended, never };
    } finally {
      await closing.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function configOf(merchants: readonly Merchant[], folder: string): string {
  const texts = merchants.map(({ merchantId, name, channels }) => {
    const numbers = channels.map(({ channel, merchantNo }) => `${channel}: '${merchantNo}'`).join(', ');
    const drop = `drop: { folder: '${join(folder, merchantId)}', settle: 0s }`;
    return `  - { id: ${merchantId}, name: ${name}, channels: { ${numbers} }, sources: { ${drop} } }\n`;
  });
  return `merchants:\n${texts.join('')}`;
}

type Player = PlayOptions & {
  readonly system: TestSystem;
  readonly closing: Closing;
  readonly folder: string;
  readonly clock: Clock;
  readonly striker: Striker;
  readonly happenings: Happening[];
};

/** @returns what it waited for in vain */
async function play(plan: SeasonPlan, player: Player): Promise<readonly string[]> {
  const { system, clock, striker } = player;
  const { events, steps } = stepsOf(plan);
  const waiting = new Set(steps);
  const progress = new Progress(plan.endMs);
  // What was struck is there again before anybody reads on, or takes the system down.
  await using _ = { [Symbol.asyncDispose]: () => striker.done() };
  for (let sent = 0; sent < events.length || waiting.size > 0 || clock.now() < plan.endMs;) {
    const nowMs = clock.now();
    const due = events.slice(sent).findIndex(({ arrivesAtMs }) => arrivesAtMs > nowMs);
    const next = due < 0 ? events.length : sent + due;
    await send(events.slice(sent, next), player);
    sent = next;
    const ripe = [...waiting].filter(({ atMs }) => atMs <= nowMs);
    const runs = ripe.some(({ after }) => after !== null) ? await whenThere(() => readRuns(system)) : null;
    for (const step of ripe) {
      if (step.after !== null && !isAfter(step.after, runs)) continue;
      waiting.delete(step);
      await act(step.act, player);
    }
    if (progress.isOver(runs, nowMs)) return [...waiting].map(({ after }) => JSON.stringify(after));
    await pause(LOOK_MS);
  }
  return [];
}

/** Whether nothing closes any more. */
class Progress {
  #runs = 0;
  #latestMs: number;

  constructor(sinceMs: number) {
    this.#latestMs = sinceMs;
  }

  isOver(now: SeasonRuns | null, nowMs: number): boolean {
    if (now !== null && now.runs.length > this.#runs) {
      this.#runs = now.runs.length;
      this.#latestMs = Math.max(this.#latestMs, nowMs);
    }
    return nowMs > this.#latestMs + QUIET_MS;
  }
}

async function send(events: readonly SimulatedEvent[], player: Player): Promise<void> {
  if (events.length === 0) return;
  await player.system.producer.append(events.map(recordOfSimulated));
  const atMs = player.clock.now();
  for (const { topic, payload } of events) {
    if (!('event' in payload)) continue;
    const { merchantId, occurredAt } = payload.event;
    const what = topic === 'his-orders' ? 'HIS_EVENTS' : 'PAYMENT_EVENTS';
    const date = businessDateOf(Date.parse(occurredAt ?? ''));
    player.happenings.push({ merchantId: merchantId ?? '', date, what, atMs });
  }
}

function isAfter(after: NonNullable<SeasonStep['after']>, runs: SeasonRuns | null): boolean {
  return (runs?.runs ?? []).some(
    (run) =>
      run.merchantId === after.merchantId &&
      run.date === after.date &&
      (!after.failed || run.outcome === 'FAILED'),
  );
}

async function act(what: SeasonStep['act'], player: Player): Promise<void> {
  const { system, closing, folder, onProgress } = player;
  switch (what.kind) {
    case 'EVENTS':
      onProgress(`${what.events.length} events that a HIS held back`);
      return send(what.events, player);
    case 'BILL':
      return drop(what.bill, folder);
    case 'HANDLE': {
      const { merchantId, date } = what;
      const open = await whenThere(() => unhandled(system, merchantId, date));
      for (const billId of open) {
        const handling = { merchantId, billId, handledBy: 'season', note: 'seen' };
        await whenThere(() => closing.handleBill(handling));
      }
      player.happenings.push({ merchantId, date, what: 'BILL_HANDLED', atMs: player.clock.now() });
      return onProgress(`${merchantId} ${date}: ${open.length} bills with bad rows are handled`);
    }
    case 'STRIKE':
      return player.striker.strike(what.strike);
  }
}

/** As whoever delivers it does: under another name until it is whole. */
async function drop({ merchantId, fileName, bytes }: SimulatedBill, folder: string): Promise<void> {
  const place = join(folder, merchantId, 'channel');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, `${fileName}.part`), bytes);
  await rename(join(place, `${fileName}.part`), join(place, fileName));
}

/** A ledger that was struck is away for a moment. */
async function whenThere<T>(call: () => Promise<T>): Promise<T> {
  for (const givenUpAt = Date.now() + AWAY_WITHIN_MS; ; await pause(LOOK_MS)) {
    try {
      return await call();
    } catch (error) {
      if (!isAway(error) || Date.now() > givenUpAt) throw error;
    }
  }
}

async function unhandled(system: TestSystem, merchantId: string, date: string): Promise<readonly string[]> {
  const result = await system.clickhouse.query({
    query: `SELECT DISTINCT bill_id FROM v_unhandled_bills
      WHERE merchant_id = {merchantId:String} AND business_date = {date:Date}`,
    query_params: { merchantId, date },
    format: 'JSONEachRow',
  });
  return (await result.json<{ readonly bill_id: string }>()).map((row) => row.bill_id);
}

/** All that was sent is stored, every date has a run that did not fail, and nothing is due any more. */
async function untilSettled(plan: SeasonPlan, { system, clock, onProgress }: Player): Promise<void> {
  await system.untilStored(plan.startMs);
  const progress = new Progress(Date.now());
  for (let runs = await readRuns(system); !progress.isOver(runs, Date.now()); runs = await readRuns(system)) {
    if (isSettled(plan, runs) && !(await isAnythingDue(plan, system, clock))) return;
    await pause(500);
  }
  onProgress('not all is settled');
  onProgress((await system.pipelineLog()).slice(-LOG_TAIL));
}

async function isAnythingDue(plan: SeasonPlan, system: TestSystem, clock: Clock): Promise<boolean> {
  const now = (): number => clock.now();
  const late = await clickHouseDayLedger(system.clickhouse).datesWithLateEntries();
  const days = await clickHouseScheduleLedger(system.clickhouse, now).daysSince(plan.season.dates[0] ?? '');
  return late.length > 0 || dueCloses(days, system.config.merchants.values(), now()).length > 0;
}
