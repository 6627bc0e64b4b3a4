import fc from 'fast-check';
import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisWindow } from '../../adapters/redis/window/redisWindow.ts';
import { businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import type { Entry } from '../../domain/entry.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { OutboxEntry, SlotMoment, WindowEvent, WindowStore } from '../../domain/joinPorts.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { judgeOrder } from '../../domain/verdict.ts';
import { windowEventOf } from '../../pipeline/join/fact.ts';
import { slotOf } from '../../pipeline/join/hash.ts';
import { judgeChange } from '../../pipeline/join/judgeChange.ts';
import { WindowModel } from './windowModel.ts';
import { startRedis } from '../services/index.ts';

const SLOTS = 2;
const MIDNIGHT = startOfDate('2026-03-10');

let server: Awaited<ReturnType<typeof startRedis>>;
let redis: Redis;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dz-histories-'));
  server = await startRedis({ dir: folder, appendfsync: 'everysec' });
  redis = new Redis(server.url, { protocol: 2 } as object);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Few orders, identities and amounts, so that histories collide often; times on both sides of midnight. */
const entryArbitrary: fc.Arbitrary<Entry> = fc
  .record({
    book: fc.constantFrom('MERCHANT' as const, 'PLATFORM' as const),
    kind: fc.constantFrom('PAYMENT' as const, 'PAYMENT' as const, 'REFUND' as const),
    order: fc.integer({ min: 1, max: 3 }),
    refund: fc.integer({ min: 1, max: 2 }),
    identity: fc.constantFrom('1', '1', '1', '2'),
    amountFen: fc.constantFrom(100n, 100n, 100n, 50n),
    minutes: fc.constantFrom(-2, -1, 1, 2),
  })
  .map((r) => {
    const occurredAtMs = MIDNIGHT + r.minutes * 60_000;
    return {
      book: r.book,
      merchantId: 'H001',
      kind: r.kind,
      orderNo: `HP${r.order}`,
      refundNo: r.kind === 'REFUND' ? `RF${r.refund}` : null,
      channel: r.book === 'PLATFORM' ? ('WECHAT' as const) : null,
      channelTxnNo: r.book === 'PLATFORM' ? `42${r.identity}` : null,
      hisOrderNo: r.book === 'MERCHANT' ? `R${r.identity}` : null,
      amountFen: r.amountFen,
      occurredAtMs,
      businessDate: businessDateOf(occurredAtMs),
      businessType: 'REGISTRATION',
      source: 'EVENT' as const,
      sourceRef: '',
    };
  });

type Step =
  | { readonly kind: 'read'; readonly partition: number; readonly count: number; readonly replyLost: boolean }
  | { readonly kind: 'rewind'; readonly partition: number; readonly by: number }
  | { readonly kind: 'sweep'; readonly minutes: number }
  | { readonly kind: 'flush'; readonly killedBeforeTrim: boolean }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'emptied' };

const partition = fc.integer({ min: 0, max: 2 });
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      partition,
      count: fc.integer({ min: 0, max: 5 }),
      replyLost: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rewind' as const), partition, by: fc.nat({ max: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sweep' as const), minutes: fc.integer({ min: 2, max: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), killedBeforeTrim: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('emptied' as const) }) },
);

test('any history of reads, replays, lost replies, rollbacks and sweeps ends at the rows that the facts alone give', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(entryArbitrary, { maxLength: 10 }), { minLength: 3, maxLength: 3 }),
      fc.array(stepArbitrary, { maxLength: 40 }),
      async (partitions, steps) => {
        await redis.flushall();
        const model = new WindowModel(SLOTS);
        const real = new RedisWindow(redis, { slots: SLOTS, groups: 2 });
        const onModel = new History(partitions, model, {
          snapshot: async () => model.snapshot(),
          restore: async (saved) => model.restore(saved),
        });
        const onRedis = new History(partitions, real, { snapshot: dumpRedis, restore: restoreRedis });
        for (const step of steps) {
          await onModel.step(step);
          await onRedis.step(step);
          expect(await openLinesOfRedis(), `after ${JSON.stringify(step)}`).toEqual(model.openLines());
        }
        await onModel.finish();
        await onRedis.finish();
        const truth = truthOf(partitions.flat());
        expect(onModel.finalRows()).toEqual(truth);
        expect(onRedis.finalRows()).toEqual(truth);
      },
    ),
    {
      numRuns: Number(process.env['DZ_RUNS'] ?? 150),
      ...(process.env['DZ_SEED'] ? { seed: Number(process.env['DZ_SEED']) } : {}),
    },
  );
});

/** Reads partitions into one window as the joiner does, and keeps the stored rows as the ledger does. */
class History<Saved> {
  readonly #events: readonly (readonly WindowEvent[])[];
  readonly #window: WindowStore;
  readonly #saves: { snapshot(): Promise<Saved>; restore(saved: Saved | null): Promise<void> };
  readonly #read: number[] = [0, 0, 0];
  readonly #rows = new Map<string, VersionedVerdict>();
  #saved: Saved | null = null;

  constructor(
    partitions: readonly (readonly Entry[])[],
    window: WindowStore,
    saves: { snapshot(): Promise<Saved>; restore(saved: Saved | null): Promise<void> },
  ) {
    this.#events = partitions.map((entries) =>
      entries.map((entry, index) => windowEventOf(entry, DEFAULT_RULES.windowMs, false, index)),
    );
    this.#window = window;
    this.#saves = saves;
  }

  async step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'read':
        return this.#readNext(step.partition, step.count, step.replyLost);
      case 'rewind':
        this.#read[step.partition] = Math.max(0, (this.#read[step.partition] ?? 0) - step.by);
        return;
      case 'sweep':
        return this.#sweep(MIDNIGHT + step.minutes * 60_000);
      case 'flush':
        return this.#flush(step.killedBeforeTrim);
      case 'snapshot':
        this.#saved = await this.#saves.snapshot();
        return;
      case 'rollback':
        return this.#lose(this.#saved);
      case 'emptied':
        return this.#lose(null);
    }
  }

  /** Reads everything to its end, lets every deadline pass, stores everything. */
  async finish(): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      const slots = await this.#window.positions();
      this.#events.forEach((_, p) => {
        this.#read[p] = Math.min(...slots.map((slot) => slot.get(String(p)) ?? 0));
      });
      if (this.#events.every((events, p) => (this.#read[p] ?? 0) >= events.length)) break;
      for (let p = 0; p < this.#events.length; p += 1) await this.#readNext(p, 4, false);
    }
    await this.#sweep(MIDNIGHT + 3_600_000);
    await this.#flush(false);
  }

  /** The rows as a reader of the ledger sees them: the highest version of each key. */
  finalRows(): Map<string, string> {
    return new Map([...this.#rows].map(([key, row]) => [key, describe(row.verdict)] as const).sort(byKey));
  }

  /** Event time is from what was read, whatever the slots have kept of it. */
  #knownTo(): ReadonlyMap<string, number> {
    return new Map(this.#read.flatMap((at, p) => (at > 0 ? [[String(p), at] as const] : [])));
  }

  #isBehind(slot: ReadonlyMap<string, number> | undefined): boolean {
    return [...this.#knownTo()].some(([p, at]) => (slot?.get(p) ?? 0) < at);
  }

  /** What is said to be stored afterwards of what waited before is stored: the closing of a day rests on it. */
  async #lose(saved: Saved | null): Promise<void> {
    const before: { readonly moment: SlotMoment; readonly waiting: ReturnType<typeof rowsOf> }[] = [];
    for (let slot = 0; slot < this.#window.slots; slot += 1) {
      const moment = await this.#window.momentOf(slot, 0);
      before.push({ moment, waiting: rowsOf(await this.#window.readOutbox(slot, 1000)) });
    }
    await this.#saves.restore(saved);
    for (const [slot, { moment, waiting }] of before.entries()) {
      if ((await this.#window.whetherStored(slot, moment)) !== 'STORED') continue;
      for (const [key, row] of waiting) {
        expect(this.#rows.get(key)?.version ?? 0).toBeGreaterThanOrEqual(row.version);
      }
    }
  }

  async #readNext(p: number, count: number, replyLost: boolean): Promise<void> {
    const events = this.#events[p] ?? [];
    const from = this.#read[p] ?? 0;
    const end = Math.min(events.length, from + count);
    let next = end;
    for (let slot = 0; slot < this.#window.slots; slot += 1) {
      const own = events.slice(from, end).filter((event) => slotOf(event.homeHash, SLOTS) === slot);
      const range = { partition: String(p), from, end, start: 0 };
      for (let call = 0; call < (replyLost ? 2 : 1); call += 1) {
        let restored = new Map<string, string[]>();
        for (;;) {
          const answer = await this.#window.apply(slot, range, own, restored);
          if (answer.kind === 'gap') next = Math.min(next, answer.position);
          if (answer.kind !== 'hit') break;
          const orders = answer.events.map((index) => own[index]?.orderKey ?? '');
          restored = new Map([...restored, ...(await this.#storedLines(slot, orders))]);
        }
      }
    }
    this.#read[p] = next;
  }

  /** What the ledger's entries hold of these orders: all events that the slot has seen. */
  async #storedLines(slot: number, orderKeys: readonly string[]): Promise<Map<string, string[]>> {
    const seen = (await this.#window.positions())[slot];
    const stored = this.#events.flatMap((events, p) => events.slice(0, seen?.get(String(p)) ?? 0));
    return new Map(
      orderKeys.map((key) => [
        key,
        [...new Set(stored.filter((e) => e.orderKey === key).map((e) => e.line))],
      ]),
    );
  }

  async #sweep(untilMs: number): Promise<void> {
    for (let slot = 0; slot < this.#window.slots; slot += 1) {
      for (;;) {
        const second = Math.floor(untilMs / 1000);
        const { marked, more } = await this.#window.sweep(slot, second, 3, this.#knownTo());
        // Else it waits for events that it has lost.
        if (!more || (marked === 0 && this.#isBehind((await this.#window.positions())[slot]))) break;
      }
    }
  }

  async #flush(killedBeforeTrim: boolean): Promise<void> {
    for (let slot = 0; slot < this.#window.slots; slot += 1) {
      const entries = await this.#window.readOutbox(slot, 1000);
      for (const [key, row] of rowsOf(entries)) {
        const known = this.#rows.get(key);
        if (!known || row.version >= known.version) this.#rows.set(key, row);
      }
      const last = entries.at(-1);
      if (last && !killedBeforeTrim) await this.#window.trimOutbox(slot, last);
    }
  }
}

/** By key; of several of a key all, in their order. */
function rowsOf(entries: readonly OutboxEntry[]): readonly (readonly [string, VersionedVerdict])[] {
  return entries
    .flatMap(({ changes }) => changes)
    .flatMap((change) => judgeChange(change, () => DEFAULT_RULES))
    .map((row) => [`${row.verdict.orderNo} ${row.verdict.keyPart}`, row] as const);
}

function truthOf(entries: readonly Entry[]): Map<string, string> {
  const byOrder = Map.groupBy(entries, (entry) => orderKeyOf(entry.merchantId, entry.orderNo));
  const verdicts = [...byOrder.values()].flatMap((lines) =>
    judgeOrder(lines, { mode: 'REALTIME', rules: DEFAULT_RULES, deadlinePassed: () => true }),
  );
  return new Map(verdicts.map((v) => [`${v.orderNo} ${v.keyPart}`, describe(v)] as const).sort(byKey));
}

function describe(v: Verdict): string {
  return JSON.stringify([v.code, v.businessDate, v.split, v.surplusFen, v.sides], (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function byKey(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

async function openLinesOfRedis(): Promise<Map<string, string[]>> {
  const orders = new Map<string, string[]>();
  for (let slot = 0; slot < SLOTS; slot += 1) {
    for (const [key, lines] of Object.entries(await redis.hgetall(`dz:{${slot}}:open`))) {
      orders.set(key, lines.split('\n').sort());
    }
  }
  return orders;
}

async function dumpRedis(): Promise<string> {
  const dumps: [string, string][] = [];
  for (const key of await redis.keys('*')) {
    dumps.push([key, (await redis.dumpBuffer(key))?.toString('base64') ?? '']);
  }
  return JSON.stringify(dumps);
}

async function restoreRedis(saved: string | null): Promise<void> {
  await redis.flushall();
  for (const [key, dump] of JSON.parse(saved ?? '[]') as [string, string][]) {
    await redis.restore(key, 0, Buffer.from(dump, 'base64'));
  }
}
