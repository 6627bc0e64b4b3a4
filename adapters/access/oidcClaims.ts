import type { Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import type { Reach } from '../../domain/user.ts';
import type { OidcConfig } from '../config/accessConfig.ts';

// What tokens of an identity provider say of somebody.

export type Claims = Readonly<Record<string, unknown>>;

export function rolesIn(payload: Claims, { rolesClaim, roles }: OidcConfig): readonly Role[] {
  const byName = new Map(roles ? Object.entries(roles) : ROLES.map((role) => [role, role]));
  return wordsIn(payload, rolesClaim).flatMap((word) => byName.get(word) ?? []);
}

/** "*" is every hospital; without the claim it is none. */
export function reachIn(words: readonly string[]): Reach {
  if (words.includes('*')) return null;
  const isv = 'isv:';
  return {
    merchants: words.filter((word) => !word.startsWith(isv)),
    isvs: words.filter((word) => word.startsWith(isv)).map((word) => word.slice(isv.length)),
  };
}

/** A list, or words with spaces between, as providers write both. */
export function wordsIn(payload: Claims, claim: string): readonly string[] {
  const said = claim in payload ? payload[claim] : at(payload, claim.split('.'));
  if (typeof said === 'string') return said.split(' ').filter((word) => word !== '');
  return Array.isArray(said) ? said.filter((word) => typeof word === 'string') : [];
}

function at(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  return at(new Map<string, unknown>(Object.entries(value)).get(step), rest);
}
