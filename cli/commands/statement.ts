import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseStatementLedger } from '../../adapters/clickhouse/statementLedger.ts';
import { checkWritable, writeWhole } from '../../adapters/files/writeWhole.ts';
import { renderStatement } from '../../adapters/statements/render.ts';
import { checkedDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { checkedMonth } from '../../domain/month.ts';
import type { StatementRequest, StatementSpan } from '../../domain/statement.ts';
import { STATEMENT_FORMATS } from '../../domain/statement.ts';
import { statements } from '../../pipeline/statement/statements.ts';
import type { Command } from '../command.ts';
import { configOf } from '../configOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang statement --merchant H (--date YYYY-MM-DD | --month YYYY-MM) --out FILE

The statement of a hospital's day (对账日报) or month (对账月报) from its published runs, as .xlsx or as an .html page
that prints on A4: totals of each book and channel, the verdicts, and how open exceptions were carried forward per
channel (open at the start + new − resolved = open at the end). Figures that do not tie are refused, not written.
`;

export const statementCommand: Command = {
  name: 'statement',
  summary: 'write the statement of a day or a month of a merchant',
  usage: USAGE,
  async run(args, io) {
    const { request, out } = readArgs(args);
    const path = resolve(io.cwd, out);
    await checkWritable(path);
    const { merchants } = configOf(systemHere(io));
    const client = connectClickHouse(systemHere(io).clickhouseUrl);
    try {
      const made = statements({
        merchants,
        ledgerOf: (scope) => clickHouseStatementLedger(client, scope),
        render: renderStatement,
        now: Date.now,
      });
      await writeWhole(path, (await made.open(WHOLE_LEDGER, request)).bytes);
    } finally {
      await client.close();
    }
    io.stderr(`written to ${path}\n`);
    return 0;
  },
};

function readArgs(args: readonly string[]): { request: StatementRequest; out: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      merchant: { type: 'string' },
      date: { type: 'string' },
      month: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { merchant, out } = values;
  if (merchant === undefined) throw badUsage('say whose: --merchant H001');
  const format = STATEMENT_FORMATS.find((known) => out?.endsWith(`.${known}`));
  if (out === undefined || format === undefined) throw badUsage('say where to: --out FILE.xlsx or FILE.html');
  return { out, request: { merchantId: merchant, span: spanOf(values.date, values.month), format } };
}

function spanOf(date: string | undefined, month: string | undefined): StatementSpan {
  if (date !== undefined && month === undefined) return { kind: 'DAY', date: checkedDate(date) };
  if (month !== undefined && date === undefined) return { kind: 'MONTH', month: checkedMonth(month) };
  throw badUsage('say which day or which month: --date 2026-03-09, or --month 2026-03');
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang statement --help)`);
}
