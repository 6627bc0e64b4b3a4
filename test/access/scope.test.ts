import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Files of ours that a file brings with it when it runs; imports of types alone bring none. */
function broughtBy(start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const path of found) {
    const imports = textOf(path).matchAll(/^import (?!type\b)[^;]*?from '(\.[^']+)';/gm);
    for (const [, to = ''] of imports) found.add(join(dirname(path), to));
  }
  return found;
}

const OF_API = [...broughtBy('api/main.ts')];
const QUERIES = OF_API.filter(
  // Rows that are sent (input) are nothing that is read.
  (path) => path.startsWith('adapters/clickhouse/') && /\bFROM\b(?! input\()/.test(textOf(path)),
);

/** Reads for those who name the hospital, which they were found to reach before; with the place where that is looked at. */
const OF_ONE_HOSPITAL: Readonly<Record<string, string>> = {
  'billLines.ts': 'resolution/: an order or case whose hospital is reached',
  'caseEvidence.ts': 'resolution/evidence.ts: after keyOf of the scope',
  'closeBills.ts': 'the close and imports of one hospital; api/routes/billErrors.ts looks before handleBill',
  'closeCandidates.ts': 'the close of one hospital; api/routes/reconciliations.ts looks before',
  'closeLeaf.ts': 'the close',
  'closeLedger.ts': 'the close',
  'closeRealtime.ts': 'the close',
  'closeReceipts.ts': 'the close',
  'closeSnapshot.ts': 'the close',
  'closeTrivial.ts': 'the close',
  'certificateSums.ts': 'the close',
  'runQuality.ts': 'the close',
  'billFetches.ts': 'the close',
  'keyWords.ts': 'resolution/: an order whose hospital is reached',
  'orderFacts.ts': 'resolution/: an order whose hospital is reached',
  'orderLines.ts': 'resolution/: an order whose hospital is reached',
  'monthLocks.ts': 'pipeline/statement/statements.ts: after reaches()',
  'realtimeLedger.ts': 'what the pipeline writes and reads; the API asks for positions alone',
  'surroundings.ts': 'resolution/evidence.ts: after keyOf of the scope',
  'closeCounts.ts': 'the close',
  'healingLedger.ts': 'resolution/healing: the system itself, an order at a time',
  'settings.ts': 'changes of the configuration: api/routes/settings.ts shows those of reached hospitals',
  'settingsProposals.ts':
    'proposals of such changes: adapters/config/proposalDesk.ts knows those of reached hospitals alone',
  'users.ts':
    'people/: whoever logs in, by their own name; api/routes/users.ts is for administrators of all hospitals',
};
/** Files in which a condition on the hospital is written out. */
const NARROWING = ['scopeSql.ts', 'listConditions.ts'];

const nameOf = (path: string) => path.slice('adapters/clickhouse/'.length);

test('every query that the API brings with it goes through the scope, or is of one hospital that was looked at before', () => {
  expect(QUERIES.length).toBeGreaterThan(15);
  const free = QUERIES.filter(
    (path) =>
      !/\b(scopeSql|scopeOfSeveralSql|hospitalsSql|unknownHospitalSql|listConditions|exceptionConditions)\(/.test(
        textOf(path),
      ) && !(nameOf(path) in OF_ONE_HOSPITAL),
  );
  expect(free.map(nameOf)).toEqual(['exportSql.ts']);
  expect(Object.keys(OF_ONE_HOSPITAL).filter((name) => !QUERIES.map(nameOf).includes(name))).toEqual([]);
  // A list of columns and tables: exportRows.ts makes the query, and asks the scope.
  expect(textOf('adapters/clickhouse/exportSql.ts')).not.toMatch(/client\.|rowsOf\(/);
});

test('the scope alone makes conditions on hospitals in queries for lists, ids and files', () => {
  const own = QUERIES.filter((path) => !(nameOf(path) in OF_ONE_HOSPITAL)).filter(
    (path) => !NARROWING.includes(nameOf(path)),
  );
  const written = own.flatMap((path) =>
    [...textOf(path).matchAll(/merchant_id (?:=|IN) [{('`$][^\n]*/g)].map(
      ([sql]) => `${nameOf(path)}: ${sql}`,
    ),
  );
  // Of these the hospital is named by what was found in a scope, and the condition of the scope stands beside it.
  const known = written.filter((at) => /^(certificates|caseLedger|statementLedger)\.ts/.test(at));
  expect(written.filter((at) => !known.includes(at))).toEqual([]);
});

test('the API makes scopes of whoever asks, and never the whole ledger for itself', () => {
  const api = OF_API.filter((path) => /^(api|resolution)\//.test(path));
  expect(api.length).toBeGreaterThan(40);
  expect(api.filter((path) => textOf(path).includes('WHOLE_LEDGER'))).toEqual([]);
  const makes = api.flatMap((path) =>
    [...textOf(path).matchAll(/Scope\.of\(([^)]*)\)/g)].map(([, who = '']) => who),
  );
  expect(new Set(makes)).toEqual(new Set(['machine', 'principal', 'principalOf(request']));
});

test('in adapters the whole ledger is read by what closes days and certifies them alone', () => {
  const whole = OF_API.filter(
    (path) => path.startsWith('adapters/') && textOf(path).includes('WHOLE_LEDGER'),
  );
  expect(whole.toSorted()).toEqual([
    'adapters/clickhouse/certificates.ts',
    'adapters/clickhouse/scheduleLedger.ts',
  ]);
});
