import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';

// `access`: how people are let in (docs/access.md).

/** A claim, or a path into one: realm_access.roles. */
const Claim = Type.String({ pattern: '^[^.]+(\\.[^.]+)*$' });
/** Of the issuer's own machine only without TLS. */
const HTTPS = '^(https://|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])[:/]).+';
const ROLE = Type.Unsafe<Role>({ type: 'string', enum: [...ROLES] });

const OidcSchema = Type.Object(
  {
    issuer: Type.String({ pattern: HTTPS }),
    audience: Type.String({ minLength: 1 }),
    rolesClaim: Claim,
    /** Absent: roles of the issuer are named as ours. */
    roles: Type.Optional(Type.Record(Type.String(), ROLE)),
    scopeClaim: Claim,
    /** Absent: what the issuer's discovery document says. */
    jwksUri: Type.Optional(Type.String({ pattern: HTTPS })),
  },
  { additionalProperties: false },
);

export const AccessSchema = Type.Object(
  {
    freshLogin: Type.Optional(Type.String({ pattern: '^(\\d+(s|m|h)|never)$' })),
    demoUsers: Type.Optional(Type.Unsafe<'on' | 'off'>({ type: 'string', enum: ['on', 'off'] })),
    oidc: Type.Optional(OidcSchema),
  },
  { additionalProperties: false },
);

export type OidcConfig = Static<typeof OidcSchema>;

export type AccessConfig = {
  /** How old a login may be when money moves; null: as old as its session. */
  readonly freshLoginMs: number | null;
  readonly hasDemoUsers: boolean;
  readonly oidc: OidcConfig | null;
};

/** @param ms of a duration */
export function accessOf(
  raw: Static<typeof AccessSchema> | undefined,
  ms: (duration: string) => number | null,
): AccessConfig {
  const { freshLogin = 'never', demoUsers = 'on', oidc = null } = raw ?? {};
  return {
    freshLoginMs: freshLogin === 'never' ? null : ms(freshLogin),
    hasDemoUsers: demoUsers === 'on',
    oidc,
  };
}
