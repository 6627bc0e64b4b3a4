import type { ClickHouseClient } from '@clickhouse/client';
import { Redis } from 'ioredis';
import { parseArgs } from 'node:util';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { dataDirOf, readRunFile } from '../../adapters/process/runFile.ts';
import { RedisEventProducer } from '../../adapters/redis/log/redisEventProducer.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { EventProducer, PartitionId, Position } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import type { Command, CommandIo } from '../command.ts';
import { configPathOf } from './merchantOf.ts';

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

type Letter = {
  readonly log_partition: PartitionId;
  readonly log_position: string;
  readonly code: string;
  readonly reason: string;
  readonly value_base64: string;
  readonly received_at: string;
  readonly replayed_at: string | null;
};

type Request =
  | { readonly action: 'list'; readonly json: boolean; readonly limit: number }
  | { readonly action: 'replay'; readonly only: { partition: PartitionId; position: Position } | null };

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  summary: 'events that could not be read: list them, replay them',
  usage: USAGE,
  async run(args, io) {
    const request = readArgs(args);
    const run = readRunFile(dataDirOf(io.env, io.cwd));
    const client = connectClickHouse(run.clickhouseUrl);
    try {
      if (request.action === 'list') return await list(client, request, io);
      const replayed = await withProducer(run.logRedisUrl, io, (producer) =>
        request.only === null ? replayAll(client, producer) : replayOne(client, producer, request.only),
      );
      io.stderr(`${replayed} replayed\n`);
      return 0;
    } finally {
      await client.close();
    }
  },
};

async function list(
  client: ClickHouseClient,
  request: { readonly json: boolean; readonly limit: number },
  io: CommandIo,
): Promise<0 | 1> {
  const letters = await lettersOf(
    client,
    'SELECT * FROM dead_letters FINAL ORDER BY received_at DESC, log_partition, log_position LIMIT {limit:UInt64}',
    { limit: request.limit },
  );
  for (const letter of letters) io.stdout(`${request.json ? JSON.stringify(letter) : lineOf(letter)}\n`);
  const { all, open } = await countsOf(client);
  const shown = letters.length < all ? `, the newest ${letters.length} are shown` : '';
  if (!request.json) io.stderr(`${all} dead letters, ${open} not replayed${shown}\n`);
  return open > 0 ? 1 : 0;
}

/** Of all letters, also of those that a limit leaves out. */
async function countsOf(client: ClickHouseClient): Promise<{ readonly all: number; readonly open: number }> {
  const result = await client.query({
    query: 'SELECT count() AS letters, countIf(replayed_at IS NULL) AS open FROM dead_letters FINAL',
    format: 'JSONEachRow',
  });
  const [counts] = await result.json<{ letters: string; open: string }>();
  return { all: Number(counts?.letters ?? 0), open: Number(counts?.open ?? 0) };
}

function lineOf(letter: Letter): string {
  const replayed = letter.replayed_at === null ? '' : ` (replayed ${letter.replayed_at})`;
  return `${letter.received_at}  ${letter.log_partition} ${letter.log_position}  ${letter.code}  ${letter.reason}${replayed}`;
}

async function replayOne(
  client: ClickHouseClient,
  producer: EventProducer,
  only: { readonly partition: PartitionId; readonly position: Position },
): Promise<number> {
  const letters = await lettersOf(
    client,
    'SELECT * FROM dead_letters FINAL WHERE log_partition = {partition:String} AND log_position = {position:Int64}',
    only,
  );
  const [letter] = letters;
  const place = `${only.partition} ${only.position}`;
  if (!letter) throw new DuizhangError('DZ_DEAD_LETTER_UNKNOWN', `there is no dead letter at ${place}`);
  if (letter.replayed_at !== null) {
    throw new DuizhangError(
      'DZ_DEAD_LETTER_REPLAYED',
      `${place} was replayed at ${letter.replayed_at} already`,
    );
  }
  await replay(client, producer, letters);
  return 1;
}

const PAGE = 1_000;

/** Up to each partition's last letter of now: what fails again comes behind it and is not replayed for ever. */
async function replayAll(client: ClickHouseClient, producer: EventProducer): Promise<number> {
  const result = await client.query({
    query:
      'SELECT log_partition AS partition, max(log_position) AS last FROM dead_letters GROUP BY 1 ORDER BY 1',
    format: 'JSONEachRow',
  });
  let replayed = 0;
  for (const { partition, last } of await result.json<{ partition: PartitionId; last: string }>()) {
    for (let after = '-1', page = PAGE; page === PAGE;) {
      const letters = await lettersOf(
        client,
        `SELECT * FROM dead_letters FINAL WHERE log_partition = {partition:String} AND replayed_at IS NULL
           AND log_position > {after:Int64} AND log_position <= {last:Int64} ORDER BY log_position LIMIT ${PAGE}`,
        { partition, after, last },
      );
      await replay(client, producer, letters);
      page = letters.length;
      replayed += page;
      after = letters.at(-1)?.log_position ?? after;
    }
  }
  return replayed;
}

/** First into the log, then marked: a crash in between replays them twice, which changes nothing. */
async function replay(
  client: ClickHouseClient,
  producer: EventProducer,
  letters: readonly Letter[],
): Promise<void> {
  const [first] = letters;
  if (!first) return;
  await producer.append(
    letters.map((letter) => ({
      ...partitionOf(letter.log_partition),
      key: '',
      value: Buffer.from(letter.value_base64, 'base64'),
    })),
  );
  await client.command({
    query: `INSERT INTO dead_letters
        (log_partition, log_position, code, reason, value_base64, received_at, replayed_at, version)
      SELECT log_partition, log_position, code, reason, value_base64, received_at,
             fromUnixTimestamp64Milli({nowMs:Int64}, 'Asia/Shanghai'), version + 1
      FROM dead_letters FINAL
      WHERE log_partition = {partition:String} AND log_position IN {positions:Array(Int64)}`,
    query_params: {
      nowMs: Date.now(),
      partition: first.log_partition,
      positions: letters.map((letter) => Number(letter.log_position)),
    },
  });
}

/** A letter goes back into the partition that it came from. */
function partitionOf(id: PartitionId): { topic: (typeof TOPICS)[number]; partition: number } {
  const [name, number] = id.split('/');
  const topic = TOPICS.find((each) => each === name);
  if (topic) return { topic, partition: Number(number) };
  throw new DuizhangError('DZ_DEAD_LETTER_UNKNOWN', `the partition ${id} is of no topic of this log`);
}

async function lettersOf(
  client: ClickHouseClient,
  query: string,
  params: Record<string, unknown>,
): Promise<readonly Letter[]> {
  const result = await client.query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json<Letter>();
}

async function withProducer(
  url: string,
  io: CommandIo,
  work: (producer: EventProducer) => Promise<number>,
): Promise<number> {
  const { log } = loadConfig(configPathOf(io));
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  // Failures reach us through the commands; without a listener ioredis would print them.
  redis.on('error', () => undefined);
  const topics = { payments: log.partitions, 'his-orders': log.partitions };
  const producer = new RedisEventProducer(redis, { topics, maxBytes: log.maxBytes, waitMs: 10_000 });
  try {
    return await work(producer);
  } finally {
    await producer.close();
    redis.disconnect();
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
