import type { CaseFacts, CaseState } from '../domain/caseHistory.ts';
import type { OrderMoney } from '../domain/orderMoney.ts';

// What an exception is about, and what of it still has to go back.

/** Fen that the exception is about: a duplicate's surplus, the channel's amount, else the platform's. null: no book says. */
export function wholeOf(facts: CaseFacts | null): bigint | null {
  if (facts === null) return null;
  if (facts.type === 'DUPLICATE') return fenOf(facts.surplusFen);
  return fenOf(facts.channelFen) ?? fenOf(facts.platformFen);
}

/**
 * Fen that a refund of the exception returns now: the whole, less what went back before. Of a duplicate, what the patient has
 * paid net beyond what HIS has booked net; where HIS has booked every payment, each refund was of the surplus.
 * @param money of the order, without the refund in question
 */
export function dueOf(facts: CaseFacts | null, money: OrderMoney): bigint | null {
  const whole = wholeOf(facts);
  if (whole === null || facts === null || facts.kind === 'REFUND') return whole;
  const due = least(
    whole,
    money.refundableFen,
    facts.type === 'DUPLICATE' ? surplusLeft(whole, money) : whole,
  );
  return due > 0n ? due : 0n;
}

function surplusLeft(whole: bigint, { paidFen, refundedFen, bookedFen, isAllBooked }: OrderMoney): bigint {
  return isAllBooked ? whole - refundedFen : paidFen - refundedFen - bookedFen;
}

function least(...amounts: readonly bigint[]): bigint {
  return amounts.reduce((low, fen) => (fen < low ? fen : low));
}

/** What a case is about, for whoever has to agree: the whole, else the merchant's amount. */
export function stakeOf({ facts }: CaseState): bigint | null {
  return wholeOf(facts) ?? fenOf(facts?.merchantFen);
}

/** Amounts of a case's facts are texts of fen. */
export function fenOf(text: string | null | undefined): bigint | null {
  return text === null || text === undefined ? null : BigInt(text);
}
