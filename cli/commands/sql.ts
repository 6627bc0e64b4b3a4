import { parseArgs } from 'node:util';
import { clusterSettings } from '../../adapters/clickhouse/clusterSettings.ts';
import { readSql } from '../../adapters/clickhouse/embedded/sqlText.ts';
import { readLedgerUrl } from '../../adapters/clickhouse/ledgerAddress.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command } from '../command.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang sql "select …" [--json]

Asks the ledger (ClickHouse) of the running system, database duizhang. The views v_… are right under repeated rows:
v_entries, v_bills, v_bill_errors, v_unhandled_bills, v_bill_refusals, v_bill_fees, v_fees, v_fee_differences, v_verdicts,
v_exceptions, v_exception_actions, v_match_rates, v_realtime_quality, v_reconciliations, v_close_waits, v_certificates,
v_month_locks, v_locked_closes, v_dead_letters. Over months v_verdict_counts and v_current_exceptions answer at once: what was
counted at each close, and the exceptions that stand now. Amounts are in fen; a column …_yuan beside one is the same in yuan.
A key that spans midnight has a row in each date's run, and realtime rows stay beside the final ones: filter by mode and
run_id. Lines that stand for their book now have counts = 1 in v_entries; bills that do, current = 1 in v_bills.
Only statements that read are sent: the ledger is written by the system alone.

  --json   one JSON object a row instead of a table
`;

export const sqlCommand: Command = {
  name: 'sql',
  summary: 'ask the ledger of the running system',
  usage: USAGE,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [statement, ...more] = positionals;
    if (statement === undefined || more.length > 0) {
      throw new DuizhangError('DZ_USAGE', 'give one statement in quotes: ./duizhang sql "select …"');
    }
    assertReads(statement);
    const { clickhouseUrl } = systemHere(io);
    const { server, cluster } = readLedgerUrl(clickhouseUrl);
    const url = new URL(server);
    const settings = cluster === null ? {} : clusterSettings(0);
    for (const [name, value] of Object.entries(settings)) url.searchParams.set(name, String(value));
    url.searchParams.set('database', 'duizhang');
    url.searchParams.set('default_format', values.json ? 'JSONEachRow' : 'PrettyCompact');
    const response = await fetch(url, { method: 'POST', body: statement }).catch((cause: unknown) => {
      throw new DuizhangError('DZ_SYSTEM_CLICKHOUSE', `the ledger at ${server} does not answer`, {
        cause,
      });
    });
    if (!response.ok) throw new DuizhangError('DZ_SQL', (await response.text()).trim());
    if (response.body)
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) io.stdout(text);
    return 0;
  },
};

/** First words of statements that change nothing. */
const READING: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'FROM',
  'SHOW',
  'DESCRIBE',
  'DESC',
  'EXISTS',
  'EXPLAIN',
]);
/** Words outside brackets and strings that make a change of what began as a query, or write a file at the server. */
const WRITING: ReadonlySet<string> = new Set(['INSERT', 'OUTFILE']);

/** A slip at a terminal must not cost the books. */
function assertReads(statement: string): void {
  const { words } = readSql(statement);
  const [first] = words;
  // "(SELECT 1) UNION ALL …" begins with a bracket.
  const reads = first === undefined || READING.has(first.text) || statement.trimStart().startsWith('(');
  if (reads && !words.some((word) => WRITING.has(word.text))) return;
  throw new DuizhangError(
    'DZ_SQL_NOT_READING',
    `only statements that read are sent to the ledger (${[...READING].join(', ')}); what is in it is written by the system alone`,
  );
}
