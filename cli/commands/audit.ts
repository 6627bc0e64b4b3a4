import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import type { AuditRequest, AuditServers } from './auditChecks.ts';
import { listEntries, verifyAll, writeCheckpoint } from './auditChecks.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang audit verify [--merchant H] [--checkpoint FILE] [--json]
./duizhang audit list [--from D] [--to D] [--user NAME] [--kind KIND] [--merchant H] [--limit N] [--json]
./duizhang audit checkpoint --out FILE

verify: checks the chain of every case, and those of the audit trail: each row holds the hash of the one before it, and
its own hash holds everything in it, so that a row which was changed, taken out or put in is named. How far each chain of
the trail came is kept in Redis as well: one whose end was cut off, or that is gone, is named, too. --merchant checks the
cases of one hospital and not the trail.
list: who saw or changed what, when and from where, the newest first; 50 unless --limit says otherwise (500 at most).
checkpoint: how far every chain of the trail is now, signed with the key of the certificates. Keep the file where nobody of
this system can reach it: verify --checkpoint FILE then finds what was taken out of ledger and Redis together.

Exit code 0: every chain holds; 1: one does not.
`;

const RUNS: Readonly<
  Record<
    string,
    ((servers: AuditServers, request: AuditRequest, io: CommandIo) => Promise<ExitCode>) | undefined
  >
> = { verify: verifyAll, list: listEntries, checkpoint: writeCheckpoint };

export const auditCommand: Command = {
  name: 'audit',
  summary: 'who saw or changed what, and whether that record and the history of cases hold',
  usage: USAGE,
  async run(args, io) {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        merchant: text,
        checkpoint: text,
        out: text,
        from: text,
        to: text,
        user: text,
        kind: text,
        limit: text,
        json: { type: 'boolean' },
      },
    });
    const run = positionals.length === 1 ? RUNS[positionals[0] ?? ''] : undefined;
    if (!run) throw new DuizhangError('DZ_USAGE', 'say audit verify, audit list or audit checkpoint');
    const system = systemHere(io);
    const clickhouse = connectClickHouse(system.clickhouseUrl);
    const log = connectRedis(system.auditUrl);
    try {
      return await run({ clickhouse, log, signingKeyPath: system.signingKeyPath }, values, io);
    } finally {
      log.disconnect();
      await clickhouse.close();
    }
  },
};
