import { parseArgs } from 'node:util';
import { DuizhangError } from '../../domain/errors.ts';
import { yuanOfFen } from '../../domain/money.ts';
import type { Outcome } from '../../domain/ports.ts';
import type { ClosedDay } from '../../pipeline/close/closedDay.ts';
import { jsonOfClosedDay } from '../../pipeline/close/closedDay.ts';
import { openClosing } from '../closing.ts';
import type { Command, ExitCode } from '../command.ts';
import { StatusLine } from '../statusLine.ts';
import { dayOfArgs } from './dayArgs.ts';
import { configOf } from '../configOf.ts';
import { merchantOf } from './merchantOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang close --merchant H --date YYYY-MM-DD [--by NAME] [--reason TEXT] [--json]

Closes a day of a merchant in the running system: compares its books with the channels' bills and publishes the result
as one run. Waits, half a minute at most, until every event of the day is read and stored. Closing again takes in what
came since.

  --by NAME       who closes it, for the record
  --reason TEXT   why, needed when the date's month is locked (./duizhang month --help); kept with the name
  --json          the result as "duizhang reconcile --json" gives it; a failed run with its reasons

Exit code 0: balanced; 1: exceptions; 3: the run failed, a book is missing or empty, or the day is not over yet.
`;

export const closeCommand: Command = {
  name: 'close',
  summary: 'close a day of a merchant in the running system',
  usage: USAGE,
  async run(args, io) {
    const request = readArgs(args);
    const config = configOf(systemHere(io));
    const merchant = merchantOf(config, request.merchantId);
    const status = new StatusLine({ write: io.stderr }, () => performance.now());
    const closing = openClosing(systemHere(io), config);
    try {
      const closed = await closing.close({
        merchant,
        date: request.date,
        operator: request.by ?? 'cli',
        ...(request.reason === undefined ? {} : { reason: request.reason }),
        patienceMs: GATE_PATIENCE_MS,
        onWaiting: (reason) => status.show(`waiting: ${reason}`),
      });
      io.stdout(request.json ? `${JSON.stringify(jsonOfClosedDay(closed), null, 2)}\n` : textOf(closed));
      return EXIT_CODES[closed.run.outcome];
    } finally {
      await closing.dispose();
    }
  },
};

/** Somebody waits at a terminal. */
const GATE_PATIENCE_MS = 30_000;

const EXIT_CODES: Readonly<Record<Outcome, ExitCode>> = { BALANCED: 0, UNBALANCED: 1, FAILED: 3 };

type CloseArgs = {
  readonly merchantId: string;
  readonly date: string;
  readonly by: string | undefined;
  readonly reason: string | undefined;
  readonly json: boolean;
};

function readArgs(args: readonly string[]): CloseArgs {
  const { values } = parseArgs({
    args: [...args],
    options: {
      merchant: { type: 'string' },
      date: { type: 'string' },
      by: { type: 'string' },
      reason: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { by, reason, json } = values;
  if (reason !== undefined && by === undefined) {
    throw new DuizhangError('DZ_USAGE', "a reason is somebody's: say whose, --by NAME");
  }
  return { ...dayOfArgs(values), by, reason, json };
}

const SHOWN_EXCEPTIONS = 20;

function textOf({ run, exceptions }: ClosedDay): string {
  const head = `${run.merchantId} ${run.businessDate} ${run.mode}: ${run.outcome}`;
  const reasons = run.reasons.map((reason) => `  ${reason}: ${run.details[reason] ?? ''}`);
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
  const sections = [head, ...reasons, ...books, ...verdicts, ...shown];
  return `${sections.join('\n')}\n`;
}
