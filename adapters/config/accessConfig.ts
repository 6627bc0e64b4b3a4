import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import type { FailAt } from './sourcesConfig.ts';
import { checkSecret, Secret } from './sourcesConfig.ts';

// `access`: how people are let in (docs/access.md).

/** A claim, or a path into one: realm_access.roles. */
const Claim = Type.String({ pattern: '^[^.]+(\\.[^.]+)*$' });
/** Of the issuer's own machine only without TLS. */
const HTTPS = '^(https://|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])[:/]).+';
const HTTPS_ORIGIN = '^(https://[^/?#]+|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?)$';
const ROLE = Type.Unsafe<Role>({ type: 'string', enum: [...ROLES] });

/** The console sends people to the provider's own login. */
const OidcLoginSchema = Type.Object(
  {
    clientId: Type.String({ minLength: 1 }),
    /** The client's; absent: a public client, which proves itself by PKCE alone. */
    ...Secret,
    /** Of the console, as browsers see it; the provider answers to <address>/login/callback. */
    address: Type.String({ pattern: HTTPS_ORIGIN }),
    scope: Type.Optional(Type.String({ pattern: '(^| )openid( |$)' })),
    /** Names users of ours, whose roles and hospitals are theirs here; absent: rolesClaim and scopeClaim say them. */
    userClaim: Type.Optional(Claim),
  },
  { additionalProperties: false },
);

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
    login: Type.Optional(OidcLoginSchema),
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

/** The login of a provider, with where what it names is read from. */
export type OidcLoginConfig = {
  readonly oidc: OidcConfig;
  readonly raw: Static<typeof OidcLoginSchema>;
  /** Files that it names are relative to this folder. */
  readonly folder: string;
  readonly fail: FailAt;
};

/** @param fail of the steps below access.oidc.login. @throws what it makes of secrets that are named wrong */
export function oidcLoginOf(
  oidc: OidcConfig | undefined,
  folder: string,
  fail: FailAt,
): OidcLoginConfig | null {
  const raw = oidc?.login;
  if (oidc === undefined || raw === undefined) return null;
  if (raw.keyFile !== undefined || raw.keyEnv !== undefined) checkSecret(raw, (message) => fail([], message));
  return { oidc, raw, folder, fail };
}

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
