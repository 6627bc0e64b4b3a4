import type { BusinessDate } from '../../domain/businessDate.ts';
import type { SimulatedBill } from '../day.ts';

// How the outside behaves when it is asked for bills: what all endpoints share.

export const FAULTS = [
  'SERVER_ERROR',
  'RATE_LIMITED',
  /** Nothing is answered until the caller gives up. */
  'SLOW',
  'NONSENSE',
  /** The answer is signed by somebody else. */
  'BAD_SIGNATURE',
  'CUT_BODY',
  'WRONG_HASH',
  /** The bill of the day before comes, with everything about it right. */
  'OTHER_DATE',
  /** The download URL has expired when it is used. */
  'EXPIRED_URL',
] as const;
export type Fault = (typeof FAULTS)[number];

export type BillCall = {
  /** Number at the channel; of a front-end machine the merchant's id. */
  readonly merchantNo: string;
  readonly date: BusinessDate;
  /** 1, 2, … of this merchant number and date. */
  readonly attempt: number;
};

export type Behaviour = {
  /** Epoch milliseconds. */
  now(): number;
  /** When the bill of a date exists. */
  readyAtMs(date: BusinessDate): number;
  /** What goes wrong with a call; null: nothing. */
  fault(call: BillCall): Fault | null;
  /** Calls a second of one merchant number; more are answered with the channel's error. */
  readonly maxCallsASecond: number;
  /** How long a download URL lives. */
  readonly urlLivesMs: number;
};

/** Bills by the number that a channel knows their merchant by. */
export type Shelf = {
  bill(merchantNo: string, date: BusinessDate): SimulatedBill | null;
};

/** @param numberOf the number of a bill's merchant at the place; null: the bill is of another place */
export function shelfOf(
  bills: readonly SimulatedBill[],
  numberOf: (bill: SimulatedBill) => string | null,
): Shelf {
  const byPlace = new Map<string, SimulatedBill>();
  for (const bill of bills) {
    const merchantNo = numberOf(bill);
    if (merchantNo !== null) byPlace.set(`${merchantNo} ${bill.date}`, bill);
  }
  return { bill: (merchantNo, date) => byPlace.get(`${merchantNo} ${date}`) ?? null };
}

/** Counts calls, and says when they come too fast. */
export class CallCounter {
  readonly #behaviour: Pick<Behaviour, 'now' | 'maxCallsASecond'>;
  readonly #attempts = new Map<string, number>();
  readonly #recent = new Map<string, number[]>();

  constructor(behaviour: Pick<Behaviour, 'now' | 'maxCallsASecond'>) {
    this.#behaviour = behaviour;
  }

  attempt(merchantNo: string, date: BusinessDate): BillCall {
    const key = `${merchantNo} ${date}`;
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    return { merchantNo, date, attempt };
  }

  isTooFast(merchantNo: string): boolean {
    const now = this.#behaviour.now();
    const recent = (this.#recent.get(merchantNo) ?? []).filter((at) => at > now - 1000);
    recent.push(now);
    this.#recent.set(merchantNo, recent);
    return recent.length > this.#behaviour.maxCallsASecond;
  }
}
