import type { BillFetch } from '../../domain/billFetch.ts';
import type { BillAnswer, SourceName, WantedBill } from '../../domain/billSource.ts';
import type { BackOff, FetchWindow } from './schedule.ts';
import { closesAt, nextAsk, opensAt } from './schedule.ts';

export type AnswerContext = {
  readonly wanted: WantedBill;
  readonly source: SourceName;
  readonly before: BillFetch | null;
  readonly nowMs: number;
  readonly window: FetchWindow;
  readonly backOff: BackOff;
  /** In [0, 1). */
  readonly random: number;
};

/** An uncertain "no trade" is believed this long after the window opened, where no trade is expected. */
const BELIEVED_AFTER_MS = 2 * 3_600_000;

/** A bill that was imported. @param from where from; null: it was there before we asked */
export function afterImport(context: AnswerContext, billId: string, from: string | null): BillFetch {
  const end = { status: 'IN', code: null, detail: null, nextAskAtMs: null, billId, from } as const;
  return { ...counted(context, from === null ? 0 : 1, 0), ...end };
}

/**
 * How the asking stands after an answer that was no bill, or one that could not be imported.
 * @param isTradeExpected whether the platform knows of trade that the bill would hold: weighs an uncertain "no trade"
 */
export function afterAnswer(
  answer: Exclude<BillAnswer, { kind: 'bill' }>,
  context: AnswerContext,
  isTradeExpected: boolean,
): BillFetch {
  const { wanted, nowMs, window } = context;
  if (answer.kind === 'no-trade') {
    const isBelieved = nowMs >= opensAt(wanted.date, window) + BELIEVED_AFTER_MS && !isTradeExpected;
    if (answer.isCertain || isBelieved) return ended(context, 'NO_TRADE', null, answer.detail);
    return waiting({
      context,
      failures: 0,
      code: 'DZ_SOURCE_NO_BILL',
      detail: answer.detail,
      askAgainAtMs: null,
    });
  }
  if (answer.kind === 'not-ready') {
    const { askAgainAtMs, detail } = answer;
    return waiting({ context, failures: 0, code: 'DZ_SOURCE_NOT_READY', detail, askAgainAtMs });
  }
  const { code, detail, askAgainAtMs } = answer;
  if (answer.needsPerson) return ended(context, 'GAVE_UP', code, detail, 1);
  return waiting({ context, failures: 1, code, detail, askAgainAtMs });
}

type Wait = {
  readonly context: AnswerContext;
  readonly failures: 0 | 1;
  readonly code: string;
  readonly detail: string;
  readonly askAgainAtMs: number | null;
};

function waiting({ context, failures, code, detail, askAgainAtMs }: Wait): BillFetch {
  const fetch = counted(context, 1, failures);
  const { wanted, window, backOff, nowMs, random } = context;
  const closesAtMs = closesAt(wanted.date, window, fetch.firstAskedAtMs);
  const next = nextAsk({ nowMs, closesAtMs, failures: fetch.failures, askAgainAtMs }, backOff, random);
  if (next === null) return { ...fetch, status: 'GAVE_UP', code, detail };
  return { ...fetch, nextAskAtMs: next, code, detail };
}

function ended(
  context: AnswerContext,
  status: 'NO_TRADE' | 'GAVE_UP',
  code: string | null,
  detail: string,
  failures: 0 | 1 = 0,
): BillFetch {
  return { ...counted(context, 1, failures), status, code, detail };
}

/** The next record of a bill that is waited for. */
function counted(
  { wanted, source, before, nowMs }: Pick<AnswerContext, 'wanted' | 'source' | 'before' | 'nowMs'>,
  asked: 0 | 1,
  failures: 0 | 1,
): BillFetch {
  return {
    merchantId: wanted.merchantId,
    book: wanted.book,
    channel: wanted.channel,
    date: wanted.date,
    source,
    status: 'WAITING',
    asked: (before?.asked ?? 0) + asked,
    failures: (before?.failures ?? 0) + failures,
    firstAskedAtMs: before?.firstAskedAtMs ?? nowMs,
    lastAskedAtMs: nowMs,
    nextAskAtMs: null,
    code: null,
    detail: null,
    billId: null,
    from: null,
    revision: (before?.revision ?? 0) + 1,
  };
}

/** A person wants a bill: one that was given up, another than is in, or one of a date that nobody asked for. */
export function askedAgain(
  wanted: WantedBill,
  source: SourceName,
  before: BillFetch | null,
  nowMs: number,
): BillFetch {
  return {
    ...counted({ wanted, source, before, nowMs }, 0, 0),
    failures: 0,
    firstAskedAtMs: nowMs,
    lastAskedAtMs: before?.lastAskedAtMs ?? nowMs,
    nextAskAtMs: nowMs,
    billId: before?.billId ?? null,
    from: before?.from ?? null,
  };
}
