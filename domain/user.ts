import type { Merchant } from './merchant.ts';
import type { Role } from './principal.ts';

/** Hospitals that somebody may reach: named ones, and those of an ISV as the configuration has them; null: every one. */
export type Reach = { readonly merchants: readonly string[]; readonly isvs: readonly string[] } | null;

/** Somebody who logs in with a password. Every change is a new version, and ends the sessions of the one before. */
export type User = {
  readonly userId: string;
  readonly name: string;
  /** scrypt in PHC form, with its parameters and salt. */
  readonly passwordHash: string;
  readonly roles: readonly Role[];
  readonly reach: Reach;
  readonly disabled: boolean;
  /** Secret of the one-time codes, sealed; '': none are asked for. */
  readonly sealedTotp: string;
  readonly version: bigint;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly changedBy: string;
  readonly changedAtMs: number;
};

const USER_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** As people type it: capitals and full-width letters of an input method are no other user. */
export function userIdOf(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase();
}

/** What is reached now, by the hospitals that are configured; null: every one. */
export function reachedMerchants(
  reach: Reach,
  merchants: ReadonlyMap<string, Pick<Merchant, 'merchantId' | 'isv'>>,
): ReadonlySet<string> | null {
  if (reach === null) return null;
  const ofIsv = [...merchants.values()].filter(({ isv }) => isv !== undefined && reach.isvs.includes(isv));
  return new Set([...reach.merchants, ...ofIsv.map(({ merchantId }) => merchantId)]);
}
