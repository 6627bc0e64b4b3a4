import type { ClickHouseClient } from '@clickhouse/client';
import type { Page } from '../../domain/apiPorts.ts';
import type { AuditRow } from '../../domain/auditEntry.ts';
import type { Scope } from '../../domain/scope.ts';
import type { AuditChains, AuditFilter, AuditQueries } from '../../domain/auditTrail.ts';
import type { StoredAuditRow } from './auditRows.ts';
import { AUDIT_FIELDS, auditRowOf } from './auditRows.ts';
import type { QueryValue } from './closeSql.ts';
import { rowsOf } from './closeSql.ts';
import { asked } from './ledgerQueries.ts';
import { scopeOfSeveralSql } from './scopeSql.ts';
import { whereOf } from './listConditions.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'audit';
const CURSOR_KEYS = [integerUpTo(2n ** 53n), anyText, integerUpTo(2n ** 32n - 1n)];
const CURSOR_NAMES = ['at_ms', 'at_writer', 'at_seq'];
const BEHIND_CURSOR = `(toUnixTimestamp64Milli(at), writer, seq)
  < ({at_ms:Int64}, {at_writer:String}, {at_seq:UInt32})`;

export function clickHouseAuditQueries(client: ClickHouseClient): AuditQueries {
  return { entries: (scope, filter) => asked(auditPage(client, scope, filter)) };
}

async function auditPage(
  client: ClickHouseClient,
  scope: Scope,
  filter: AuditFilter,
): Promise<Page<AuditRow>> {
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const conditions: readonly (readonly [condition: string, name: string, value: QueryValue | undefined])[] = [
    ["at >= toDateTime64({from:String}, 3, 'Asia/Shanghai')", 'from', filter.from],
    ["at < toDateTime64({to:String}, 3, 'Asia/Shanghai') + INTERVAL 1 DAY", 'to', filter.to],
    ['who = {user:String}', 'user', filter.user],
    ['kind = {kind:String}', 'kind', filter.kind],
    ['has(merchants, {merchant:String})', 'merchant', filter.merchantId],
  ];
  const said = conditions.filter(([, , value]) => value !== undefined);
  const found = await rowsOf<StoredAuditRow>(
    client,
    `SELECT ${AUDIT_FIELDS} FROM audit_trail
     ${whereOf([scopeOfSeveralSql(scope, 'merchants'), ...said.map(([condition]) => condition), ...(after === null ? [] : [BEHIND_CURSOR])])}
     ORDER BY at DESC, writer DESC, seq DESC, hash LIMIT 1 BY writer, seq, hash LIMIT ${filter.limit + 1}`,
    {
      ...Object.fromEntries(said.flatMap(([, name, value]) => (value === undefined ? [] : [[name, value]]))),
      ...cursorValues(CURSOR_NAMES, after),
    },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, (row) => [
    row.ms,
    row.writer,
    String(row.seq),
  ]);
  return { items: rows.map(auditRowOf), nextCursor };
}

const ROWS_A_PAGE = 10_000;

/** A row that claims another one's hash is a row of its own here: both are seen. */
export function clickHouseAuditChains(client: ClickHouseClient): AuditChains {
  return {
    async *rows() {
      for (let [writer, seq, hash] = ['', 0, '']; ;) {
        const page: readonly StoredAuditRow[] = await rowsOf<StoredAuditRow>(
          client,
          `SELECT DISTINCT ${AUDIT_FIELDS} FROM audit_trail
           WHERE (writer, seq, hash) > ({writer:String}, {seq:UInt32}, {hash:String})
           ORDER BY writer, seq, hash LIMIT ${ROWS_A_PAGE} WITH TIES`,
          { writer, seq: String(seq), hash },
        );
        yield* page.map(auditRowOf);
        const last = page.at(-1);
        if (!last) return;
        ({ writer, seq, hash } = last);
      }
    },
  };
}
