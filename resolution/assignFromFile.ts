import type { Principal } from '../domain/principal.ts';
import type { ActionRequest } from './actionRequest.ts';
import type { StandingCase } from './casesOf.ts';
import { assertMay, refuse, refuseBy } from './refuse.ts';
import type { ResolutionDeps } from './resolution.ts';

export type FileAssignment = Pick<ActionRequest, 'idempotencyKey' | 'requestHash'> & {
  readonly caseId: string;
  readonly assignee: string;
  readonly note: string;
};

/** Assigns a case; its row has to carry the assignment's key, by which a repeat is known. */
export type AssignFromFile = (
  principal: Principal,
  assignment: FileAssignment,
  deps: ResolutionDeps,
) => Promise<unknown>;

type Said = Omit<FileAssignment, 'caseId'>;

/** The same assignment of a file again changes nothing, also when somebody else has the case by now. */
export async function assignOnce(
  principal: Principal,
  standing: StandingCase,
  said: Said,
  { assign, deps }: { readonly assign: AssignFromFile | null; readonly deps: ResolutionDeps },
): Promise<{ readonly state: 'ASSIGNED'; readonly assignee: string }> {
  const { assignee } = said;
  const earlier = await deps.ledger.rowsOfRequest(principal.userId, said.idempotencyKey);
  if (earlier.length === 0) {
    await checked(principal, standing, assign)(principal, { ...said, caseId: standing.key.caseId }, deps);
  }
  return { state: 'ASSIGNED', assignee };
}

/** @throws what keeps the case from being assigned */
export async function foreseeAssignment(
  principal: Principal,
  standing: StandingCase,
  { assignee }: Said,
  assign: AssignFromFile | null,
): Promise<{ readonly state: 'WOULD_BE_ASSIGNED'; readonly assignee: string }> {
  checked(principal, standing, assign);
  return { state: 'WOULD_BE_ASSIGNED', assignee };
}

function checked(
  principal: Principal,
  { key, state }: StandingCase,
  assign: AssignFromFile | null,
): AssignFromFile {
  assertMay(principal, 'operator', key.merchantId, `exception ${key.caseId}`);
  if (assign === null) {
    throw refuse(
      'DZ_DECISION_ACTION',
      'assignments are not taken from a file yet; assign the exception by itself',
      '暂不支持从文件导入指派,请逐笔指派',
    );
  }
  if (state.status === 'RESOLVED' || state.status === 'HEALED') throw refuseBy('DZ_ACTION_SETTLED');
  return assign;
}
