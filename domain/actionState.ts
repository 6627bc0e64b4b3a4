import type { CaseStep } from './caseHistory.ts';

/** FAILED: may be tried again, with the same number. REFUSED: by the gateway, for good. */
export const ACTION_STATES = [
  'DONE',
  'PROCESSING',
  'AWAITS_APPROVAL',
  'FAILED',
  'REFUSED',
  'REJECTED',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** How a gateway's word is kept in a row OUTCOME. */
export const HEARD_OUTCOMES = ['SUCCEEDED', 'PROCESSING', 'UNKNOWN', 'FAILED', 'REFUSED'] as const;

/** Steps that belong to an action. */
export const ACTION_STEPS = [
  'REQUESTED',
  'APPROVED',
  'REJECTED',
  'INTENT',
  'OUTCOME',
  'RECORDED',
] as const satisfies readonly CaseStep[];

/** How an action stands by its last row. */
export function actionStateOf(step: CaseStep, outcome: string): ActionState {
  switch (step) {
    case 'REQUESTED':
      return 'AWAITS_APPROVAL';
    case 'REJECTED':
      return 'REJECTED';
    case 'RECORDED':
      return 'DONE';
    case 'OUTCOME':
      if (outcome === 'SUCCEEDED') return 'DONE';
      return outcome === 'FAILED' || outcome === 'REFUSED' ? outcome : 'PROCESSING';
    case 'INTENT':
    case 'APPROVED':
      return 'PROCESSING';
    case 'OPENED':
    case 'CHANGED':
    case 'HEALED':
    case 'REOPENED':
    case 'ASSIGNED':
    case 'CONSIDERED':
      throw new Error(`a row ${step} is no row of an action`);
  }
}
