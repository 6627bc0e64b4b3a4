import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { systemClock } from '../../adapters/clock/playbackClock.ts';
import { readDecisionFile } from '../../adapters/decisions/readDecisionFile.ts';
import { unreadableFile } from '../../adapters/files/unreadableFile.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { resolutionParts } from '../../adapters/resolutionParts.ts';
import type { DecisionFile } from '../../domain/decisionSheet.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { RowResult } from '../../resolution/importDecisions.ts';
import { importDecisions } from '../../resolution/importDecisions.ts';
import type { Command, CommandIo } from '../command.ts';
import { tellRefusal } from '../tellRefusal.ts';
import { decisionsJson, decisionsText } from './decisionsText.ts';
import { configOf } from '../configOf.ts';
import { merchantOf } from './merchantOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang decisions import FILE.xlsx --user NAME [--merchant H] [--dry-run] [--json]

Carries out what was decided in an exported list of exceptions (./duizhang export exceptions … --out FILE.xlsx). Its
last columns are there to be filled in; rows whose 处理 is empty are passed over:

  处理            平账, 补差, 外部退款 or 指派 (or WRITE_OFF, SUPPLEMENT, EXTERNAL_REFUND, ASSIGN)
  备注            why
  补差方式        of 补差; 渠道退款单号 of 外部退款; 指派给 of 指派
  确认隔日账      是 where a 平账 near midnight asks for it; 确认非隔日账 of a 补差 near midnight

  --user NAME       who decides: stands in the history of each case
  --merchant H      exceptions of this hospital only; rows of others are refused
  --dry-run         tell of each row what would happen, and write nothing

The same file again changes nothing and gives the first answers. Refunds need a verification code and are not taken
from a file. Where the write-offs of a hospital come to its bulk sum, all rows wait for a second person.

Exit code 0: every row that is filled in succeeds (or would), or waits for approval; 1: some are refused; 2: the file
cannot be read, or lacks columns.
`;

export const decisionsCommand: Command = {
  name: 'decisions',
  summary: 'carry out what was decided in a filled-in export of exceptions',
  usage: USAGE,
  async run(args, io) {
    const wish = readArgs(args);
    return tellRefusal(wish.json, io, async () => {
      const file = await readFile(wish.file, io);
      const results = await carriedOut(wish, file, io);
      if (wish.json) io.stdout(`${JSON.stringify(decisionsJson(file, results, wish))}\n`);
      else io.stdout(decisionsText(file, results, wish));
      return results.some(({ outcome }) => outcome.state === 'REFUSED') ? 1 : 0;
    });
  },
};

type Wish = {
  readonly file: string;
  readonly user: string;
  readonly merchantId: string | null;
  readonly isDryRun: boolean;
  readonly json: boolean;
};

function readArgs(args: readonly string[]): Wish {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      user: { type: 'string' },
      merchant: { type: 'string' },
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const [action, file, ...surplus] = positionals;
  if (action !== 'import' || file === undefined || surplus.length > 0) {
    throw badUsage('say which file: decisions import FILE.xlsx');
  }
  const user = values.user?.trim() ?? '';
  if (user === '') throw badUsage('say who decides: --user NAME');
  return {
    file,
    user,
    merchantId: values.merchant ?? null,
    isDryRun: values['dry-run'] === true,
    json: values.json === true,
  };
}

/** @throws DZ_FILE_UNREADABLE, DZ_DECISIONS_… */
async function readFile(name: string, { cwd }: CommandIo): Promise<DecisionFile> {
  try {
    return await readDecisionFile(createReadStream(resolve(cwd, name)));
  } catch (error) {
    throw (error instanceof DuizhangError ? null : unreadableFile(name, error)) ?? error;
  }
}

async function carriedOut(
  { user, merchantId, isDryRun }: Wish,
  file: DecisionFile,
  io: CommandIo,
): Promise<readonly RowResult[]> {
  const run = systemHere(io);
  const config = configOf(systemHere(io));
  const principal: Principal = {
    userId: user,
    roles: new Set(['operator']),
    merchants: merchantId === null ? null : new Set([merchantOf(config, merchantId).merchantId]),
  };
  const clickhouse = connectClickHouse(run.clickhouseUrl);
  const redis = connectRedis(run.windowRedisUrl);
  try {
    // Nothing in a file moves money or asks a hospital: the keys of gateways are not needed here.
    const local = { ...config, sources: new Map(), refunds: new Map() };
    const deps = resolutionParts(local, io.env, { clickhouse, redis }, systemClock());
    return await importDecisions(principal, file, { isDryRun }, deps);
  } finally {
    redis.disconnect();
    await clickhouse.close();
  }
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang decisions --help)`);
}
