import type { ClickHouseClient } from '@clickhouse/client';
import type { Page } from '../../domain/apiPorts.ts';
import type { DeadLetterStore, LetterFilter, StoredLetter } from '../../domain/deadLetters.ts';
import type { Scope } from '../../domain/scope.ts';
import type { QueryValue } from './closeSql.ts';
import { rowsOf } from './closeSql.ts';
import { whereOf } from './listConditions.ts';
import { unknownHospitalSql } from './scopeSql.ts';
import { asked } from './ledgerQueries.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'dead-letters';
const CURSOR_KEYS = [integerUpTo(2n ** 53n), anyText, integerUpTo(2n ** 53n)];
const CURSOR_NAMES = ['at_ms', 'at_partition', 'at_position'];

type Row = {
  readonly log_partition: string;
  readonly position: string;
  readonly code: string;
  readonly reason: string;
  readonly value_base64: string;
  readonly received: string;
  readonly replayed: string | null;
};

const FIELDS = `log_partition, toString(log_position) AS position, code, reason, value_base64,
  toString(toUnixTimestamp64Milli(received_at)) AS received, toString(toUnixTimestamp64Milli(replayed_at)) AS replayed`;

export function clickHouseDeadLetters(client: ClickHouseClient): DeadLetterStore {
  const lettersOf = async (
    conditions: readonly string[],
    rest: string,
    values: Readonly<Record<string, QueryValue>>,
  ): Promise<StoredLetter[]> => {
    const query = `SELECT ${FIELDS} FROM dead_letters FINAL ${whereOf(conditions)} ${rest}`;
    return (await asked(rowsOf<Row>(client, query, values))).map(letterOf);
  };
  return {
    async letters(scope: Scope, filter: LetterFilter): Promise<Page<StoredLetter>> {
      const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
      const conditions = [
        unknownHospitalSql(scope),
        ...(filter.isOpen === true ? ['replayed_at IS NULL'] : []),
        ...(after === null ? [] : [BEHIND_CURSOR]),
      ];
      const order = `ORDER BY received_at DESC, log_partition, log_position LIMIT ${filter.limit + 1}`;
      const found = await lettersOf(conditions, order, cursorValues(CURSOR_NAMES, after));
      const { rows, nextCursor } = pageOf(LIST, found, filter.limit, keysOf);
      return { items: rows, nextCursor };
    },
    async counts() {
      const query = `SELECT toString(count()) AS letters, toString(countIf(replayed_at IS NULL)) AS open
        FROM dead_letters FINAL`;
      const [counts] = await rowsOf<{ letters: string; open: string }>(client, query);
      return { all: Number(counts?.letters ?? 0), open: Number(counts?.open ?? 0) };
    },
    async letterAt(scope: Scope, { partition, position }) {
      const values = { partition, position: String(position) };
      const at = [unknownHospitalSql(scope), IN_PARTITION, 'log_position = {position:Int64}'];
      const [letter] = await lettersOf(at, 'LIMIT 1', values);
      return letter ?? null;
    },
    async lastPlaces() {
      const rows = await rowsOf<{ partition: string; last: string }>(
        client,
        `SELECT log_partition AS partition, toString(max(log_position)) AS last FROM dead_letters
         GROUP BY 1 ORDER BY 1`,
      );
      return rows.map(({ partition, last }) => ({ partition, position: Number(last) }));
    },
    openLetters: ({ partition, after, last }, limit) =>
      lettersOf(
        [IN_PARTITION, 'replayed_at IS NULL', 'log_position > {after:Int64}', 'log_position <= {last:Int64}'],
        `ORDER BY log_position LIMIT ${limit}`,
        { partition, after: String(after), last: String(last) },
      ),
    async markReplayed(letters, atMs) {
      const [first] = letters;
      if (!first) return;
      await client.command({
        query: `INSERT INTO dead_letters
            (log_partition, log_position, code, reason, value_base64, received_at, replayed_at, version)
          SELECT log_partition, log_position, code, reason, value_base64, received_at,
                 fromUnixTimestamp64Milli({atMs:Int64}, 'Asia/Shanghai'), version + 1
          FROM dead_letters FINAL
          WHERE ${IN_PARTITION} AND log_position IN {positions:Array(Int64)}`,
        query_params: {
          atMs,
          partition: first.partition,
          positions: letters.map(({ position }) => position),
        },
      });
    },
  };
}

const IN_PARTITION = 'log_partition = {partition:String}';

const BEHIND_CURSOR = `(toUnixTimestamp64Milli(received_at) < {at_ms:Int64}
  OR (toUnixTimestamp64Milli(received_at) = {at_ms:Int64}
    AND (log_partition, log_position) > ({at_partition:String}, {at_position:Int64})))`;

function keysOf({ receivedAtMs, partition, position }: StoredLetter): readonly string[] {
  return [String(receivedAtMs), partition, String(position)];
}

function letterOf(row: Row): StoredLetter {
  return {
    partition: row.log_partition,
    position: Number(row.position),
    code: row.code,
    reason: row.reason,
    value: Buffer.from(row.value_base64, 'base64'),
    receivedAtMs: Number(row.received),
    replayedAtMs: row.replayed === null ? null : Number(row.replayed),
  };
}
