import { parseArgs } from 'node:util';
import { exceptionDetailJson } from '../../api/exceptionDetail/json.ts';
import { clickHouseEvidence } from '../../adapters/clickhouse/caseEvidence.ts';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { caseEvidence } from '../../resolution/evidence.ts';
import type { Command } from '../command.ts';
import { configOf } from '../configOf.ts';
import { caseText } from './caseText.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang case show ID [--json]
./duizhang case show --merchant H --order NO [--refund NO] [--json]

All that the running system knows of one exception: each book's lines side by side and where they came from, what was
told of it before, what was done, the money of its order, and what may be done now and why the rest may not. An order
stands for its payment; --refund names one of its refunds.
`;

/** Whoever reads the ledger's own data folder sees every hospital. */
const HERE: Principal = { userId: 'cli', roles: new Set(['viewer']), merchants: null };

export const caseCommand: Command = {
  name: 'case',
  summary: 'see one exception with its evidence and what may be done',
  usage: USAGE,
  async run(args, io) {
    const { caseId, json } = readArgs(args);
    const run = systemHere(io);
    const { merchants } = configOf(run);
    const client = connectClickHouse(run.clickhouseUrl);
    try {
      const evidence = await caseEvidence(HERE, caseId, {
        ledger: clickHouseCaseLedger(client),
        evidence: clickHouseEvidence(client),
        merchants,
        now: Date.now,
      });
      io.stdout(json ? `${JSON.stringify(exceptionDetailJson(evidence))}\n` : caseText(evidence));
      return 0;
    } finally {
      await client.close();
    }
  },
};

function readArgs(args: readonly string[]): { readonly caseId: string; readonly json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      merchant: { type: 'string' },
      order: { type: 'string' },
      refund: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [what, id, ...surplus] = positionals;
  if (what !== 'show' || surplus.length > 0) throw badUsage('say show, and one exception');
  const { merchant, order, refund, json } = values;
  if (id !== undefined) {
    if (merchant !== undefined || order !== undefined || refund !== undefined) {
      throw badUsage('give an id, or --merchant and --order');
    }
    return { caseId: id, json };
  }
  if (merchant === undefined || order === undefined) {
    throw badUsage('say which: an id, or --merchant H001 --order NO');
  }
  return { caseId: caseIdOf(merchant, order, refund === undefined ? 'P' : `R${refund}`), json };
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang case --help)`);
}
