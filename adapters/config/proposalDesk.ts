import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../../domain/canonicalJson.ts';
import type { DuizhangErrorCode } from '../../domain/errors.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { reachesAll } from '../../domain/principal.ts';
import type { SettingsRevision } from '../../domain/settings.ts';
import { hospitalsOfSettings } from '../../domain/settings.ts';
import type {
  ListedProposal,
  ProposalAnswer,
  ProposalDecision,
  ProposalDesk,
  ProposalStore,
  ProposalWish,
  SettingsProposal,
} from '../../domain/settingsProposals.ts';
import type { BasisNow, SettingsDeskParts } from './settingsBasis.ts';
import { basisNow } from './settingsBasis.ts';
import { checkBase, nextRevision, secondFor } from './settingsDesk.ts';
import { planSettings } from './settingsPlan.ts';

const ACCOUNT_RESTS_MS = 24 * 3_600_000;

export type ProposalDeskParts = SettingsDeskParts & { readonly proposals: ProposalStore };

/** What lets the system refund more waits here for a second administrator. All of it goes on under the lock of settings. */
export function proposalDesk(parts: ProposalDeskParts): ProposalDesk {
  const { proposals, whileHeld } = parts;
  const decided = (principal: Principal, answer: ProposalAnswer, step: 'REFUSED' | 'WITHDRAWN') =>
    whileHeld(async () => {
      const open = await undecided(principal, answer.proposalId, parts);
      checkWho(open, principal, step);
      const decision = decisionOf(principal, answer, step, parts);
      await proposals.decide(answer.proposalId, decision);
      return { ...open, decision, state: step };
    });
  return {
    async list(principal, limit) {
      const basis = await basisNow(parts);
      const own = (await proposals.list(limit)).filter((proposal) => isFor(principal, proposal));
      return Promise.all(own.map((proposal) => listed(proposal, basis, parts)));
    },
    propose: (principal, wish) => whileHeld(() => propose(principal, wish, parts)),
    async agree(principal, answer) {
      const revision = await whileHeld(() => agree(principal, answer, parts));
      await parts.onChanged();
      return revision;
    },
    refuse: (principal, answer) => decided(principal, answer, 'REFUSED'),
    withdraw: (principal, answer) => decided(principal, answer, 'WITHDRAWN'),
  };
}

async function propose(
  principal: Principal,
  { base, changes, reason, key }: ProposalWish,
  parts: ProposalDeskParts,
): Promise<ListedProposal> {
  const by = principal.userId;
  // The same intention of the same person, however often it is sent.
  const proposalId = hash('sha256', canonicalJson([by, key]), 'hex').slice(0, 32);
  const basis = await basisNow(parts);
  const known = await parts.proposals.byId(proposalId);
  if (known) return listed(sameProposal(known, { base, changes }), basis, parts);
  checkBase(basis, base);
  const plan = planSettings(basis, principal, changes);
  const second = await secondFor(principal, plan, parts);
  if (second !== 'NEEDED') throw refusal(second === 'NOBODY' ? 'NOBODY' : 'NOT_NEEDED');
  const { fileSha256 } = basis;
  const made = { proposalId, base, fileSha256, atMs: parts.now(), by, reason, wishes: changes };
  const proposal: SettingsProposal = { ...made, changes: plan.diff, decision: null };
  await parts.proposals.propose(proposal);
  return { ...proposal, state: 'OPEN' };
}

async function agree(
  principal: Principal,
  answer: ProposalAnswer,
  parts: ProposalDeskParts,
): Promise<SettingsRevision> {
  const done = await parts.store.byChange(changeIdOf(answer));
  // Their own answer, which was lost on its way.
  if (done?.agreedBy === principal.userId) return done;
  const open = await undecided(principal, answer.proposalId, parts);
  checkWho(open, principal, 'AGREED');
  await checkAccount(open, principal, parts);
  const basis = await basisNow(parts);
  if (isOutdated(open, basis)) throw refusal('OUTDATED');
  const plan = planSettings(basis, principal, open.wishes);
  const decision = decisionOf(principal, answer, 'AGREED', parts);
  const { by, reason } = open;
  const said = { by, agreedBy: principal.userId, reason, changeId: changeIdOf(open), atMs: decision.atMs };
  const made = nextRevision(basis, plan, said);
  // The change first: a kill between the two leaves a proposal that is found to be agreed to by it.
  await parts.store.append(made);
  await parts.proposals.decide(open.proposalId, decision);
  return made;
}

/** @throws DZ_NOT_FOUND, DZ_PROPOSAL_DECIDED */
async function undecided(
  principal: Principal,
  proposalId: string,
  parts: ProposalDeskParts,
): Promise<SettingsProposal> {
  const proposal = await parts.proposals.byId(proposalId);
  if (!proposal || !isFor(principal, proposal)) {
    throw new DuizhangError('DZ_NOT_FOUND', `there is no proposal ${proposalId}`, {
      messageZh: '记录不存在',
    });
  }
  if (proposal.decision ?? (await decisionByChange(proposal, parts))) throw refusal('DECIDED');
  return proposal;
}

async function listed(
  proposal: SettingsProposal,
  basis: BasisNow,
  parts: ProposalDeskParts,
): Promise<ListedProposal> {
  const isOver = isOutdated(proposal, basis);
  const decision = proposal.decision ?? (isOver ? await decisionByChange(proposal, parts) : null);
  return { ...proposal, decision, state: decision?.step ?? (isOver ? 'OUTDATED' : 'OPEN') };
}

/** Of a proposal that was agreed to by somebody who was cut off before it was written down. */
async function decisionByChange(
  proposal: SettingsProposal,
  { store }: ProposalDeskParts,
): Promise<ProposalDecision | null> {
  const made = await store.byChange(changeIdOf(proposal));
  return made && { step: 'AGREED', atMs: made.atMs, by: made.agreedBy ?? made.by, note: '' };
}

/** No Idempotency-Key can be this one: those are printable ASCII. */
function changeIdOf({ proposalId }: Pick<SettingsProposal, 'proposalId'>): string {
  return `提议 ${proposalId}`;
}

function isOutdated({ base, fileSha256 }: SettingsProposal, basis: BasisNow): boolean {
  return base !== basis.revision || fileSha256 !== basis.fileSha256;
}

function isFor(principal: Principal, { changes }: SettingsProposal): boolean {
  return reachesAll(principal, hospitalsOfSettings(changes.map(({ path }) => path)));
}

function checkWho({ by }: SettingsProposal, { userId }: Principal, step: ProposalDecision['step']): void {
  const isOwn = by === userId;
  if (step === 'WITHDRAWN' && !isOwn) throw refusal('OTHERS');
  if (step !== 'WITHDRAWN' && isOwn) throw refusal('OWN');
}

/** Whoever proposes could make somebody who agrees: that takes a day at least, in sight of whoever looks at the users. */
async function checkAccount(
  { by }: SettingsProposal,
  { userId }: Principal,
  { otherAdmins, now }: ProposalDeskParts,
): Promise<void> {
  const account = await otherAdmins.accountOf(userId);
  if (account?.changedBy === by && now() - account.changedAtMs < ACCOUNT_RESTS_MS) throw refusal('ACCOUNT');
}

function decisionOf(
  { userId }: Principal,
  { note }: ProposalAnswer,
  step: ProposalDecision['step'],
  { now }: ProposalDeskParts,
): ProposalDecision {
  return { step, atMs: now(), by: userId, note };
}

function sameProposal(
  known: SettingsProposal,
  { base, changes }: Pick<ProposalWish, 'base' | 'changes'>,
): SettingsProposal {
  if (known.base === base && isDeepStrictEqual(known.wishes, changes)) return known;
  throw new DuizhangError('DZ_IDEMPOTENCY_KEY_USED', 'another change was sent under this Idempotency-Key', {
    messageZh: '该 Idempotency-Key 已用于其他修改',
  });
}

type Refusal = 'NOT_NEEDED' | 'NOBODY' | 'DECIDED' | 'OUTDATED' | 'OWN' | 'ACCOUNT' | 'OTHERS';
const REFUSALS: Readonly<Record<Refusal, readonly [code: DuizhangErrorCode, en: string, zh: string]>> = {
  NOT_NEEDED: [
    'DZ_PROPOSAL_NOT_NEEDED',
    'it does not let the system refund more: change it at POST /api/v1/settings',
    '该修改无须他人同意，请直接修改',
  ],
  NOBODY: [
    'DZ_PROPOSAL_NOBODY',
    'there is no second administrator of these hospitals who could agree: add one, or set it in the configuration file',
    '没有可管理相关医院的另一名管理员，无人可以同意：请先增加管理员，或在配置文件中设置',
  ],
  DECIDED: ['DZ_PROPOSAL_DECIDED', 'the proposal was decided before', '该申请已有结论'],
  OUTDATED: [
    'DZ_PROPOSAL_OUTDATED',
    'settings or the configuration file have changed since it was proposed: propose it anew upon what counts now',
    '提交申请后设置或配置文件已变化，请重新发起',
  ],
  OWN: ['DZ_PROPOSAL_OWN', 'nobody decides on what they proposed themselves', '不能同意或驳回自己的申请'],
  ACCOUNT: [
    'DZ_PROPOSAL_ACCOUNT',
    'whoever proposed it has made or changed your account within the last 24 hours: agree later, or another administrator does',
    '申请人在 24 小时内新建或修改过您的账户，请稍后再同意，或由其他管理员同意',
  ],
  OTHERS: ['DZ_FORBIDDEN', 'whoever proposed it may withdraw it; refuse it instead', '只有申请人可以撤回'],
};

function refusal(name: Refusal): DuizhangError {
  const [code, en, messageZh] = REFUSALS[name];
  return new DuizhangError(code, en, { messageZh });
}
