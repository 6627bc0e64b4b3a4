import type { Command } from './command.ts';

type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
};

/** Loaded only when called for, so that `--help` is instant. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'start the whole system, with a simulated day to look at',
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  {
    name: 'prepare',
    summary: 'make keys and schema for a system on servers of its own',
    load: async () => (await import('./commands/prepare.ts')).prepareCommand,
  },
  {
    name: 'reconcile',
    summary: 'compare the books of a merchant as files; no servers needed',
    load: async () => (await import('./commands/reconcile.ts')).reconcileCommand,
  },
  {
    name: 'bill',
    summary: 'parse, import, compare and explain bills; the original bytes of those on record',
    load: async () => (await import('./commands/bill.ts')).billCommand,
  },
  {
    name: 'fetches',
    summary: 'see how the fetching of bills stands, or have one fetched again',
    load: async () => (await import('./commands/fetches.ts')).fetchesCommand,
  },
  {
    name: 'simulate',
    summary: 'make a hospital day: events, the three books, and what is true of them',
    load: async () => (await import('./commands/simulate.ts')).simulateCommand,
  },
  {
    name: 'close',
    summary: 'close a day of a merchant in the running system',
    load: async () => (await import('./commands/close.ts')).closeCommand,
  },
  {
    name: 'case',
    summary: 'see one exception with its evidence and what may be done',
    load: async () => (await import('./commands/case.ts')).caseCommand,
  },
  {
    name: 'certificate',
    summary: 'the signed certificate of a closed day, and the key it is verified with',
    load: async () => (await import('./commands/certificate.ts')).certificateCommand,
  },
  {
    name: 'prove',
    summary: 'prove what a closed day says of one order',
    load: async () => (await import('./commands/prove.ts')).proveCommand,
  },
  {
    name: 'verify',
    summary: 'verify a certificate or a proof',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  {
    name: 'audit',
    summary: 'who saw or changed what, and whether that record and the history of cases hold',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  {
    name: 'month',
    summary: 'lock a month of a merchant: its dates are closed again for a reason only',
    load: async () => (await import('./commands/month.ts')).monthCommand,
  },
  {
    name: 'statement',
    summary: 'write the statement of a day or a month of a merchant',
    load: async () => (await import('./commands/statement.ts')).statementCommand,
  },
  {
    name: 'export',
    summary: 'write a list of the ledger as csv, xlsx or jsonl',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'decisions',
    summary: 'carry out what was decided in a filled-in export of exceptions',
    load: async () => (await import('./commands/decisions.ts')).decisionsCommand,
  },
  {
    name: 'user',
    summary: 'add, change, disable and list the users who log in with a password',
    load: async () => (await import('./commands/user.ts')).userCommand,
  },
  {
    name: 'window',
    summary: 'take the realtime window away, to be built anew with other slots',
    load: async () => (await import('./commands/window.ts')).windowCommand,
  },
  {
    name: 'sql',
    summary: 'ask the ledger of the running system',
    load: async () => (await import('./commands/sql.ts')).sqlCommand,
  },
  {
    name: 'config',
    summary: 'check a configuration',
    load: async () => (await import('./commands/config.ts')).configCommand,
  },
  {
    name: 'dead-letters',
    summary: 'list events that could not be taken, and replay them',
    load: async () => (await import('./commands/deadLetters.ts')).deadLettersCommand,
  },
  {
    name: 'alert',
    summary: 'send a trial message to somebody who is told of alerts',
    load: async () => (await import('./commands/alert.ts')).alertCommand,
  },
  {
    name: 'heal',
    summary: 'stop or resume the refunds that the system begins by itself, and see how they stand',
    load: async () => (await import('./commands/heal.ts')).healCommand,
  },
  {
    name: 'notices',
    summary: 'the latest notices to a user of the demo, verification codes among them',
    load: async () => (await import('./commands/notices.ts')).noticesCommand,
  },
];
