import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseKey, CaseRow } from '../../domain/caseHistory.ts';
import type { BusinessDate } from '../../domain/businessDate.ts';
import type { CaseLedger, OrderFile } from '../../domain/resolutionPorts.ts';
import type { Scope } from '../../domain/scope.ts';
import { clickHouseBills } from './closeBills.ts';
import type { StoredCaseRow } from './caseRows.ts';
import { CASE_ROW_FIELDS, caseRowOf, storedCaseRow } from './caseRows.ts';
import { EXCEPTION_CODE_LIST, caseIdSql, listOf, rowsOf } from './closeSql.ts';
import { ordersTouchedSince, wordsOf } from './keyWords.ts';
import { namedInBillErrors } from './orderFacts.ts';
import { orderLines } from './orderLines.ts';
import { scopeSql } from './scopeSql.ts';
import { clickHouseRealtimeLedger } from './realtimeLedger.ts';

const CASES_A_PAGE = 500;
/** How far cases follow the verdicts, as a position beside those of the log: milliseconds of the ledger's clock. */
const FOLLOWER = 'cases';
const FOLLOWED = 'verdicts';

/** Cases and the money of orders, on ClickHouse. */
export function clickHouseCaseLedger(client: ClickHouseClient): CaseLedger {
  const bills = clickHouseBills(client);
  const positionsOf = clickHouseRealtimeLedger(client);
  const rowsWhere = async (
    where: string,
    values: Readonly<Record<string, string>>,
  ): Promise<readonly CaseRow[]> => {
    const rows = await rowsOf<StoredCaseRow>(
      client,
      `SELECT ${CASE_ROW_FIELDS} FROM (
         SELECT * FROM exception_actions WHERE ${where} ORDER BY case_id, seq, hash LIMIT 1 BY case_id, seq, hash)
       ORDER BY case_id, seq, hash`,
      values,
    );
    return rows.map(caseRowOf);
  };
  const rowsOfOrders = (merchantId: string, orderNos: readonly string[]) =>
    rowsWhere(`merchant_id = {merchantId:String} AND order_no IN (${listOf(orderNos)})`, { merchantId });
  const rowsOfRequests = (operator: string, keys: readonly string[]) =>
    rowsWhere(`operator = {operator:String} AND idempotency_key IN (${listOf(keys)})`, { operator });
  const orderFiles = async (
    merchantId: string,
    orderNos: readonly string[],
  ): Promise<ReadonlyMap<string, OrderFile>> => {
    const [lines, rows, words] = await Promise.all([
      orderLines(client, merchantId, orderNos),
      rowsOfOrders(merchantId, orderNos),
      wordsOf(client, merchantId, orderNos),
    ]);
    const [rowsBy, wordsBy] = [Map.groupBy(rows, orderOf), Map.groupBy(words, orderOf)];
    return new Map(
      orderNos.map((orderNo) => [
        orderNo,
        {
          lines: lines.get(orderNo) ?? [],
          rows: rowsBy.get(orderNo) ?? [],
          words: wordsBy.get(orderNo) ?? [],
        },
      ]),
    );
  };
  return {
    ordersTouchedSince: (sinceMs) => ordersTouchedSince(client, sinceMs),
    async followedUntil() {
      const positions = await positionsOf.loadPositions(FOLLOWER);
      return positions.get(FOLLOWED) ?? 0;
    },
    setFollowedUntil: (untilMs) => positionsOf.storePositions(FOLLOWER, new Map([[FOLLOWED, untilMs]])),
    wordsOf: (merchantId, orderNos) => wordsOf(client, merchantId, orderNos),
    rowsOf: rowsOfOrders,
    async orderFile(merchantId, orderNo) {
      const file = (await orderFiles(merchantId, [orderNo])).get(orderNo);
      return file ?? { lines: [], rows: [], words: [] };
    },
    orderFiles,
    rowsOfCase: (scope, caseId) => rowsWhere(`case_id = {caseId:String} AND ${scopeSql(scope)}`, { caseId }),
    rowsOfAction: (scope, actionId) =>
      rowsWhere(`action_id = {actionId:String} AND ${scopeSql(scope)}`, { actionId }),
    rowsOfRequest: (operator, idempotencyKey) => rowsOfRequests(operator, [idempotencyKey]),
    rowsOfRequests,
    keyOf: (scope, caseId) => keyOf(client, scope, caseId),
    async *chains(merchantId) {
      const own = merchantId === null ? '1' : 'merchant_id = {merchantId:String}';
      const values: Record<string, string> = merchantId === null ? {} : { merchantId };
      for (let after = ''; ;) {
        const rows: readonly CaseRow[] = await rowsWhere(
          // GLOBAL: of a cluster, a page is the first of all shards together and not of each.
          `case_id GLOBAL IN (SELECT DISTINCT case_id FROM exception_actions WHERE ${own} AND case_id > {after:String}
             ORDER BY case_id LIMIT ${CASES_A_PAGE})`,
          { ...values, after },
        );
        const last = rows.at(-1);
        if (!last) return;
        for (const chain of Map.groupBy(rows, (row) => row.caseId).values()) yield chain;
        after = last.caseId;
      }
    },
    async append(rows) {
      if (rows.length === 0) return;
      await client.insert({
        table: 'exception_actions',
        values: rows.map(storedCaseRow),
        format: 'JSONEachRow',
      });
    },
    async hasActions() {
      const rows = await rowsOf(client, "SELECT 1 FROM exception_actions WHERE action_id != '' LIMIT 1");
      return rows.length > 0;
    },
    async ordersWithOpenRefunds() {
      const rows = await rowsOf<{ merchant_id: string; order_no: string }>(
        client,
        `SELECT merchant_id, order_no FROM exception_actions
         WHERE step = 'INTENT' AND action_id NOT IN (
           SELECT action_id FROM exception_actions
           WHERE step = 'OUTCOME' AND outcome IN ('SUCCEEDED', 'REFUSED', 'FAILED'))
         GROUP BY merchant_id, order_no ORDER BY min(at)`,
      );
      return rows.map((row) => ({ merchantId: row.merchant_id, orderNo: row.order_no }));
    },
    writeEntries: (entries) => bills.writeLines('', entries),
    isNamedInBillError: async (merchantId, orderNo) =>
      (await namedInBillErrors(client, merchantId, [orderNo])).has(orderNo),
    namedInBillErrors: (merchantId, orderNos) => namedInBillErrors(client, merchantId, orderNos),
    isClosed: (merchantId, date) => isClosed(client, merchantId, date),
  };
}

/** A case is found by its rows at once; one that nobody has touched yet only by looking through the verdicts. */
async function keyOf(client: ClickHouseClient, scope: Scope, caseId: string): Promise<CaseKey | null> {
  if (!/^[0-9a-f]{32}$/.test(caseId)) return null;
  const keyIn = async (from: string): Promise<CaseKey | null> => {
    const [row] = await rowsOf<{ merchant_id: string; order_no: string; key_part: string }>(
      client,
      `SELECT merchant_id, order_no, key_part FROM ${from} AND ${scopeSql(scope)} LIMIT 1`,
      { caseId },
    );
    return row ? { caseId, merchantId: row.merchant_id, orderNo: row.order_no, keyPart: row.key_part } : null;
  };
  return (
    (await keyIn('exception_actions WHERE case_id = {caseId:String}')) ??
    keyIn(`verdicts WHERE code IN (${EXCEPTION_CODE_LIST}) AND ${caseIdSql()} = {caseId:String}`)
  );
}

async function isClosed(client: ClickHouseClient, merchantId: string, date: BusinessDate): Promise<boolean> {
  const rows = await rowsOf(
    client,
    `SELECT 1 FROM publications WHERE merchant_id = {merchantId:String} AND business_date = {date:Date} LIMIT 1`,
    { merchantId, date },
  );
  return rows.length > 0;
}

const orderOf = ({ orderNo }: { readonly orderNo: string }): string => orderNo;
