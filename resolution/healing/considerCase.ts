import { businessDateOf } from '../../domain/businessDate.ts';
import type { CaseFacts, CaseRow } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { HealingFacts, HealingReason } from '../../domain/healingDecision.ts';
import { HEALING_TEXTS, healingDecision } from '../../domain/healingDecision.ts';
import type { OrderRef } from '../../domain/resolutionPorts.ts';
import type {
  HealingCandidate,
  HealingKind,
  HealingUse,
  HisAnswer,
  HisHeard,
} from '../../domain/selfHealing.ts';
import { SELF_HEALING, stopFor } from '../../domain/selfHealing.ts';
import { carryOut } from '../act.ts';
import type { ActionResult } from '../actionResult.ts';
import type { OrderDesk } from '../orderDesk.ts';
import { atOrder } from '../orderDesk.ts';
import type { Foreseen, HealingDeps } from './healingFacts.ts';
import { foreseen, healingFactsOf, healingRequest } from './healingFacts.ts';
import type { Ended } from './healingStep.ts';
import { healingStep, isNews } from './healingStep.ts';
import { letGo, reserve } from './reserve.ts';

/** What came of a look at a case. */
export type Considered = OrderRef & {
  readonly caseId: string;
  readonly kind: HealingKind;
  readonly reason: HealingReason | 'RESERVED_BEFORE';
  readonly untilMs: number | null;
  /** It stands in the case's history; false: it was decided so before. */
  readonly isNew: boolean;
  /** Of a refund that was begun. */
  readonly result: ActionResult | null;
};

/** Fixed while the order is locked. */
type Look = { readonly row: CaseRow; readonly foreseen: Foreseen; readonly desk: OrderDesk };

/**
 * Decides about one open exception and does what was decided: asks, refunds, or leaves it. Every decision is a row of the
 * case; the same one again is not.
 * @returns null where the case is none for the system (any more)
 * @throws DZ_ORDER_BUSY, DZ_MONEY_WAITS, DZ_ORDER_LOCK_LOST: nothing was decided
 */
export async function considerCase(
  candidate: HealingCandidate,
  deps: HealingDeps,
): Promise<Considered | null> {
  return atOrder(candidate, deps, async (desk) => {
    const row = desk.lastOf(candidate.caseId);
    const facts = row && factsFor(row);
    if (!row || !facts) return null;
    const waitsMs = await letGo(row.caseId, desk, deps);
    if (waitsMs !== null) {
      const { merchantId, orderNo, caseId } = row;
      const waits = {
        kind: 'WAIT',
        reason: 'RESERVED_BEFORE',
        untilMs: waitsMs,
        isNew: false,
        result: null,
      } as const;
      return { merchantId, orderNo, caseId, ...waits };
    }
    const plan = await foreseen(healingRequest(row, HEALING_TEXTS.HIS_LACKS_IT_TWICE.en), desk, deps);
    const rules = deps.healingRulesOf(row.merchantId);
    const known = await healingFactsOf({ row, facts }, plan, desk, rules, deps);
    return decideAndDo({ row, foreseen: plan, desk }, known, deps);
  });
}

/** An open exception of a payment that HIS lacks; null: it is another one. */
function factsFor({ state }: CaseRow): CaseFacts | null {
  const { status, facts } = state;
  if (status !== 'OPEN' || facts === null || facts.kind !== 'PAYMENT') return null;
  const isOurs =
    (facts.mode === 'THREE_WAY' && facts.type === 'CHANNEL_ONLY') ||
    (facts.mode === 'REALTIME' && facts.type === 'PLATFORM_ONLY');
  return isOurs ? facts : null;
}

async function decideAndDo(look: Look, known: HealingFacts, deps: HealingDeps): Promise<Considered> {
  let facts = known;
  for (;;) {
    const decision = healingDecision(facts);
    switch (decision.kind) {
      case 'ASK_HIS':
        facts = { ...facts, his: await askHis(look.row, facts.his, deps), isHisAsked: true };
        break;
      case 'ASK_CHANNEL':
        facts = { ...facts, channel: await askChannel(look.row, facts, deps) };
        break;
      case 'WAIT':
      case 'LEAVE':
        return noted(look, facts, decision, deps);
      case 'REFUND':
      case 'WOULD_REFUND':
        return refundOrSay(look, facts, decision, deps);
    }
    const stop = stopFor(look.row.merchantId, await deps.healing.switches());
    facts = { ...facts, nowMs: deps.now(), isStopped: stop !== null };
  }
}

/** Only a clear word counts: whatever else comes back is unclear. */
async function askHis(
  { merchantId, orderNo }: CaseRow,
  before: HisHeard,
  deps: HealingDeps,
): Promise<HisHeard> {
  try {
    const found = await deps.his.orderNow(merchantId, orderNo);
    const atMs = deps.now();
    if (found.state !== 'ABSENT') {
      return { ...before, last: { atMs, answer: 'BOOKED', detail: `${found.state} as ${found.hisOrderNo}` } };
    }
    return { firstAbsentAtMs: before.firstAbsentAtMs ?? atMs, last: { atMs, answer: 'ABSENT', detail: '' } };
  } catch (error) {
    if (!(error instanceof DuizhangError) || error.code !== 'DZ_HDP_FAILED') throw error;
    return { ...before, last: { atMs: deps.now(), answer: 'UNCLEAR', detail: error.message } };
  }
}

async function askChannel({ merchantId, orderNo }: CaseRow, facts: HealingFacts, deps: HealingDeps) {
  const { channel } = facts.case.facts;
  if (channel === null) return { state: 'UNCLEAR', detail: 'no book names the channel' } as const;
  return deps.payments.paymentNow({ merchantId, orderNo, channel });
}

async function refundOrSay(
  look: Look,
  facts: HealingFacts,
  decision: Ended,
  deps: HealingDeps,
): Promise<Considered> {
  const { row, desk } = look;
  const { decided } = look.foreseen;
  const { amountFen } = facts;
  if (!decided || amountFen === null) throw new Error('a refund was decided upon that is not allowed');
  const { merchantId, orderNo, caseId } = row;
  const isDryRun = decision.kind === 'WOULD_REFUND';
  const wish = { merchantId, orderNo, caseId, actionId: deps.newId(), amountFen, isDryRun };
  const reservation = await reserve(wish, facts.rules, deps);
  if (!reservation) return decideAndDo(look, { ...facts, used: await usedNow(row, facts, deps) }, deps);
  await deps.reached?.('RESERVED');
  if (isDryRun) return noted(look, facts, decision, deps);
  const { actionId } = reservation;
  const request = healingRequest(row, HEALING_TEXTS[decision.reason].en);
  const before = [healingStep(row, facts, decision, deps)];
  try {
    const doing = { key: row, actionId, operator: SELF_HEALING, request, before };
    const result = await carryOut(doing, decided, desk, deps);
    return { merchantId, orderNo, caseId, ...decision, isNew: true, result };
  } catch (error) {
    const said = error instanceof DuizhangError ? BEFORE_INTENT[error.code] : undefined;
    if (!(error instanceof DuizhangError) || said === undefined) throw error;
    await deps.healing.release(reservation);
    const his: HisHeard = { ...facts.his, last: { atMs: deps.now(), answer: said, detail: error.message } };
    return decideAndDo(look, { ...facts, his }, deps);
  }
}

/** HIS is asked once more right before the intent: with these words nothing was begun. */
const BEFORE_INTENT: Readonly<Record<string, HisAnswer>> = {
  DZ_HIS_HAS_IT: 'BOOKED',
  DZ_HDP_FAILED: 'UNCLEAR',
};

function usedNow({ merchantId }: CaseRow, { rules }: HealingFacts, deps: HealingDeps): Promise<HealingUse> {
  return deps.healing.usedOf(merchantId, businessDateOf(deps.now()), rules.mode !== 'on');
}

/** The same decision upon the same answers is no news. */
async function noted(
  { row, desk }: Look,
  facts: HealingFacts,
  decision: Ended,
  deps: HealingDeps,
): Promise<Considered> {
  const step = healingStep(row, facts, decision, deps);
  const isNew = isNews(row, step);
  if (isNew) await desk.add(row, step);
  const { merchantId, orderNo, caseId } = row;
  return { merchantId, orderNo, caseId, ...decision, isNew, result: null };
}
