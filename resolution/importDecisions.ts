import { hash } from 'node:crypto';
import { canonicalJson } from '../domain/canonicalJson.ts';
import type { Decision, DecisionFile, DecisionRow, FileAction } from '../domain/decisionSheet.ts';
import { decisionOf } from '../domain/decisionSheet.ts';
import { DuizhangError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';
import { act } from './act.ts';
import { stakeOf } from './due.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { ActionResult } from './actionResult.ts';
import { assignOnce, foreseeAssignment } from './assignFromFile.ts';
import type { OneOfMany } from './bulkRule.ts';
import { bulkRule, orRefusal } from './bulkRule.ts';
import type { StandingCase } from '../domain/caseTransition.ts';
import { casesOf } from './casesOf.ts';
import type { Foreseen } from './foresee.ts';
import { foresee } from './foresee.ts';
import { gatheredLedger } from './gatheredLedger.ts';
import { refuse } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

/** Their locks have to live until the last of them is written: that takes seconds, of a minute. */
const ROWS_AT_ONCE = 100;

export type RowOutcome =
  | { readonly state: 'ACTED'; readonly result: ActionResult }
  | { readonly state: 'FORESEEN'; readonly foreseen: Foreseen }
  | { readonly state: 'ASSIGNED' | 'WOULD_BE_ASSIGNED'; readonly assignee: string }
  | { readonly state: 'REFUSED'; readonly error: DuizhangError };

export type RowResult = {
  readonly row: DecisionRow;
  /** null: the row does not say it clearly. */
  readonly action: FileAction | null;
  /** What its exception is about; null: an assignment, or the row names no exception. */
  readonly stakeFen: bigint | null;
  readonly outcome: RowOutcome;
};

export type ImportOptions = {
  /** Tells what would happen, and writes nothing at all. */
  readonly isDryRun: boolean;
};

/**
 * Carries out what finance has decided in a filled-in export, row by row: what is refused of one keeps no other from being
 * done. Each row has an Idempotency-Key of the file's bytes and its case, so that the same file again gives the first
 * answers. Where the file's write-offs of a hospital come to its bulk sum, all its rows wait for a second person.
 */
export async function importDecisions(
  principal: Principal,
  { sha256, rows }: Pick<DecisionFile, 'sha256' | 'rows'>,
  { isDryRun }: ImportOptions,
  deps: ResolutionDeps,
): Promise<readonly RowResult[]> {
  const reachable = rows.map(({ cells }) => cells).filter((cells) => mayReach(principal, cells.merchantId));
  const cases = await casesOf(reachable, deps);
  const told = Map.groupBy(rows, ({ cells }) => cells.id);
  const prepared = await Promise.all(
    rows.map(async (row) => ({ row, own: await orRefusal(() => prepare(row, { sha256, cases, told })) })),
  );
  const awaitsApproval = bulkRule(
    prepared.flatMap(({ own }) => (own instanceof DuizhangError || own.one === null ? [] : own.one)),
    deps,
  );
  const together: ResolutionDeps = { ...deps, ledger: gatheredLedger(deps) };
  const carry = async ({ one, decision, standing, sentUnder }: Prepared): Promise<RowOutcome> => {
    if (one) {
      const needsApproval = awaitsApproval(one.request.merchantId);
      return actOn(principal, { ...one.request, needsApproval }, isDryRun, together);
    }
    const assignment = { sentUnder, assignee: decision.assignee ?? '', note: decision.note };
    return isDryRun
      ? foreseeAssignment(principal, standing, assignment)
      : assignOnce(principal, standing, assignment, together);
  };
  const results = new Map<DecisionRow, RowResult>();
  for (const group of groupsOf(prepared)) {
    const done = group.map(async ({ row, own }): Promise<RowResult> => {
      const outcome = own instanceof DuizhangError ? own : await orRefusal(() => carry(own));
      return {
        row,
        action: own instanceof DuizhangError ? null : own.decision.action,
        stakeFen: own instanceof DuizhangError ? null : (own.one?.stakeFen ?? null),
        outcome: outcome instanceof DuizhangError ? { state: 'REFUSED', error: outcome } : outcome,
      };
    });
    for (const result of await Promise.all(done)) results.set(result.row, result);
  }
  return rows.flatMap((row) => results.get(row) ?? []);
}

/** Rows that are carried out at the same time: no two of one order, which would wait for each other. */
function groupsOf<T extends { readonly row: DecisionRow }>(
  prepared: readonly T[],
): readonly (readonly T[])[] {
  const seen = new Map<string, number>();
  const rounds = Map.groupBy(prepared, ({ row: { cells } }) => {
    const order = `${cells.merchantId} ${cells.orderNo}`;
    const round = seen.get(order) ?? 0;
    seen.set(order, round + 1);
    return round;
  });
  return [...rounds.values()].flatMap((round) =>
    Array.from({ length: Math.ceil(round.length / ROWS_AT_ONCE) }, (_, n) =>
      round.slice(n * ROWS_AT_ONCE, (n + 1) * ROWS_AT_ONCE),
    ),
  );
}

async function actOn(
  principal: Principal,
  request: ActionRequest,
  isDryRun: boolean,
  deps: ResolutionDeps,
): Promise<RowOutcome> {
  return isDryRun
    ? { state: 'FORESEEN', foreseen: await foresee(principal, request, deps) }
    : { state: 'ACTED', result: await act(principal, request, deps) };
}

type Prepared = {
  readonly decision: Decision;
  readonly standing: StandingCase;
  readonly sentUnder: Pick<ActionRequest, 'idempotencyKey' | 'requestHash'>;
  /** null: an assignment. */
  readonly one: OneOfMany | null;
};

type Around = {
  readonly sha256: string;
  readonly cases: ReadonlyMap<string, StandingCase>;
  readonly told: ReadonlyMap<string, readonly DecisionRow[]>;
};

/** @throws DZ_DECISION_… what is wrong with the row itself */
function prepare(row: DecisionRow, { sha256, cases, told }: Around): Prepared {
  const { merchantId, orderNo, id } = row.cells;
  const decision = decisionOf(row);
  const standing = cases.get(id);
  if (!standing || standing.key.merchantId !== merchantId || standing.key.orderNo !== orderNo) {
    throw refuse(
      'DZ_DECISION_CASE',
      `${merchantId} has no exception ${id} of the order ${orderNo}; id and order number have to stay as they were exported`,
      '异常编号与商户号、芸泰流水号不对应，或不在您的权限内，请勿改动导出的编号',
    );
  }
  const others = told.get(id) ?? [];
  if (others.some((other) => canonicalJson(other.cells) !== canonicalJson(row.cells))) {
    const lines = others.map(({ line }) => line).join(', ');
    throw refuse(
      'DZ_DECISION_TWICE',
      `the rows ${lines} decide about one exception, and not the same; leave one of them`,
      `第 ${lines} 行是同一异常，但填写内容不一致，请只保留一行`,
    );
  }
  const sentUnder = {
    idempotencyKey: `${sha256}:${id}`,
    requestHash: hash('sha256', canonicalJson(decision), 'hex'),
  };
  return { decision, standing, sentUnder, one: oneOfMany(decision, standing, sentUnder) };
}

function oneOfMany(
  decision: Decision,
  { key, state }: StandingCase,
  sentUnder: Prepared['sentUnder'],
): OneOfMany | null {
  const { action, note, method, channelRefundNo, confirmCrossDay, confirmNotCrossDay } = decision;
  if (action === 'ASSIGN') return null;
  const { caseId, merchantId, orderNo } = key;
  return {
    request: {
      action,
      merchantId,
      orderNo,
      caseId,
      amountFen: null,
      note,
      code: null,
      confirmCrossDay,
      confirmNotCrossDay,
      method,
      proofs: [],
      channelRefundNo,
      ...sentUnder,
    },
    stakeFen: stakeOf(state),
  };
}
