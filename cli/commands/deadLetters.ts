import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseDeadLetters } from '../../adapters/clickhouse/deadLetters.ts';
import { openLog } from '../../adapters/openLog.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { DeadLetterStore, LetterPlace, StoredLetter } from '../../domain/deadLetters.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { WHOLE_LEDGER } from '../../domain/scope.ts';
import type { EventProducer } from '../../domain/ports.ts';
import { replayAll, replayOne } from '../../pipeline/deadLetters/replay.ts';
import type { Command, CommandIo } from '../command.ts';
import { configOf } from '../configOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang dead-letters list [--json] [--limit N]
./duizhang dead-letters replay --partition payments/3 --position 17
./duizhang dead-letters replay --all

Events that could not become entries of a book: where in the log they stand, and why. Replay appends their original
bytes to the log again, once what was wrong is mended (a merchant configured, a schema added); one that fails again
becomes a new dead letter.

  --json       list: one JSON object a line, with the value in base64
  --limit N    list: the newest N (default 100)
  --partition, --position   replay this one
  --all        replay all that were not replayed yet

Exit code 0: fine; 1: list found letters that were not replayed yet.
`;

type Request =
  | { readonly action: 'list'; readonly json: boolean; readonly limit: number }
  | { readonly action: 'replay'; readonly only: LetterPlace | null };

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  summary: 'events that could not be read: list them, replay them',
  usage: USAGE,
  async run(args, io) {
    const request = readArgs(args);
    const run = systemHere(io);
    const client = connectClickHouse(run.clickhouseUrl);
    try {
      const letters = clickHouseDeadLetters(client);
      if (request.action === 'list') return await list(letters, request, io);
      const { only } = request;
      const replayed = await withProducer(run.logUrl, io, async (producer) => {
        const deps = { letters, producer, now: Date.now };
        if (only === null) return replayAll(deps);
        await replayOne(WHOLE_LEDGER, only, deps);
        return 1;
      });
      io.stderr(`${replayed} replayed\n`);
      return 0;
    } finally {
      await client.close();
    }
  },
};

async function list(
  letters: DeadLetterStore,
  request: { readonly json: boolean; readonly limit: number },
  io: CommandIo,
): Promise<0 | 1> {
  const { items } = await letters.letters(WHOLE_LEDGER, { limit: request.limit });
  for (const letter of items)
    io.stdout(`${request.json ? JSON.stringify(jsonOf(letter)) : lineOf(letter)}\n`);
  const { all, open } = await letters.counts();
  const shown = items.length < all ? `, the newest ${items.length} are shown` : '';
  if (!request.json) io.stderr(`${all} dead letters, ${open} not replayed${shown}\n`);
  return open > 0 ? 1 : 0;
}

function lineOf({ partition, position, code, reason, ...letter }: StoredLetter): string {
  const { receivedAtMs, replayedAtMs } = letter;
  const replayed = replayedAtMs === null ? '' : ` (replayed ${localOfInstant(replayedAtMs)})`;
  return `${localOfInstant(receivedAtMs)}  ${partition} ${position}  ${code}  ${reason}${replayed}`;
}

function jsonOf({ partition, position, code, reason, value, ...letter }: StoredLetter) {
  const { receivedAtMs, replayedAtMs } = letter;
  return {
    log_partition: partition,
    log_position: String(position),
    code,
    reason,
    value_base64: Buffer.from(value).toString('base64'),
    received_at: localOfInstant(receivedAtMs),
    replayed_at: replayedAtMs === null ? null : localOfInstant(replayedAtMs),
  };
}

async function withProducer(
  url: string,
  io: CommandIo,
  work: (producer: EventProducer) => Promise<number>,
): Promise<number> {
  const config = configOf(systemHere(io));
  const log = openLog({ url, config, env: io.env, process: 'cli', onWarning: () => undefined });
  const producer = log.newProducer({ waitMs: 10_000 });
  try {
    return await work(producer);
  } finally {
    await producer.close();
    await log.close();
  }
}

function readArgs(args: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      limit: { type: 'string', default: '100' },
      partition: { type: 'string' },
      position: { type: 'string' },
      all: { type: 'boolean', default: false },
    },
  });
  const [action, ...more] = positionals;
  if (action === 'list' && more.length === 0) {
    return { action, json: values.json, limit: wholeNumber('--limit', values.limit) };
  }
  const { partition, position, all } = values;
  if (
    action === 'replay' &&
    more.length === 0 &&
    all !== (partition !== undefined && position !== undefined)
  ) {
    const only =
      partition === undefined || position === undefined
        ? null
        : { partition, position: wholeNumber('--position', position) };
    return { action, only };
  }
  throw new DuizhangError(
    'DZ_USAGE',
    'say "list", or "replay" with --partition and --position, or "replay --all"; --help tells more',
  );
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new DuizhangError('DZ_USAGE', `${option} must be a whole number, not "${text}"`);
}
