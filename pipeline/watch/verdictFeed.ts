import type { LiveChanges, LiveVerdict, VerdictBatch } from '../../domain/alertPorts.ts';
import type { VersionedVerdict } from '../../domain/ports.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';

/** Beyond this the oldest exceptions are forgotten: that they healed is then not told live; cases and the ledger know. */
const MOST_DIFFERING = 50_000;
/** A round tells of so many hospitals at most; what is counted of the others waits for the next one. */
const MOST_BATCHES = 50;
/** Of a hospital in a round: exceptions and what healed, and beside them matches as a sample. */
const MOST_NOTABLE = 20;
const MOST_MATCHED = 5;
/** Of all hospitals in a round. */
const MOST_ITEMS = 200;

type Collected = Record<'verdicts' | 'matched' | 'exceptions' | 'healed', number> & {
  /** Matches that are to be told once they are stored. */
  wanted: number;
  readonly notable: LiveVerdict[];
  readonly sample: LiveVerdict[];
};
type Differing = { readonly sinceMs: number; readonly version: bigint };

/**
 * Realtime verdicts for whoever looks on. Everything is counted, few are told one by one: what goes out is bounded by
 * rounds, not by events.
 */
export class VerdictFeed {
  readonly #live: Pick<LiveChanges, 'publish'>;
  readonly #now: () => number;
  readonly #byMerchant = new Map<string, Collected>();
  readonly #differing = new Map<string, Differing>();

  constructor(live: Pick<LiveChanges, 'publish'>, now: () => number) {
    this.#live = live;
    this.#now = now;
  }

  /** Whether a match is to be told of itself, once it is stored; else it is counted at once, and that is all. */
  wants({ verdict: { merchantId, code } }: VersionedVerdict): boolean {
    const collected = this.#of(merchantId);
    if (collected.wanted < MOST_MATCHED) {
      collected.wanted += 1;
      return true;
    }
    collected.verdicts += 1;
    if (code === 'MATCHED') collected.matched += 1;
    return false;
  }

  /** Exceptions, what takes their place, and what was wanted, once it is stored; some come again, and older ones after newer. */
  see({ verdict, version, span }: VersionedVerdict): void {
    const { merchantId, orderNo, keyPart, code } = verdict;
    const nowMs = this.#now();
    const key = `${merchantId} ${orderNo} ${keyPart} ${span}`;
    const before = this.#differing.get(key);
    if (before && before.version >= version) return;
    const differs = EXCEPTION_CODES.has(code);
    const collected = this.#of(merchantId);
    collected.verdicts += 1;
    if (code === 'MATCHED') collected.matched += 1;
    if (differs && !before) collected.exceptions += 1;
    if (!differs && before) collected.healed += 1;
    if (differs) this.#remember(key, { sinceMs: before?.sinceMs ?? nowMs, version });
    else this.#differing.delete(key);
    const [list, most] =
      differs || before ? [collected.notable, MOST_NOTABLE] : [collected.sample, MOST_MATCHED];
    if (list.length >= most) return;
    list.push(liveVerdictOf(verdict, nowMs, differs || !before ? null : nowMs - before.sinceMs));
  }

  /** Tells what came since the last round. What cannot be told is not told later: it is a sight, not a record. */
  async round(): Promise<void> {
    if (this.#byMerchant.size === 0) return;
    const told = [...this.#byMerchant].slice(0, MOST_BATCHES);
    for (const [merchantId] of told) this.#byMerchant.delete(merchantId);
    const atMs = this.#now();
    let left = MOST_ITEMS;
    const batches = told.map(([merchantId, collected]): VerdictBatch => {
      const { verdicts, matched, exceptions, healed, notable, sample } = collected;
      const items = [...notable, ...sample].slice(0, left);
      left -= items.length;
      return { merchantId, atMs, verdicts, matched, exceptions, healed, items };
    });
    await this.#live.publish(
      batches.map((batch) => ({ topic: 'verdicts', merchantId: batch.merchantId, batch })),
    );
  }

  #of(merchantId: string): Collected {
    const known = this.#byMerchant.get(merchantId);
    if (known) return known;
    const fresh = { verdicts: 0, matched: 0, exceptions: 0, healed: 0, wanted: 0, notable: [], sample: [] };
    this.#byMerchant.set(merchantId, fresh);
    return fresh;
  }

  #remember(key: string, differing: Differing): void {
    this.#differing.set(key, differing);
    const [oldest] = this.#differing.keys();
    if (this.#differing.size > MOST_DIFFERING && oldest !== undefined) this.#differing.delete(oldest);
  }
}

function liveVerdictOf(
  { kind, orderNo, refundNo, keyPart, code, channel, businessDate, sides }: VersionedVerdict['verdict'],
  atMs: number,
  healedAfterMs: number | null,
): LiveVerdict {
  const [merchant, platform] = [sides.MERCHANT, sides.PLATFORM];
  return {
    kind,
    orderNo,
    refundNo,
    keyPart,
    code,
    channel,
    businessDate,
    merchantFen: merchant?.amountFen ?? null,
    platformFen: platform?.amountFen ?? null,
    occurredAtMs: platform?.occurredAtMs ?? merchant?.occurredAtMs ?? atMs,
    atMs,
    healedAfterMs,
  };
}
