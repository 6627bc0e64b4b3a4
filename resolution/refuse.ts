import type { DuizhangErrorCode } from '../domain/errors.ts';
import { DuizhangError } from '../domain/errors.ts';
import { ROLE_LABELS } from '../domain/labels.ts';
import type { RefusalCode } from '../domain/policy.ts';
import { REFUSAL_TEXTS } from '../domain/policy.ts';
import type { Principal, Role } from '../domain/principal.ts';
import { mayReach } from '../domain/principal.ts';

/** What keeps an action from being carried out, in both languages. */
export function refuse(
  code: DuizhangErrorCode,
  en: string,
  zh: string,
  details: Readonly<Record<string, string | number | boolean | null>> = {},
): DuizhangError {
  return new DuizhangError(code, en, { messageZh: zh, details });
}

export function refuseBy(code: RefusalCode): DuizhangError {
  return refuse(code, REFUSAL_TEXTS[code].en, REFUSAL_TEXTS[code].zh);
}

export function notFound(what: string): DuizhangError {
  return refuse('DZ_NOT_FOUND', `there is no ${what}`, '记录不存在');
}

/**
 * @throws DZ_NOT_FOUND where the hospital is not the caller's (what is another's is not there), DZ_FORBIDDEN
 */
export function assertMay(principal: Principal, role: Role, merchantId: string, what: string): void {
  if (!mayReach(principal, merchantId)) throw notFound(what);
  if (principal.roles.has(role)) return;
  throw refuse('DZ_FORBIDDEN', `this needs the role ${role}`, `没有权限：需要${ROLE_LABELS[role]}角色`);
}
