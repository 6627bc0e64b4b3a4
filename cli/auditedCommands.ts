import { parseArgs } from 'node:util';
import { hash } from 'node:crypto';
import type { AuditEntry, AuditField, AuditKind } from '../domain/auditEntry.ts';

/**
 * What each command records when a system runs, by its first word ('' where it takes none); null: it neither changes the
 * system nor takes anything out of it that people are accountable for.
 */
export const AUDITED_COMMANDS: Readonly<Record<string, Readonly<Record<string, AuditKind>> | null>> = {
  start: null,
  prepare: null,
  reconcile: null,
  simulate: null,
  verify: null,
  config: null,
  case: null,
  window: null,
  bill: {
    import: 'BILL_UPLOAD',
    handled: 'BILL_CHANGE',
    use: 'BILL_CHANGE',
    reimport: 'BILL_CHANGE',
    get: 'BILL_DOWNLOAD',
  },
  fetches: { again: 'FETCH_AGAIN' },
  close: { '': 'CLOSE' },
  certificate: { get: 'CERTIFICATE' },
  prove: { '': 'ORDER_PROOF' },
  audit: { list: 'AUDIT_READ', checkpoint: 'AUDIT_READ' },
  month: { lock: 'MONTH_LOCK' },
  statement: { '': 'STATEMENT' },
  export: { '*': 'EXPORT' },
  decisions: { import: 'ACTION' },
  sql: { '*': 'LEDGER_QUERY' },
  'dead-letters': { replay: 'DEAD_LETTER_REPLAY' },
  alert: { test: 'ALERT_TEST' },
  heal: { stop: 'HEALING_SWITCH', resume: 'HEALING_SWITCH' },
  notices: { '': 'NOTICES_READ' },
  user: {
    add: 'USER_CHANGE',
    change: 'USER_CHANGE',
    passwd: 'USER_CHANGE',
    totp: 'USER_CHANGE',
    disable: 'USER_CHANGE',
    enable: 'USER_CHANGE',
  },
};

/** Of a command's options these alone are recorded. */
const RECORDED = [
  'merchant',
  'date',
  'month',
  'from',
  'to',
  'mode',
  'run',
  'order',
  'book',
  'channel',
  'bill',
  'partition',
  'position',
  'all',
  'source',
  'user',
  'by',
  'kind',
] as const satisfies readonly AuditField[];
const ID = /^[\w-]{1,80}$/;

export type AuditedCommand = Pick<AuditEntry, 'kind' | 'what' | 'merchants' | 'said'>;

/** @returns null: there is nothing to record */
export function auditedCommand(name: string, args: readonly string[]): AuditedCommand | null {
  const { values, words } = saidIn(args);
  const kinds = AUDITED_COMMANDS[name] ?? {};
  // Wherever it stands: a command knows options that are not known here, and takes them before its first word, too.
  const first = args.find((arg) => arg !== '' && arg !== '*' && Object.hasOwn(kinds, arg)) ?? '';
  const kind = kinds[first] ?? kinds['*'];
  if (kind === undefined || values['dry-run'] === true) return null;
  const said: Record<string, string | boolean> = {};
  for (const option of RECORDED) {
    const value = values[option];
    if (value !== undefined) said[option] = value;
  }
  // A query may hold anything.
  if (kind === 'LEDGER_QUERY') said['sha256'] = hash('sha256', words.join(' '), 'hex');
  else words.filter((word) => ID.test(word)).forEach((word, n) => (said[`word${n + 1}`] = word));
  const what = `duizhang ${name}${first === '' ? '' : ` ${first}`}`;
  const { merchant } = said;
  return { kind, what, said, merchants: typeof merchant === 'string' ? [merchant] : [] };
}

/** As far as it can be told without knowing each command's options: an option that is recorded takes the word behind it. */
function saidIn(args: readonly string[]): {
  readonly values: Readonly<Record<string, string | boolean>>;
  readonly words: readonly string[];
} {
  const texts = [...RECORDED, 'out', 'note', 'reason', 'source', 'limit', 'refund', 'mode'];
  const options = Object.fromEntries(
    texts.filter((name) => name !== 'all').map((name) => [name, { type: 'string' as const }]),
  );
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...options, all: { type: 'boolean' as const } },
    strict: false,
    allowPositionals: true,
  });
  const known = Object.entries(values).filter(
    (pair): pair is [string, string | boolean] => pair[1] !== undefined && !Array.isArray(pair[1]),
  );
  return { values: Object.fromEntries(known), words: positionals };
}
