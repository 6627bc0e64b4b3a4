import { beforeEach, expect, test } from 'vitest';
import type { LiveChange, VerdictBatch } from '../../domain/alertPorts.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import type { VerdictCode } from '../../domain/verdict.ts';
import { VerdictFeed } from './verdictFeed.ts';

let nowMs = 0;
const published: LiveChange[] = [];
let feed = newFeed();
beforeEach(() => {
  nowMs = 1_000_000;
  published.length = 0;
  feed = newFeed();
});

function newFeed(): VerdictFeed {
  return new VerdictFeed({ publish: async (changes) => void published.push(...changes) }, () => nowMs);
}

function judged(orderNo: string, code: VerdictCode, version: bigint, merchantId = 'H001'): VersionedVerdict {
  const side = {
    amountFen: 2_500n,
    businessDate: '2026-03-09',
    occurredAtMs: 900_000,
    channel: null,
    identities: [],
    conflict: false,
  };
  const verdict = {
    mode: 'REALTIME',
    merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    keyPart: 'P',
    code,
    businessDate: '2026-03-09',
    channel: 'WECHAT',
    businessType: null,
    sides: { MERCHANT: code === 'PLATFORM_ONLY' ? null : side, PLATFORM: side, CHANNEL: null },
    possiblyCrossDay: false,
    amountConflict: false,
    channelConflict: false,
    ambiguousRefund: false,
    split: false,
    surplusFen: null,
    possibleDuplicateOf: null,
    mergedReceipt: null,
  } as const;
  return { verdict, version, span: 0 };
}

async function batches(): Promise<readonly VerdictBatch[]> {
  published.length = 0;
  await feed.round();
  return published.flatMap((change) => (change.topic === 'verdicts' ? [change.batch] : []));
}

test('an exception that heals is told with how long it was one, once', async () => {
  feed.see(judged('A', 'PLATFORM_ONLY', 1n));
  feed.see(judged('A', 'PLATFORM_ONLY', 1n));
  expect(await batches()).toMatchObject([
    {
      exceptions: 1,
      verdicts: 1,
      items: [{ code: 'PLATFORM_ONLY', merchantFen: null, healedAfterMs: null }],
    },
  ]);
  nowMs += 90_000;
  // A former word that comes again changes nothing.
  feed.see(judged('A', 'PLATFORM_ONLY', 1n));
  expect(await batches()).toEqual([]);
  feed.see(judged('A', 'MATCHED', 2n));
  expect(await batches()).toMatchObject([
    { matched: 1, healed: 1, items: [{ orderNo: 'A', code: 'MATCHED', healedAfterMs: 90_000 }] },
  ]);
  feed.see(judged('B', 'MATCHED', 1n));
  expect(await batches()).toMatchObject([
    { matched: 1, healed: 0, exceptions: 0, items: [{ healedAfterMs: null }] },
  ]);
});

test('everything is counted, and what is told stays small however much comes', async () => {
  for (let n = 0; n < 5_000; n += 1) {
    const of = `H${n % 120}`;
    feed.see(judged(`M${n}`, 'MATCHED', 1n, of));
    feed.see(judged(`E${n}`, 'PLATFORM_ONLY', 1n, of));
  }
  const rounds = [await batches(), await batches(), await batches(), await batches()];
  expect(rounds.map((round) => round.length)).toEqual([50, 50, 20, 0]);
  for (const round of rounds) {
    const items = round.flatMap((batch) => batch.items);
    expect(items.length).toBeLessThanOrEqual(200);
  }
  const all = rounds.flat();
  expect(all.reduce((sum, { verdicts }) => sum + verdicts, 0)).toBe(10_000);
  expect(all.reduce((sum, { exceptions }) => sum + exceptions, 0)).toBe(5_000);
  // Exceptions come before the sample of matches.
  expect(rounds[0]?.[0]?.items[0]?.code).toBe('PLATFORM_ONLY');
});

test('of matches a few a round are wanted one by one; the others are counted alone', async () => {
  const wanted = Array.from({ length: 100 }, (_, n) => judged(`M${n}`, 'MATCHED', 1n)).filter((match) =>
    feed.wants(match),
  );
  for (const match of wanted) feed.see(match);
  expect(wanted).toHaveLength(5);
  const [batch] = await batches();
  expect(batch).toMatchObject({ verdicts: 100, matched: 100, exceptions: 0 });
  expect(batch?.items).toHaveLength(5);
  expect(feed.wants(judged('N', 'MATCHED', 1n))).toBe(true);
});
