import type { CaseFacts, CaseKey, CaseRow, CaseState, NewStep } from './caseHistory.ts';
import { lastRow, nextRow } from './caseHistory.ts';
import type { KeyWord } from './resolutionPorts.ts';
import type { Book } from './entry.ts';
import { BOOKS_OF_MODE } from './verdict.ts';

// How a case follows what the books say of its key.

const SYSTEM = 'system';

/**
 * The step that brings a case to what the verdicts say now; null: it stands as it should. A case on which an action is
 * under way is left alone until that has ended.
 */
export function stepOf(last: CaseRow | null, word: KeyWord, nowMs: number): NewStep | null {
  const state = last?.state ?? null;
  if (state?.underWay) return null;
  const make = (
    step: NewStep['step'],
    next: Partial<CaseState> & Pick<CaseState, 'status' | 'reason'>,
  ): NewStep => ({
    step,
    operator: SYSTEM,
    atMs: nowMs,
    state: { ...(state ?? newState(nowMs)), ...next },
  });
  if (state === null || state.facts === null) {
    return (
      word.facts && make('OPENED', { ...NOTHING_DONE, status: 'OPEN', facts: word.facts, reason: word.how })
    );
  }
  switch (state.status) {
    case 'OPEN':
    case 'IN_PROGRESS':
    case 'PENDING_APPROVAL':
      if (word.facts === null) {
        const awaitsPerson = state.isBookedAfterRefund && word.merchantFen !== null;
        if (awaitsPerson) return null;
        return isBookedNow(state, state.facts, word)
          ? make('CHANGED', { ...bookedAfterRefund(state.facts, word), status: state.status })
          : make('HEALED', { status: 'HEALED', reason: word.how });
      }
      if (isSame(state.facts, word.facts)) return null;
      return make('CHANGED', { status: state.status, facts: word.facts, reason: word.how });
    case 'HEALED':
      if (word.facts === null) return null;
      return make('REOPENED', {
        ...NOTHING_DONE,
        status: 'OPEN',
        facts: word.facts,
        reason: `it came back: ${word.how}`,
        resolvedBy: null,
        resolvedFacts: null,
      });
    case 'RESOLVED':
      return afterResolution(state, state.facts, word, make);
  }
}

/** What was done about a case counts for the exception that it was done about, and for no later one. */
const NOTHING_DONE = {
  isCrossDayConfirmed: false,
  hasSelfRefund: false,
  hasExternalRefund: false,
  isRefundRefused: false,
  isBookedAfterRefund: false,
} as const;

/** The rows that bring cases to what the verdicts say now. @param rows all rows of the cases that the words are about */
export function rowsThatFollow(
  words: readonly KeyWord[],
  rows: readonly CaseRow[],
  nowMs: number,
): readonly CaseRow[] {
  const chains = Map.groupBy(rows, (row) => row.caseId);
  return words.flatMap((word) => {
    const last = lastRow(chains.get(word.caseId) ?? []);
    const step = stepOf(last, word, nowMs);
    return step ? [nextRow(caseKeyOf(word), last, step)] : [];
  });
}

/** A case as the verdicts of this moment make it, whether or not its rows say so yet. */
export type StandingCase = { readonly key: CaseKey; readonly state: CaseState };

/** By case id. @param rows all rows of the cases */
export function casesNow(
  words: readonly KeyWord[],
  rows: readonly CaseRow[],
  nowMs: number,
): ReadonlyMap<string, StandingCase> {
  const chains = Map.groupBy([...rows, ...rowsThatFollow(words, rows, nowMs)], (row) => row.caseId);
  return new Map(
    [...chains].flatMap(([caseId, chain]) => {
      const last = lastRow(chain);
      return last ? [[caseId, { key: caseKeyOf(last), state: last.state }] as const] : [];
    }),
  );
}

export function caseKeyOf({ caseId, merchantId, orderNo, keyPart }: CaseKey): CaseKey {
  return { caseId, merchantId, orderNo, keyPart };
}

/** HIS has a payment by now that it lacked when the money went back, by whomever. */
function isBookedNow(state: CaseState, before: CaseFacts, word: KeyWord): boolean {
  const isBack = state.resolvedBy === 'REFUND' || state.hasSelfRefund || state.hasExternalRefund;
  return isBack && before.kind === 'PAYMENT' && before.merchantFen === null && word.merchantFen !== null;
}

function bookedAfterRefund(facts: CaseFacts, word: KeyWord) {
  return {
    // Its money went back: what is left is to write it off, once HIS has put its book right.
    hasSelfRefund: true,
    isBookedAfterRefund: true,
    facts: { ...facts, merchantFen: word.merchantFen },
    reason: `HIS has booked it after the refund: ${word.how}`,
  };
}

/** A resolved case stays so while what it was decided upon is unchanged. */
function afterResolution(
  state: CaseState,
  facts: CaseFacts,
  word: KeyWord,
  make: (step: NewStep['step'], next: Partial<CaseState> & Pick<CaseState, 'status' | 'reason'>) => NewStep,
): NewStep | null {
  const decidedUpon = state.resolvedFacts ?? facts;
  if (word.facts === null) {
    if (!isBookedNow(state, decidedUpon, word)) return null;
    return make('REOPENED', {
      ...NOTHING_DONE,
      ...bookedAfterRefund(facts, word),
      status: 'OPEN',
      resolvedBy: null,
      resolvedFacts: null,
    });
  }
  const changed = changedFacts(decidedUpon, word.facts);
  if (changed.length > 0) {
    return make('REOPENED', {
      ...NOTHING_DONE,
      status: 'OPEN',
      facts: word.facts,
      reason: `its facts have changed since it was resolved: ${changed.join(', ')}`,
      resolvedBy: null,
      resolvedFacts: null,
    });
  }
  if (isSame(facts, word.facts)) return null;
  return make('CHANGED', { status: 'RESOLVED', facts: word.facts, reason: state.reason });
}

/** The state of a chain that has no row yet. */
export function newState(nowMs: number): CaseState {
  return {
    status: 'OPEN',
    facts: null,
    reason: '',
    assignee: null,
    isCrossDayConfirmed: false,
    hasSelfRefund: false,
    hasExternalRefund: false,
    isRefundRefused: false,
    isBookedAfterRefund: false,
    underWay: null,
    resolvedBy: null,
    resolvedFacts: null,
    openedAtMs: nowMs,
  };
}

/** The run is no fact: running again says the same. */
function isSame(a: CaseFacts, b: CaseFacts): boolean {
  const { runId: _a, ...left } = a;
  const { runId: _b, ...right } = b;
  const names = Object.keys(left) as (keyof typeof left)[];
  return names.every((name) => left[name] === right[name]);
}

/** Amounts that a mode does not look at are no change. */
function changedFacts(was: CaseFacts, is: CaseFacts): readonly string[] {
  const isOutside = (book: Book): boolean =>
    [was, is].some(({ mode }) => !BOOKS_OF_MODE[mode].includes(book));
  const compared = [
    ['the merchant', was.merchantFen, is.merchantFen, isOutside('MERCHANT')],
    ['the platform', was.platformFen, is.platformFen, false],
    ['the channel', was.channelFen, is.channelFen, isOutside('CHANNEL')],
    ['the surplus', was.surplusFen, is.surplusFen, was.mode !== is.mode],
  ] as const;
  return compared.flatMap(([name, before, now, isUnknown]) =>
    isUnknown || before === now ? [] : [`${name} has ${now ?? 'nothing'} (was ${before ?? 'nothing'})`],
  );
}
