import type { Reply } from '../serve.ts';
import type { AskedRefund, Course, KeptRefund, RefundBook, Taken } from './refundBook.ts';

// What goes wrong between a gateway's book and its caller: the same for all gateways, in each one's own words.

export const REFUND_FAULTS = [
  /** Nothing is done, and nothing answered until the caller gives up. */
  'TIMEOUT_BEFORE',
  /** The refund is carried out, and nothing answered. */
  'TIMEOUT_AFTER',
  /** 502 of something in front. */
  'ERROR_BEFORE',
  'ERROR_AFTER',
  /** The gateway's own error for "who knows". */
  'SYSTEM_ERROR_BEFORE',
  'SYSTEM_ERROR_AFTER',
  /** These come after the refund was carried out. */
  'CUT_ANSWER',
  'WRONG_SIGNATURE',
  'NO_SIGNATURE',
  'NONSENSE',
  /** Taken, and settled `processingMs` later. Of Alipay, which has no such state: fund_change=N, and done later. */
  'PROCESSING_THEN_SUCCESS',
  'PROCESSING_THEN_CLOSED',
  'PROCESSING_THEN_ABNORMAL',
] as const;
export type RefundFault = (typeof REFUND_FAULTS)[number];

/** The gateway says this code and does nothing. */
export type SaidCode = { readonly code: string; readonly status?: number; readonly message?: string };

export type RefundCall = {
  readonly kind: 'SEND' | 'ASK';
  readonly merchantNo: string;
  readonly refundNo: string;
  /** 1, 2, … of all calls. */
  readonly n: number;
};

export type RefundDeskParts = {
  readonly book: RefundBook;
  /** What goes wrong with a call; null: nothing. */
  readonly fault: (call: RefundCall) => RefundFault | SaidCode | null;
  readonly processingMs: number;
};

export type Outcome<T> =
  | { readonly kind: 'DONE'; readonly value: T; readonly fault: RefundFault | null }
  | { readonly kind: 'SAYS'; readonly said: SaidCode; readonly fault: null }
  | { readonly kind: 'NOTHING'; readonly fault: RefundFault };

export class RefundDesk {
  readonly book: RefundBook;
  readonly calls: RefundCall[] = [];
  readonly #parts: RefundDeskParts;

  constructor(parts: RefundDeskParts) {
    this.#parts = parts;
    this.book = parts.book;
  }

  send(asked: AskedRefund): Outcome<Taken> {
    return this.#call({ kind: 'SEND', ...asked }, (fault) =>
      this.book.take(asked, courseOf(fault, this.#parts.processingMs)),
    );
  }

  ask(merchantNo: string, refundNo: string): Outcome<KeptRefund | null> {
    return this.#call({ kind: 'ASK', merchantNo, refundNo }, () => this.book.find(merchantNo, refundNo));
  }

  #call<T>(
    { kind, merchantNo, refundNo }: Omit<RefundCall, 'n'>,
    act: (fault: RefundFault | null) => T,
  ): Outcome<T> {
    const call = { kind, merchantNo, refundNo, n: this.calls.length + 1 };
    this.calls.push(call);
    const fault = this.#parts.fault(call);
    if (fault !== null && typeof fault !== 'string') return { kind: 'SAYS', said: fault, fault: null };
    if (fault?.endsWith('_BEFORE')) return { kind: 'NOTHING', fault };
    return { kind: 'DONE', value: act(fault), fault };
  }
}

function courseOf(fault: RefundFault | null, afterMs: number): Course | undefined {
  if (fault === 'PROCESSING_THEN_SUCCESS') return { ends: 'SUCCESS', afterMs };
  if (fault === 'PROCESSING_THEN_CLOSED') return { ends: 'CLOSED', afterMs };
  if (fault === 'PROCESSING_THEN_ABNORMAL') return { ends: 'ABNORMAL', afterMs };
  return undefined;
}

export type Voice = {
  /** @param isStranger by a key that is not the gateway's */
  readonly sign: (reply: Reply, isStranger: boolean) => Reply;
  /** The gateway's own error for "who knows". */
  readonly systemError: () => Reply;
};

/** How an answer reaches the caller under a fault; null: not at all. */
export function delivered(fault: RefundFault | null, reply: () => Reply, voice: Voice): Reply | null {
  switch (fault) {
    case 'TIMEOUT_BEFORE':
    case 'TIMEOUT_AFTER':
      return null;
    case 'ERROR_BEFORE':
    case 'ERROR_AFTER':
      return { status: 502, body: 'Bad Gateway' };
    case 'SYSTEM_ERROR_BEFORE':
    case 'SYSTEM_ERROR_AFTER':
      return voice.sign(voice.systemError(), false);
    case 'CUT_ANSWER':
      return { ...voice.sign(reply(), false), isCut: true };
    case 'WRONG_SIGNATURE':
      return voice.sign(reply(), true);
    case 'NO_SIGNATURE':
      return reply();
    case 'NONSENSE':
      return voice.sign({ status: 200, body: '<html>welcome to the hotel</html>' }, false);
    case 'PROCESSING_THEN_SUCCESS':
    case 'PROCESSING_THEN_CLOSED':
    case 'PROCESSING_THEN_ABNORMAL':
    case null:
      return voice.sign(reply(), false);
  }
}
