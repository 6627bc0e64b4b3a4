import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import type { Entry } from '../../domain/entry.ts';
import { addDays, businessDateOf, startOfDate } from '../../domain/businessDate.ts';
import type { CaseRow } from '../../domain/caseHistory.ts';
import type { HealingRules, HealingSaid, PaymentAnswer } from '../../domain/selfHealing.ts';
import { healingOf } from '../../domain/selfHealing.ts';
import type { Considered } from '../../resolution/healing/considerCase.ts';
import { considerCase } from '../../resolution/healing/considerCase.ts';
import type { HealingDeps } from '../../resolution/healing/healingFacts.ts';
import { SelfHealing } from '../../resolution/healing/keepHealing.ts';
import type { CaseSystem } from '../resolution/resolutionHarness.ts';
import { AT_MS, DATE, line, matchedLines, startCaseSystem } from '../resolution/resolutionHarness.ts';

export const MINUTE_MS = 60_000;
export const HOSPITAL = 'H001';

export const ON: HealingRules = {
  mode: 'on',
  isIntraday: false,
  perOrderFen: 20_000n,
  dailyFen: 100_000n,
  dailyOrders: 10,
  askAgainAfterMs: 5 * MINUTE_MS,
  notBeforeMs: 30 * MINUTE_MS,
};

/** A day on which HIS lacks payments that the channel's bill has, closed; the gateway and HIS are in memory and hold the truth. */
export class HealingSystem implements AsyncDisposable {
  readonly cases: CaseSystem;
  /** What the channel says of an order when it is asked; absent: nothing clear. */
  readonly channel = new Map<string, PaymentAnswer>();
  readonly told: Considered[] = [];
  readonly stuck: string[] = [];
  readonly #lines: Entry[] = [];

  constructor(cases: CaseSystem) {
    this.cases = cases;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cases[Symbol.asyncDispose]();
  }

  get deps(): HealingDeps {
    return {
      ...this.cases.deps,
      payments: {
        paymentNow: ({ orderNo }) =>
          Promise.resolve(this.channel.get(orderNo) ?? { state: 'UNCLEAR', detail: 'it does not answer' }),
      },
      evidence: clickHouseEvidence(this.cases.close.client),
    };
  }

  get rules(): HealingRules {
    return this.cases.healingRules;
  }

  set rules(rules: HealingRules) {
    this.cases.healingRules = rules;
  }

  /** Payments that platform and channel have and HIS lacks, which says so when it is asked; the day is closed. */
  async lost(...amounts: readonly bigint[]): Promise<readonly string[]> {
    const orderNos = amounts.map(() => this.cases.newOrderNo());
    const booked = this.cases.newOrderNo();
    const paid = orderNos.map((orderNo, i) => ({ amountFen: amounts[i] ?? 0n, ...at(orderNo), orderNo }));
    for (const { orderNo, ...more } of paid) {
      this.#lines.push(line('CHANNEL', orderNo, more));
      this.cases.hisOrders.set(orderNo, { state: 'ABSENT' });
    }
    this.#lines.push(line('CHANNEL', booked));
    await this.cases.close.writeEvents([
      ...paid.map(({ orderNo, ...more }) => line('PLATFORM', orderNo, more)),
      ...matchedLines(booked).filter(({ book }) => book !== 'CHANNEL'),
    ]);
    await this.#billAndClose();
    return orderNos;
  }

  /** A payment that stands in the channel's bill and nowhere else: nobody made it. HIS says that it lacks it. */
  async invented(amountFen: bigint): Promise<string> {
    const orderNo = this.cases.newOrderNo();
    this.#lines.push(line('CHANNEL', orderNo, { amountFen, ...at(orderNo) }));
    this.cases.hisOrders.set(orderNo, { state: 'ABSENT' });
    await this.#billAndClose();
    return orderNo;
  }

  async #billAndClose(): Promise<void> {
    const place = { book: 'CHANNEL', channel: 'WECHAT', businessDate: DATE } as const;
    await this.cases.close.writeBill(this.#lines, place);
    await this.close();
  }

  async close(): Promise<void> {
    await this.cases.close.close(DATE);
    await this.cases.keepCases();
  }

  /** A keeper that goes on over rounds. */
  keeper(deps: HealingDeps = this.deps): SelfHealing {
    return new SelfHealing(deps, {
      onConsidered: (considered) => void this.told.push(considered),
      onStuck: ({ orderNo }, error) => void this.stuck.push(`${orderNo} ${error.code}`),
    });
  }

  /** Looks at everything now, and again after minutes that are long enough for the second question. */
  async heal(): Promise<void> {
    const keeper = this.keeper();
    await keeper.round();
    this.pass(6 * MINUTE_MS);
    await keeper.round();
  }

  consider(orderNo: string, deps: HealingDeps = this.deps): Promise<Considered | null> {
    const caseId = this.cases.idOf(HOSPITAL, orderNo, 'P');
    return considerCase({ merchantId: HOSPITAL, orderNo, caseId }, deps);
  }

  pass(ms: number): void {
    this.cases.nowMs += ms;
  }

  /** 10:00 of the next day in Beijing: a budget of its own. */
  nextDay(): void {
    this.cases.nowMs = startOfDate(addDays(businessDateOf(this.cases.nowMs), 1)) + 10 * 60 * MINUTE_MS;
  }

  stop(isStopped = true, merchantId = ''): Promise<void> {
    const word = { merchantId, isStopped, by: 'wang', reason: 'looking', atMs: this.cases.nowMs };
    return this.deps.healing.set(word);
  }

  rowsOf(orderNo: string): Promise<readonly CaseRow[]> {
    return this.cases.rowsOf(orderNo);
  }

  /** Orders with a refund that has no final outcome. */
  async openRefunds(): Promise<readonly string[]> {
    return (await this.cases.ledger.ordersWithOpenRefunds()).map(({ orderNo }) => orderNo);
  }

  /** The decisions in the case's history. */
  async decisionsOn(orderNo: string): Promise<readonly string[]> {
    const said = (await this.rowsOf(orderNo))
      .map(healingOf)
      .filter((each): each is HealingSaid => each !== null);
    return said.map(({ decision, reason }) => `${decision} ${reason}`);
  }
}

export async function startHealingSystem(): Promise<HealingSystem> {
  return new HealingSystem(await startCaseSystem());
}

/** Amounts that are alike around one time would look like something else to the rules about causes. */
let minutes = 0;
function at(orderNo: string): Partial<Entry> {
  minutes = (minutes + 7) % 400;
  return { occurredAtMs: AT_MS + minutes * MINUTE_MS, channelTxnNo: `T-${orderNo}` };
}
