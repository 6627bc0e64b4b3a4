import { expect, test } from 'vitest';
import { AUDITED_COMMANDS, auditedCommand } from './auditedCommands.ts';
import { COMMANDS } from './commands.ts';

test('of every command it is decided what it records', () => {
  expect(COMMANDS.map(({ name }) => name).filter((name) => AUDITED_COMMANDS[name] === undefined)).toEqual([]);
});

test.each([
  [
    'bill',
    'import /tmp/a.csv --merchant H001 --book channel',
    'BILL_UPLOAD',
    'duizhang bill import',
    ['H001'],
  ],
  ['bill', 'parse /tmp/a.csv --merchant H001', null],
  [
    'bill',
    'handled 3f2a91c0 --merchant H001 --note 王小明',
    'BILL_CHANGE',
    'duizhang bill handled',
    ['H001'],
  ],
  ['close', '--merchant H001 --date 2026-03-09', 'CLOSE', 'duizhang close', ['H001']],
  ['export', 'exceptions --merchant H001 --out a.xlsx', 'EXPORT', 'duizhang export', ['H001']],
  ['decisions', 'import a.xlsx --user li', 'ACTION', 'duizhang decisions import', []],
  ['decisions', 'import a.xlsx --user li --dry-run', null],
  ['dead-letters', 'list', null],
  ['dead-letters', 'replay --all', 'DEAD_LETTER_REPLAY', 'duizhang dead-letters replay', []],
  ['month', 'lock --merchant H001 --month 2026-03 --by li', 'MONTH_LOCK', 'duizhang month lock', ['H001']],
  ['alert', 'test --to duty', 'ALERT_TEST', 'duizhang alert test', []],
  ['heal', 'status', null],
  ['heal', 'stop --merchant H001 --reason 王小明', 'HEALING_SWITCH', 'duizhang heal stop', ['H001']],
  ['heal', 'resume', 'HEALING_SWITCH', 'duizhang heal resume', []],
  ['notices', '--user li', 'NOTICES_READ', 'duizhang notices', []],
  ['user', 'list --json', null],
  ['user', 'change mallory --roles admin --all', 'USER_CHANGE', 'duizhang user change', []],
  ['user', 'totp li --off', 'USER_CHANGE', 'duizhang user totp', []],
  ['user', 'enable li', 'USER_CHANGE', 'duizhang user enable', []],
  ['user', '--roles admin add mallory', 'USER_CHANGE', 'duizhang user add', []],
  ['user', '--merchants H001 add mallory --roles admin', 'USER_CHANGE', 'duizhang user add', []],
  ['audit', '--checkpoint x list', 'AUDIT_READ', 'duizhang audit list', []],
  ['user', 'constructor', null],
  ['verify', 'certificate.json', null],
] as const)('%s %s', (name, args, kind, what?, merchants?) => {
  const audited = auditedCommand(name, args.split(' '));
  if (kind === null) expect(audited).toBeNull();
  else expect(audited).toMatchObject({ kind, what, merchants });
  expect(JSON.stringify(audited)).not.toMatch(/王小明|\/tmp/);
});

test('of a query its hash is recorded and none of its words', () => {
  const audited = auditedCommand('sql', ['select * from v_entries where order_no = 1', '--json']);
  expect(audited?.kind).toBe('LEDGER_QUERY');
  expect(audited?.said).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
});
