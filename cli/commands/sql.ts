import { parseArgs } from 'node:util';
import { dataDirOf, readRunFile } from '../../adapters/process/runFile.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command } from '../command.ts';

const USAGE = `
./duizhang sql "select …" [--json]

Asks the ledger (ClickHouse) of the running system, database duizhang. The views v_… are right under repeated rows:
v_entries, v_bills, v_bill_errors, v_verdicts, v_exceptions, v_exception_actions, v_match_rates, v_reconciliations,
v_dead_letters. Amounts are in fen; a column …_yuan beside one is the same in yuan.

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
    const { clickhouseUrl } = readRunFile(dataDirOf(io.env, io.cwd));
    const url = new URL(clickhouseUrl);
    url.searchParams.set('database', 'duizhang');
    url.searchParams.set('default_format', values.json ? 'JSONEachRow' : 'PrettyCompact');
    const response = await fetch(url, { method: 'POST', body: statement }).catch((cause: unknown) => {
      throw new DuizhangError('DZ_SYSTEM_CLICKHOUSE', `the ledger at ${clickhouseUrl} does not answer`, {
        cause,
      });
    });
    if (!response.ok) throw new DuizhangError('DZ_SQL', (await response.text()).trim());
    if (response.body)
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) io.stdout(text);
    return 0;
  },
};
