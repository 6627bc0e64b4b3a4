/** Who asks. Every use case that shows or changes something of a hospital is handed one. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export type Principal = {
  readonly userId: string;
  readonly roles: ReadonlySet<Role>;
  /** null: every hospital. */
  readonly merchants: ReadonlySet<string> | null;
  /** Absent: the same as userId. */
  readonly name?: string;
  /** When the password was last shown; absent: by a token that no login stands behind. */
  readonly authenticatedAtMs?: number;
  /** Of a login here. */
  readonly sessionId?: string;
  /** Of a login here; absent: with a password. */
  readonly loggedInBy?: 'OIDC';
};

/** What is of another hospital is not there for whoever asks. */
export function mayReach({ merchants }: Principal, merchantId: string): boolean {
  return merchants === null || merchants.has(merchantId);
}

/**
 * Whether somebody reaches all of these hospitals.
 * @param hospitals null: every one
 */
export function reachesAll(
  { merchants }: Pick<Principal, 'merchants'>,
  hospitals: ReadonlySet<string> | null,
): boolean {
  return merchants === null || (hospitals !== null && hospitals.isSubsetOf(merchants));
}

/** Somebody and the token that they are known by. */
export type KnownUser = { readonly principal: Principal; readonly token: string };
