import type { ClickHouseClient } from '@clickhouse/client';
import type { ActionState } from '../../domain/actionState.ts';
import { ACTION_STEPS, actionStateOf, HEARD_OUTCOMES } from '../../domain/actionState.ts';
import type { Page } from '../../domain/apiPorts.ts';
import type { CaseRow } from '../../domain/caseHistory.ts';
import type { ActionFilter, ActionQueries } from '../../domain/resolutionPorts.ts';
import type { Scope } from '../../domain/scope.ts';
import type { StoredCaseRow } from './caseRows.ts';
import { CASE_ROW_FIELDS, caseRowOf } from './caseRows.ts';
import { rowsOf, text, tuples } from './closeSql.ts';
import { listConditions, whereOf } from './listConditions.ts';
import { scopeSql } from './scopeSql.ts';
import { asked } from './ledgerQueries.ts';
import { anyText, cursorValues, integerUpTo, pageOf, readCursor } from './pageCursor.ts';

const LIST = 'actions';
const CURSOR_KEYS = [integerUpTo(2n ** 53n), anyText];
const CURSOR_NAMES = ['at_ms', 'at_action'];

type Row = { readonly id: string; readonly asked_ms: string };

export function clickHouseActionQueries(client: ClickHouseClient): ActionQueries {
  return { actions: (scope, filter) => asked(actionPage(client, scope, filter)) };
}

async function actionPage(
  client: ClickHouseClient,
  scope: Scope,
  filter: ActionFilter,
): Promise<Page<readonly CaseRow[]>> {
  const { merchantId, state, from, to } = filter;
  const { sql, values } = listConditions(scope, merchantId === undefined ? {} : { merchantId });
  const after = filter.cursor === undefined ? null : readCursor(LIST, filter.cursor, CURSOR_KEYS);
  const having = [
    ...(state === undefined ? [] : [`last IN ${lastRowsOf(state)}`]),
    ...(from === undefined ? [] : [`toDate(asked_at, 'Asia/Shanghai') >= {from:Date}`]),
    ...(to === undefined ? [] : [`toDate(asked_at, 'Asia/Shanghai') <= {to:Date}`]),
    ...(after === null ? [] : [BEHIND_CURSOR]),
  ];
  const found = await rowsOf<Row>(
    client,
    `SELECT id, toString(toUnixTimestamp64Milli(asked_at)) AS asked_ms FROM (
       SELECT action_id AS id, min(at) AS asked_at, argMax((toString(step), toString(outcome)), seq) AS last
       FROM exception_actions ${whereOf(["action_id != ''", ...sql])} GROUP BY action_id)
     ${whereOf(having)} ORDER BY asked_at DESC, id LIMIT ${filter.limit + 1}`,
    {
      ...values,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...cursorValues(CURSOR_NAMES, after),
    },
  );
  const { rows, nextCursor } = pageOf(LIST, found, filter.limit, (row) => [row.asked_ms, row.id]);
  const byAction = await rowsOfActions(
    client,
    scope,
    rows.map(({ id }) => id),
  );
  return { items: rows.map(({ id }) => byAction.get(id) ?? []), nextCursor };
}

const BEHIND_CURSOR = `(toUnixTimestamp64Milli(asked_at) < {at_ms:Int64}
  OR (toUnixTimestamp64Milli(asked_at) = {at_ms:Int64} AND id > {at_action:String}))`;

/** The last rows, by step and outcome, with which an action stands so: as actionStateOf has it. */
function lastRowsOf(state: ActionState): string {
  const rows = ACTION_STEPS.flatMap((step) =>
    (step === 'OUTCOME' ? HEARD_OUTCOMES : ['']).map((outcome) => [step, outcome] as const),
  );
  const wanted = rows.filter(([step, outcome]) => actionStateOf(step, outcome) === state);
  return tuples(
    wanted.map((row) => row.map(text)),
    2,
  );
}

async function rowsOfActions(
  client: ClickHouseClient,
  scope: Scope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly CaseRow[]>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf<StoredCaseRow>(
    client,
    `SELECT ${CASE_ROW_FIELDS} FROM (
       SELECT * FROM exception_actions WHERE action_id IN {ids:Array(String)} AND ${scopeSql(scope)}
       ORDER BY case_id, seq, hash LIMIT 1 BY case_id, seq, hash)
     ORDER BY case_id, seq, hash`,
    { ids },
  );
  return Map.groupBy(rows.map(caseRowOf), (row) => row.actionId);
}
