import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseBills } from '../../adapters/clickhouse/closeBills.ts';
import { clickHouseCloseLedger } from '../../adapters/clickhouse/closeLedger.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { dataDirOf, readRunFile } from '../../adapters/process/runFile.ts';
import { redisTokenIssuer } from '../../adapters/redis/lease.ts';
import { isBusinessDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { Outcome } from '../../domain/ports.ts';
import { closeDay } from '../../pipeline/close/closeDay.ts';
import type { ClosedDay } from '../../pipeline/close/closedDay.ts';
import { closedDay, jsonOfClosedDay } from '../../pipeline/close/closedDay.ts';
import type { Command, ExitCode } from '../command.ts';
import { configPathOf, merchantOf } from './merchantOf.ts';

const USAGE = `
./duizhang close --merchant H --date YYYY-MM-DD [--json]

Closes a day of a merchant in the running system: compares its books with the channels' bills and publishes the result
as one run. Closing again takes in what came since.

  --json   the result as "duizhang reconcile --json" gives it; a failed run with its reasons

Exit code 0: balanced; 1: exceptions; 3: the run failed, a book is missing or empty.
`;

export const closeCommand: Command = {
  name: 'close',
  summary: 'close a day of a merchant in the running system',
  usage: USAGE,
  async run(args, io) {
    const request = readArgs(args);
    const merchant = merchantOf(loadConfig(configPathOf(io)), request.merchantId);
    const run = readRunFile(dataDirOf(io.env, io.cwd));
    const client = connectClickHouse(run.clickhouseUrl);
    const redis = new Redis(run.windowRedisUrl, { lazyConnect: true, maxRetriesPerRequest: 2 });
    try {
      const ledger = clickHouseCloseLedger(client);
      const reconciliation = await closeDay(
        { merchant, date: request.date, runId: randomUUID(), operator: 'cli' },
        {
          ledger,
          bills: clickHouseBills(client),
          tokens: redisTokenIssuer(redis),
          // Whoever asks by hand means what is stored now; the scheduled close waits for the stream.
          gate: { waitUntilStored: () => Promise.resolve({ positions: {} }) },
          now: Date.now,
        },
      );
      const closed = await closedDay(reconciliation, ledger);
      io.stdout(request.json ? `${JSON.stringify(jsonOfClosedDay(closed), null, 2)}\n` : textOf(closed));
      return EXIT_CODES[closed.run.outcome];
    } finally {
      redis.disconnect();
      await client.close();
    }
  },
};

const EXIT_CODES: Readonly<Record<Outcome, ExitCode>> = { BALANCED: 0, UNBALANCED: 1, FAILED: 3 };

function readArgs(args: readonly string[]): { merchantId: string; date: string; json: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      merchant: { type: 'string' },
      date: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { merchant, date, json } = values;
  if (merchant === undefined || date === undefined) {
    throw new DuizhangError('DZ_USAGE', 'say which day: --merchant H001 --date 2026-03-09');
  }
  if (!isBusinessDate(date)) {
    throw new DuizhangError('DZ_BAD_DATE', `"${date}" is not a calendar date; write it as YYYY-MM-DD`);
  }
  return { merchantId: merchant, date, json };
}

const SHOWN_EXCEPTIONS = 20;

function textOf({ run, exceptions }: ClosedDay): string {
  const head =
    `${run.merchantId} ${run.businessDate} ${run.mode}: ${run.outcome} ${run.reasons.join(', ')}`.trimEnd();
  const books = Object.entries(run.books).map(
    ([book, totals]) =>
      `  ${book.padEnd(10)}${totals.payments} payments ${yuanOfFen(totals.paymentFen)}, ${totals.refunds} refunds ${yuanOfFen(totals.refundFen)}`,
  );
  const verdicts = Object.entries(run.verdicts).map(([code, count]) => `  ${code.padEnd(18)}${count}`);
  const shown = exceptions.slice(0, SHOWN_EXCEPTIONS).map((e) => {
    const fens = [e.merchantFen, e.platformFen, e.channelFen].map((fen) =>
      fen === null ? '-' : yuanOfFen(fen),
    );
    const number = e.refundNo === null ? e.orderNo : `${e.orderNo} ${e.refundNo}`;
    return `  ${e.verdict} ${e.kind} ${number}: merchant ${fens[0]}, platform ${fens[1]}, channel ${fens[2]}`;
  });
  if (exceptions.length > SHOWN_EXCEPTIONS) {
    shown.push(`  … and ${exceptions.length - SHOWN_EXCEPTIONS} more (--json)`);
  }
  const sections = [head, ...books, ...verdicts, ...shown];
  return `${sections.join('\n')}\n`;
}
