import { BOOKS_OF_MODE } from '../domain/verdict.ts';
import type {
  CaseEvidence,
  EvidenceLedger,
  EvidenceLine,
  OriginLine,
  RelatedCase,
  VerdictHistory,
} from '../domain/caseEvidence.ts';
import type { CaseKey, CaseRow, CaseState } from '../domain/caseHistory.ts';
import { caseIdOf } from '../domain/caseId.ts';
import { casesNow, newState } from '../domain/caseTransition.ts';
import { compareBooks } from '../domain/compareBooks.ts';
import { keyPartOf } from '../domain/entry.ts';
import { likelyCauseOf } from '../domain/likelyCause.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { MatchRules } from '../domain/merchant.ts';
import { DEFAULT_RULES } from '../domain/merchant.ts';
import { pairNumberlessRefunds } from '../domain/numberlessRefunds.ts';
import { orderMoney } from '../domain/orderMoney.ts';
import type { Principal } from '../domain/principal.ts';
import { attemptsOf } from '../domain/refundIntent.ts';
import type { CaseLedger, KeyWord } from '../domain/resolutionPorts.ts';
import { Scope } from '../domain/scope.ts';
import { actionsOf } from './evidenceActions.ts';
import { causeFactsOf } from './evidenceCause.ts';
import { refundsOf } from './evidenceRefunds.ts';
import { timelineOf } from './evidenceTimeline.ts';
import { notFound } from './refuse.ts';

/** What the evidence of a case is put together from. */
export type EvidenceDeps = {
  readonly ledger: Pick<CaseLedger, 'keyOf' | 'rowsOf' | 'rowsOfCase' | 'wordsOf' | 'isNamedInBillError'>;
  readonly evidence: EvidenceLedger;
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly now: () => number;
};

/**
 * Everything that is known of a case, as it stands now; nothing is changed by asking.
 * @throws DZ_NOT_FOUND where there is none, or it is of a hospital that is not the caller's
 */
export async function caseEvidence(
  principal: Principal,
  caseId: string,
  deps: EvidenceDeps,
): Promise<CaseEvidence> {
  const key = await deps.ledger.keyOf(Scope.of(principal), caseId);
  if (!key) throw notFound(`exception ${caseId}`);
  const { merchantId, orderNo } = key;
  const [lines, history, rows, words, isNamedInBillError] = await Promise.all([
    deps.evidence.linesOf({ merchantId, orderNo }),
    deps.evidence.historyOf(key),
    deps.ledger.rowsOf(merchantId, [orderNo]),
    deps.ledger.wordsOf(merchantId, [orderNo]),
    deps.ledger.isNamedInBillError(merchantId, orderNo),
  ]);
  const own = rows.filter((row) => row.caseId === caseId);
  const state = standsNow(
    own,
    words.find((word) => word.caseId === caseId),
    deps.now(),
  );
  const rules = deps.merchants.get(merchantId)?.rules ?? DEFAULT_RULES;
  const ofKey = linesOfKey(key.keyPart, lines, rules);
  const standing = ofKey.filter(({ counts }) => counts).map(({ entry }) => entry);
  const attempts = attemptsOf(rows);
  return {
    key,
    status: state.status,
    reason: state.reason,
    assignee: state.assignee,
    facts: state.facts,
    likelyCause: likelyCauseOf(await causeFactsOf(key, ofKey, rules, deps.evidence)),
    lines: ofKey,
    compared: compareBooks(standing, rules.windowMs),
    missingIn: BOOKS_OF_MODE[state.facts?.mode ?? 'THREE_WAY'].filter(
      (book) => !standing.some((entry) => entry.book === book),
    ),
    history,
    timeline: timelineOf(own),
    money: orderMoney(lines, attempts, { rules }),
    refunds: refundsOf(key, lines, attempts),
    actions: actionsOf(caseId, state, { rows, lines, attempts, isNamedInBillError }),
    related: await relatedTo(key, { rows, words, history }, deps),
  };
}

/** The case as its keeper will have it in a moment. */
function standsNow(rows: readonly CaseRow[], word: KeyWord | undefined, nowMs: number): CaseState {
  const [known] = casesNow(word ? [word] : [], rows, nowMs).values();
  return known?.state ?? { ...newState(nowMs), status: 'HEALED', reason: word?.how ?? '' };
}

/** Lines of the key, and HIS refunds without a number that the close pairs with it. */
export function linesOfKey(
  keyPart: string,
  lines: readonly OriginLine[],
  rules: MatchRules,
): readonly EvidenceLine[] {
  const counting = lines.filter(({ counts }) => counts);
  const { lines: paired } = pairNumberlessRefunds(
    counting.map(({ entry }) => entry),
    rules,
  );
  const pairedPart = new Map(counting.map((line, i) => [line, keyPartOf(paired[i] ?? line.entry)] as const));
  return lines
    .flatMap((line) => {
      const isOwn = keyPartOf(line.entry) === keyPart;
      const isPairedByAmount = !isOwn && pairedPart.get(line) === keyPart;
      return isOwn || isPairedByAmount ? [{ ...line, isPairedByAmount }] : [];
    })
    .toSorted((a, b) => a.entry.occurredAtMs - b.entry.occurredAtMs);
}

async function relatedTo(
  key: CaseKey,
  {
    rows,
    words,
    history,
  }: {
    readonly rows: readonly CaseRow[];
    readonly words: readonly KeyWord[];
    readonly history: VerdictHistory;
  },
  deps: EvidenceDeps,
): Promise<readonly RelatedCase[]> {
  const { merchantId } = key;
  const nowMs = deps.now();
  const sameOrder = relatedOf('SAME_ORDER', rows, words, nowMs).filter(({ caseId }) => caseId !== key.caseId);
  const original = history.runs.findLast(({ standing }) => standing === 'PUBLISHED')?.possibleDuplicateOf;
  if (original === undefined || original === null) return sameOrder;
  const [itsRows, itsWords] = await Promise.all([
    deps.ledger.rowsOf(merchantId, [original]),
    deps.ledger.wordsOf(merchantId, [original]),
  ]);
  const caseId = caseIdOf(merchantId, original, 'P');
  const known = relatedOf('POSSIBLE_ORIGINAL', itsRows, itsWords, nowMs).find(
    (each) => each.caseId === caseId,
  );
  const plain = {
    caseId,
    orderNo: original,
    relation: 'POSSIBLE_ORIGINAL',
    kind: 'PAYMENT',
    type: null,
    status: null,
  } as const;
  return [known ?? plain, ...sameOrder];
}

function relatedOf(
  relation: RelatedCase['relation'],
  rows: readonly CaseRow[],
  words: readonly KeyWord[],
  nowMs: number,
): readonly RelatedCase[] {
  const keys = new Map<string, CaseKey>([...rows, ...words].map((each) => [each.caseId, each]));
  return [...keys.values()].map(({ caseId, orderNo, keyPart }) => {
    const state = standsNow(
      rows.filter((row) => row.caseId === caseId),
      words.find((word) => word.caseId === caseId),
      nowMs,
    );
    return {
      caseId,
      orderNo,
      relation,
      kind: keyPart === 'P' ? 'PAYMENT' : 'REFUND',
      type: state.facts?.type ?? null,
      status: state.status,
    };
  });
}
