// Apart from auditEntry.ts, which hashes: browsers know the kinds, too.

export const AUDIT_KINDS = [
  'START',
  'LOGIN',
  'LOGOUT',
  'USER_CHANGE',
  'CONFIG_CHANGE',
  'EXPORT',
  'STATEMENT',
  'CERTIFICATE',
  'ORDER_PROOF',
  'BILL_LIST',
  'BILL_DOWNLOAD',
  'BILL_UPLOAD',
  'BILL_CHANGE',
  'PROOF_DOWNLOAD',
  'ACTION',
  'VERIFICATION_CODE',
  'ORDER_CHECK',
  'CLOSE',
  'MONTH_LOCK',
  'DEAD_LETTER_REPLAY',
  'ALERT_ACKNOWLEDGE',
  'FETCH_AGAIN',
  'LEDGER_QUERY',
  'NOTICES_READ',
  'ALERT_TEST',
  'HEALING_SWITCH',
  'AUDIT_READ',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** API: a person over HTTP; MACHINE: a hospital's machine over HTTP; CLI: a command on the machine; SYSTEM: a process. */
export const AUDIT_WAYS = ['API', 'MACHINE', 'CLI', 'SYSTEM'] as const;
export type AuditWay = (typeof AUDIT_WAYS)[number];
