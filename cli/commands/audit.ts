import { parseArgs } from 'node:util';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { dataDirOf, readRunFile } from '../../adapters/process/runFile.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command } from '../command.ts';

const USAGE = `
./duizhang audit verify [--merchant H] [--json]

Checks the chain of every case: each row holds the hash of the one before it, and its own hash holds everything in it, so
that a row which was changed, taken out or put in is named.

Exit code 0: every chain holds; 1: one does not.
`;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'verify that nothing in the history of cases was changed',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { merchant: { type: 'string' }, json: { type: 'boolean' } },
    });
    if (positionals.join(' ') !== 'verify') throw new DuizhangError('DZ_USAGE', 'say audit verify');
    const clickhouse = connectClickHouse(readRunFile(dataDirOf(io.env, io.cwd)).clickhouseUrl);
    try {
      let [cases, rows] = [0, 0];
      const faults: string[] = [];
      for await (const chain of clickHouseCaseLedger(clickhouse).chains(values.merchant ?? null)) {
        cases += 1;
        rows += chain.length;
        faults.push(...chainFaults(chain));
      }
      if (values.json) io.stdout(`${JSON.stringify({ cases, rows, faults })}\n`);
      else {
        for (const fault of faults) io.stdout(`${fault}\n`);
        const verdict = faults.length === 0 ? 'every chain holds' : `${faults.length} faults`;
        io.stdout(`${cases} cases, ${rows} rows: ${verdict}\n`);
      }
      return faults.length === 0 ? 0 : 1;
    } finally {
      await clickhouse.close();
    }
  },
};
