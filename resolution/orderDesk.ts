import type { CaseKey, CaseRow, NewStep } from '../domain/caseHistory.ts';
import { lastRow, nextRow } from '../domain/caseHistory.ts';
import { caseKeyOf, rowsThatFollow } from '../domain/caseTransition.ts';
import { DuizhangError } from '../domain/errors.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import type { OrderMoney, RefundAttempt } from '../domain/orderMoney.ts';
import { orderMoney } from '../domain/orderMoney.ts';
import { attemptsOf } from '../domain/refundIntent.ts';
import type { KeyWord, OrderFile, OrderLine, OrderLock, OrderRef } from '../domain/resolutionPorts.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';
import { LOCK_LEFT_MS } from './resolution.ts';

const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 50;

/**
 * Works on one order with its lock held and its file read: nobody else changes its cases meanwhile.
 * @throws DZ_ORDER_BUSY when somebody else holds it for too long, DZ_MONEY_WAITS
 */
export async function atOrder<T>(
  order: OrderRef,
  deps: ResolutionDeps,
  work: (desk: OrderDesk) => Promise<T>,
): Promise<T> {
  const lock = await held(order, deps);
  try {
    await deps.reached?.('LOCKED');
    const file = await deps.ledger.orderFile(order.merchantId, order.orderNo);
    const desk = new OrderDesk(order, file, lock, deps);
    await desk.followWords();
    await deps.reached?.('READ');
    return await work(desk);
  } finally {
    await lock.release();
  }
}

/** Written by nobody: whoever looks may not add anything. */
const NO_LOCK: OrderLock = {
  remainingMs: () => 0,
  assertHeld: () => Promise.reject(new Error('an order that is only looked at has no lock to write under')),
  release: () => Promise.resolve(),
};

/** An order as `atOrder` would find it, without its lock: nothing is written, and adding to its cases throws. */
export async function lookAtOrder(order: OrderRef, deps: ResolutionDeps): Promise<OrderDesk> {
  const file = await deps.ledger.orderFile(order.merchantId, order.orderNo);
  const rows = [...file.rows, ...rowsThatFollow(file.words, file.rows, deps.now())];
  return new OrderDesk(order, { ...file, rows }, NO_LOCK, deps);
}

async function held({ merchantId, orderNo }: OrderRef, deps: ResolutionDeps): Promise<OrderLock> {
  for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
    const lock = await deps.locks.hold(merchantId, orderNo);
    if (lock) return lock;
    await deps.pause(LOCK_PAUSE_MS);
  }
  throw new DuizhangError(
    'DZ_ORDER_BUSY',
    `another action on the order ${orderNo} is running; try again in a moment`,
    { messageZh: `订单 ${orderNo} 正在处理其他操作，请稍后再试` },
  );
}

type MoneyOf = { readonly repairedKey?: string | null; readonly without?: string | null };

/** One order under its lock: its lines, its cases as they stand, and the only way to add to them. */
export class OrderDesk {
  readonly order: OrderRef;
  readonly lock: OrderLock;
  readonly #deps: ResolutionDeps;
  readonly #lines: readonly OrderLine[];
  readonly #words: ReadonlyMap<string, KeyWord>;
  readonly #rows: CaseRow[];

  constructor(order: OrderRef, file: OrderFile, lock: OrderLock, deps: ResolutionDeps) {
    this.order = order;
    this.lock = lock;
    this.#deps = deps;
    this.#lines = file.lines;
    this.#words = new Map(file.words.map((word) => [word.caseId, word]));
    this.#rows = [...file.rows];
  }

  get rows(): readonly CaseRow[] {
    return this.#rows;
  }

  get lines(): readonly OrderLine[] {
    return this.#lines;
  }

  get attempts(): readonly RefundAttempt[] {
    return attemptsOf(this.#rows);
  }

  get words(): readonly KeyWord[] {
    return [...this.#words.values()];
  }

  /** @param of.repairedKey see `orderMoney` @param of.without the action of a refund that does not count */
  money({ repairedKey = null, without = null }: MoneyOf = {}): OrderMoney {
    const rules = this.#deps.merchants.get(this.order.merchantId)?.rules ?? DEFAULT_RULES;
    const all = this.attempts;
    const left = all.find(({ actionId }) => actionId === without);
    const attempts = all.filter((each) => each !== left);
    // A book may have it by now.
    const lines = this.#lines.filter(
      ({ entry }) => left === undefined || entry.kind !== 'REFUND' || entry.refundNo !== left.refundNo,
    );
    return orderMoney(lines, attempts, { rules, repairedKey });
  }

  lastOf(caseId: string): CaseRow | null {
    return lastRow(this.#rows.filter((row) => row.caseId === caseId));
  }

  /** What a refund fixed before its first try. */
  intentRow(actionId: string): CaseRow {
    const row = this.#rows.find((each) => each.actionId === actionId && each.step === 'INTENT');
    if (!row) throw new Error(`the action ${actionId} has no intent`);
    return row;
  }

  rowsOfAction(actionId: string): readonly CaseRow[] {
    return this.#rows.filter((row) => row.actionId === actionId);
  }

  /** Brings each of the order's cases to what the verdicts say; what a person then does stands behind it. */
  async followWords(): Promise<void> {
    await this.#append(rowsThatFollow(this.words, this.rows, this.#deps.now()));
  }

  /** Whether a call of a gateway would end before the lock does. */
  get hasTimeLeft(): boolean {
    return this.lock.remainingMs() >= LOCK_LEFT_MS;
  }

  /** @throws DZ_ORDER_LOCK_LOST */
  assertTimeLeft(): void {
    if (this.hasTimeLeft) return;
    throw refuse(
      'DZ_ORDER_LOCK_LOST',
      'too little time is left of the lock for a call of the gateway; what was begun is followed to its end by itself',
      '操作超时，系统会自动跟进已提交的退款',
    );
  }

  /**
   * Adds rows to a case, all of them or none. Durable when it resolves.
   * @throws DZ_ORDER_LOCK_LOST; nothing is written then
   */
  async add(key: CaseKey, ...steps: readonly NewStep[]): Promise<void> {
    const rows: CaseRow[] = [];
    for (const step of steps)
      rows.push(nextRow(caseKeyOf(key), rows.at(-1) ?? this.lastOf(key.caseId), step));
    await this.#append(rows);
  }

  async #append(rows: readonly CaseRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.lock.assertHeld();
    await this.#deps.ledger.append(rows);
    this.#rows.push(...rows);
  }
}
