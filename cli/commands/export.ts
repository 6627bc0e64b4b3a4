import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { ledgerExports } from '../../adapters/exports/ledgerExports.ts';
import { checkWritable, writeWhole } from '../../adapters/files/writeWhole.ts';
import { checkedDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { ExportRequest } from '../../domain/exports.ts';
import { EXPORT_FORMATS, EXPORT_LISTS } from '../../domain/exports.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import { MODES } from '../../domain/verdict.ts';
import type { Command } from '../command.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang export LIST --merchant H --from D --to D [--mode M] [--run ID] --out FILE

Writes a list of the running system's ledger as .csv, .xlsx or .jsonl, by the ending of FILE. LIST is one of
${EXPORT_LISTS.join(', ')}.

  --merchant H      one hospital; all, when it is absent
  --from D --to D   business dates, both inclusive
  --mode M          ${MODES.join(', ')}; without it, final rows, and realtime ones of dates that are not closed
  --run ID          the rows of one run, of a superseded one too (exceptions, verdicts, reconciliations)

Amounts are yuan with two decimals, in .jsonl strings of fen. A CSV's ids end in a TAB, so that Excel leaves their
digits alone. The file is whole or not there.
`;

/** A million rows take half a minute; a disk may be slow. */
const PATIENCE_MS = 10 * 60_000;

export const exportCommand: Command = {
  name: 'export',
  summary: 'write a list of the ledger as csv, xlsx or jsonl',
  usage: USAGE,
  async run(args, io) {
    const { request, out } = readArgs(args);
    const path = resolve(io.cwd, out);
    await checkWritable(path);
    const client = connectClickHouse(systemHere(io).clickhouseUrl, PATIENCE_MS);
    try {
      const file = await ledgerExports(client, Date.now).open(WHOLE_LEDGER, request);
      await writeWhole(path, file.bytes);
    } finally {
      await client.close();
    }
    io.stderr(`written to ${path}\n`);
    return 0;
  },
};

function readArgs(args: readonly string[]): { request: ExportRequest; out: string } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      merchant: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      mode: { type: 'string' },
      run: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const [name, ...surplus] = positionals;
  const list = EXPORT_LISTS.find((known) => known === name);
  if (list === undefined || surplus.length > 0) {
    throw badUsage(`say which list: ${EXPORT_LISTS.join(', ')}`);
  }
  const format = EXPORT_FORMATS.find((known) => values.out?.endsWith(`.${known}`));
  if (values.out === undefined || format === undefined) {
    throw badUsage('say where to: --out FILE, ending in .csv, .xlsx or .jsonl');
  }
  const mode = MODES.find((known) => known === values.mode?.toUpperCase());
  if (values.mode !== undefined && mode === undefined) throw badUsage(`--mode is one of ${MODES.join(', ')}`);
  for (const date of [values.from, values.to]) {
    if (date !== undefined) checkedDate(date);
  }
  const { merchant, from, to, run } = values;
  if (from !== undefined && to !== undefined && from > to)
    throw badUsage(`--from ${from} lies after --to ${to}`);
  return {
    out: values.out,
    request: {
      list,
      format,
      ...(merchant === undefined ? {} : { merchantId: merchant }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(mode === undefined ? {} : { mode }),
      ...(run === undefined ? {} : { runId: run }),
    },
  };
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang export --help)`);
}
