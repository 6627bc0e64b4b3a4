import type { Principal } from './principal.ts';
import type { SettingDiff, SettingsChangeWish, SettingsRevision, SettingWish } from './settings.ts';

// What lets the system refund more by itself is proposed by one administrator and takes effect when another one agrees.

/** A change, bound to the revision and the file that it was made on: of others it would be another change. */
export type SettingsProposal = {
  readonly proposalId: string;
  readonly base: number;
  /** SHA-256 of the file, hex. */
  readonly fileSha256: string;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
  readonly wishes: readonly SettingWish[];
  readonly changes: readonly SettingDiff[];
  /** null: nobody has said anything yet. */
  readonly decision: ProposalDecision | null;
};

export type ProposalDecision = {
  readonly step: 'AGREED' | 'REFUSED' | 'WITHDRAWN';
  readonly atMs: number;
  readonly by: string;
  /** '': none. */
  readonly note: string;
};

/** OUTDATED: settings or the file have changed since, so that nobody can agree to it any more. */
export const PROPOSAL_STATES = ['OPEN', 'AGREED', 'REFUSED', 'WITHDRAWN', 'OUTDATED'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export type ListedProposal = SettingsProposal & { readonly state: ProposalState };

export type ProposalStore = {
  byId(proposalId: string): Promise<SettingsProposal | null>;
  /** The newest first. */
  list(limit: number): Promise<readonly SettingsProposal[]>;
  propose(proposal: Omit<SettingsProposal, 'decision'>): Promise<void>;
  decide(proposalId: string, decision: ProposalDecision): Promise<void>;
};

export type ProposalWish = SettingsChangeWish & { readonly reason: string; readonly key: string };
export type ProposalAnswer = { readonly proposalId: string; readonly note: string };

/** @throws DZ_NOT_FOUND of what is not all of reached hospitals; DZ_PROPOSAL_DECIDED, and what each says */
export type ProposalDesk = {
  list(principal: Principal, limit: number): Promise<readonly ListedProposal[]>;
  /** @throws DZ_PROPOSAL_NOT_NEEDED, DZ_PROPOSAL_NOBODY, and what a change throws */
  propose(principal: Principal, wish: ProposalWish): Promise<ListedProposal>;
  /** @throws DZ_PROPOSAL_OWN, DZ_PROPOSAL_ACCOUNT, DZ_PROPOSAL_OUTDATED */
  agree(principal: Principal, answer: ProposalAnswer): Promise<SettingsRevision>;
  /** @throws DZ_PROPOSAL_OWN */
  refuse(principal: Principal, answer: ProposalAnswer): Promise<ListedProposal>;
  /** Of whoever proposed it. @throws DZ_FORBIDDEN */
  withdraw(principal: Principal, answer: ProposalAnswer): Promise<ListedProposal>;
};

/** Who else there is to agree. */
export type OtherAdmins = {
  /** Whether an administrator other than `userId` reaches all of these hospitals; null: every one. */
  areThere(userId: string, hospitals: ReadonlySet<string> | null): Promise<boolean>;
  /** Who made or changed somebody's account last; null: it is kept elsewhere. */
  accountOf(userId: string): Promise<{ readonly changedBy: string; readonly changedAtMs: number } | null>;
};
