import type { CaseFacts, CaseKey } from './caseHistory.ts';
import { caseIdOf } from './caseId.ts';
import type { BusinessDate } from './businessDate.ts';
import type { Book } from './entry.ts';
import type { KeyWord } from './resolutionPorts.ts';
import type { Verdict } from './verdict.ts';
import { EXCEPTION_CODES } from './verdict.ts';

/** A verdict as it is stored: realtime, in its latest version, or of a published run. */
export type ToldVerdict = {
  readonly verdict: Verdict;
  /** '' for realtime. */
  readonly runId: string;
  readonly runDate: BusinessDate | null;
  readonly runEndedAtMs: number;
  /** REALTIME: a run has closed the verdict's date. */
  readonly isDateClosed: boolean;
};

/**
 * What the verdicts of one key come to: the run that was published last has the word, as in `last_words` of the ledger;
 * realtime only while its date is open.
 * @param told all verdicts of the key, at least one
 */
export function keyWordOf(told: readonly ToldVerdict[]): KeyWord {
  const [first] = told;
  if (!first) throw new Error('keyWordOf of no verdicts');
  const { merchantId, orderNo, keyPart } = first.verdict;
  const key: CaseKey = { caseId: caseIdOf(merchantId, orderNo, keyPart), merchantId, orderNo, keyPart };
  const latest = latestOf(told);
  const open = latest.find(({ verdict }) => EXCEPTION_CODES.has(verdict.code));
  const speaker = open ?? latest[0];
  return {
    ...key,
    facts: open ? factsOf(open) : null,
    how: speaker ? wordsOf(speaker) : 'the run that closed its date does not know it',
    merchantFen: fenText(speaker?.verdict ?? first.verdict, 'MERCHANT'),
  };
}

/** Of a key that no run which counts knows any more. */
export function silentWord({ merchantId, orderNo, keyPart }: Omit<CaseKey, 'caseId'>): KeyWord {
  return {
    caseId: caseIdOf(merchantId, orderNo, keyPart),
    merchantId,
    orderNo,
    keyPart,
    facts: null,
    how: 'no run that counts knows it any more',
    merchantFen: null,
  };
}

function latestOf(told: readonly ToldVerdict[]): readonly ToldVerdict[] {
  const final = told.filter(({ runId }) => runId !== '');
  if (final.length === 0) return told.filter(({ isDateClosed }) => !isDateClosed);
  const last = final.reduce((a, b) => (isBefore(a, b) ? b : a));
  return final.filter(({ runId }) => runId === last.runId);
}

function isBefore(a: ToldVerdict, b: ToldVerdict): boolean {
  if (a.runEndedAtMs !== b.runEndedAtMs) return a.runEndedAtMs < b.runEndedAtMs;
  return (a.runDate ?? '') < (b.runDate ?? '');
}

function wordsOf({ verdict, runId, runDate }: ToldVerdict): string {
  return runId === ''
    ? `${verdict.code} in realtime`
    : `${verdict.code} in the run of ${runDate ?? verdict.businessDate}`;
}

function factsOf({ verdict, runId }: ToldVerdict): CaseFacts {
  return {
    mode: verdict.mode,
    type: verdict.code,
    kind: verdict.kind,
    refundNo: verdict.refundNo,
    businessDate: verdict.businessDate,
    channel: verdict.channel,
    merchantFen: fenText(verdict, 'MERCHANT'),
    platformFen: fenText(verdict, 'PLATFORM'),
    channelFen: fenText(verdict, 'CHANNEL'),
    isPossiblyCrossDay: verdict.possiblyCrossDay,
    isAmountConflict: verdict.amountConflict,
    surplusFen: verdict.surplusFen === null ? null : verdict.surplusFen.toString(),
    runId,
  };
}

function fenText({ sides }: Verdict, book: Book): string | null {
  return sides[book] === null ? null : sides[book].amountFen.toString();
}
