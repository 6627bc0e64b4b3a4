import type { Config } from '../../adapters/config/loadConfig.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Role } from '../../domain/principal.ts';
import { ROLES } from '../../domain/principal.ts';
import type { Reach, User } from '../../domain/user.ts';
import { merchantOf } from './merchantOf.ts';

/** What is said of a user on the command line. */
export type UserWords = {
  readonly roles?: string;
  readonly merchants?: string;
  readonly isv?: string;
  readonly all?: boolean;
  readonly name?: string;
};

/** @returns undefined: nothing was said. @throws DZ_USAGE */
export function rolesOf({ roles }: UserWords): readonly Role[] | undefined {
  if (roles === undefined) return undefined;
  const said = listOf(roles);
  const known = ROLES.filter((role) => said.includes(role));
  const other = said.find((word) => !ROLES.some((role) => role === word));
  if (other !== undefined) {
    throw new DuizhangError('DZ_USAGE', `there is no role ${other}; there are ${ROLES.join(', ')}`);
  }
  if (known.length === 0) throw new DuizhangError('DZ_USAGE', '--roles names none');
  return known;
}

/** @returns null: every hospital; undefined: nothing was said. @throws DZ_UNKNOWN_MERCHANT, DZ_USAGE */
export function reachOf({ merchants, isv, all }: UserWords, config: Config): Reach | undefined {
  if (all === true) {
    if (merchants === undefined && isv === undefined) return null;
    throw new DuizhangError('DZ_USAGE', '--all leaves nothing to be named with --merchants or --isv');
  }
  if (merchants === undefined && isv === undefined) return undefined;
  const reach = { merchants: listOf(merchants ?? ''), isvs: listOf(isv ?? '') };
  for (const merchantId of reach.merchants) merchantOf(config, merchantId);
  const known = new Set(Array.from(config.merchants.values(), (merchant) => merchant.isv));
  const other = reach.isvs.find((each) => !known.has(each));
  if (other !== undefined)
    throw new DuizhangError('DZ_USAGE', `no hospital of the configuration has the isv ${other}`);
  if (reach.merchants.length + reach.isvs.length > 0) return reach;
  throw new DuizhangError(
    'DZ_USAGE',
    'an empty list of hospitals lets a user see nothing; leave it out for all',
  );
}

export function userLine(user: User, form: 'text' | 'json' = 'text'): string {
  const { userId, name, roles, reach, disabled, sealedTotp, changedBy, changedAtMs } = user;
  if (form === 'json') {
    const shown = { userId, name, roles, reach, disabled, hasTotp: sealedTotp !== '', changedBy };
    return `${JSON.stringify({ ...shown, changedAt: new Date(changedAtMs).toISOString() })}\n`;
  }
  const scope =
    reach === null
      ? 'all hospitals'
      : [...reach.merchants, ...reach.isvs.map((isv) => `isv ${isv}`)].join(',');
  const marks = `${disabled ? '  disabled' : ''}${sealedTotp === '' ? '' : '  one-time codes'}`;
  const title = name === userId ? userId : `${userId} (${name})`;
  return `${title}  ${roles.join(',')}  ${scope}${marks}  changed ${localOfInstant(changedAtMs)} by ${changedBy}\n`;
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
