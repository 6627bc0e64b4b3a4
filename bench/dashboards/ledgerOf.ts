import type { ClickHouseClient } from '@clickhouse/client';

// A ledger of many hospitals and months, made inside ClickHouse: what the dashboards read of it, in likely proportions.

export type Size = { readonly rows: number; readonly hospitals: number; readonly days: number };

export const LAST_DATE = '2026-03-31';
/** Their lines are written too: panels read those of one hospital at a time. */
const WITH_LINES = 10;
/** Could not be closed for a week. */
const STRAGGLERS = 3;
const STRAGGLING_DAYS = 7;

/** Half of the verdicts are realtime's and half of runs; the last day is open. `say` is told what is done. */
export async function fillLedger(
  client: ClickHouseClient,
  size: Size,
  say: (what: string) => void,
): Promise<void> {
  const run = (query: string) => client.command({ query });
  const ordersADay = Math.round(size.rows / 2 / size.days / size.hospitals);
  for (let back = size.days - 1; back >= 0; back -= 1) {
    const date = `(toDate('${LAST_DATE}') - ${back})`;
    await run(realtimeSql(date, size, ordersADay, back));
    if (back > 0) await run(finalSql(date, size, ordersADay, back));
    if (back % 10 === 0) say(`${size.days - back} of ${size.days} days`);
  }
  for (const query of [
    linesSql(size, ordersADay, 'PLATFORM', 'EVENT'),
    linesSql(size, ordersADay, 'MERCHANT', 'EVENT'),
    linesSql(size, ordersADay, 'CHANNEL', 'BILL'),
    ...aroundSql(size, ordersADay),
  ])
    await run(query);
  say('lines, runs and bills');
}

/** What became of the exceptions: nine in ten were settled by a person, a few wait. */
export async function fillCases(client: ClickHouseClient): Promise<void> {
  for (const [seq, status, share] of [
    [1, 'OPEN', 100],
    [2, 'IN_PROGRESS', 96],
    [3, 'RESOLVED', 95],
  ] as const)
    await client.command({ query: actionsSql(seq, status, share) });
}

const MERCHANT = (index: string) => `concat('H', leftPad(toString(${index} + 1), 3, '0'))`;
/** Seconds after seven o'clock, evenly over fifteen hours, in the order of order numbers. */
const SECOND_OF_DAY = (orders: number) => `toUInt32(25200 + (i % ${orders}) * 54000 / ${orders})`;
const CHANNEL_OF = `['WECHAT', 'WECHAT', 'WECHAT', 'ALIPAY', 'ALIPAY', 'UNIONPAY'][1 + chance % 6]`;
const FEN = `toInt64(100 + chance % 50000)`;

function ordersSql(date: string, size: Size, orders: number): string {
  return `SELECT number AS i, ${MERCHANT(`intDiv(i, ${orders})`)} AS merchant, cityHash64(${date}, number) AS chance,
      toDateTime64(${date}, 3, 'Asia/Shanghai') + ${SECOND_OF_DAY(orders)} AS at,
      concat('YT', toString(toYYYYMMDD(${date})), leftPad(toString(i % ${orders}), 6, '0'), substring(merchant, 2)) AS no
    FROM numbers(${orders * size.hospitals})`;
}

const COLUMNS = `mode, run_id, merchant_id, order_no, key_part, span, kind, business_date, code, channel, business_type, merchant_fen,
  platform_fen, channel_fen, merchant_date, platform_date, channel_date, merchant_at, platform_at, channel_at, merchant_identities,
  platform_identities, channel_identities, version`;

/** @param perTenThousand of each exception; the rest agrees */
function codeOf(perTenThousand: number): string {
  return `multiIf(chance % 10000 >= ${5 * perTenThousand}, 'MATCHED', chance % 5 = 0, 'MERCHANT_ONLY', chance % 5 = 1, 'PLATFORM_ONLY',
    chance % 5 = 2, 'AMOUNT_MISMATCH', chance % 5 = 3, 'OFFSET', 'CROSS_DAY')`;
}

function realtimeSql(date: string, size: Size, orders: number, back: number): string {
  const row = (code: string, version: number, where: string) => `SELECT ${COLUMNS} FROM (
    SELECT 'REALTIME' AS mode, '' AS run_id, merchant AS merchant_id, no AS order_no, 'P' AS key_part, 0 AS span, 'PAYMENT' AS kind,
      ${date} AS business_date, ${code} AS code, ${CHANNEL_OF} AS channel, '门诊' AS business_type,
      if(code = 'PLATFORM_ONLY', NULL, ${FEN}) AS merchant_fen, ${FEN} AS platform_fen, NULL AS channel_fen,
      if(code = 'PLATFORM_ONLY', NULL, ${date}) AS merchant_date, ${date} AS platform_date, NULL AS channel_date,
      if(code = 'PLATFORM_ONLY', NULL, at + 3) AS merchant_at, at AS platform_at, NULL AS channel_at,
      [concat('HIS', no, '=', toString(${FEN}))] AS merchant_identities,
      [concat('42000', toString(chance), '=', toString(${FEN}))] AS platform_identities, [] AS channel_identities, ${version} AS version
    FROM (${ordersSql(date, size, orders)}) WHERE ${where})`;
  const now = codeOf(back === 0 ? 40 : 8);
  // One in fifty was told of as one-sided at first, and one in a hundred was stored twice.
  return `INSERT INTO verdicts (${COLUMNS}) ${row(now, 5119, '1')}
    UNION ALL ${row(`'PLATFORM_ONLY'`, 3072, 'chance % 50 = 0')}
    UNION ALL ${row(now, 5119, 'chance % 100 = 1')}`;
}

const isClosed = (back: number) =>
  `(back >= ${STRAGGLING_DAYS} OR merchant > ${MERCHANT(String(STRAGGLERS - 1))}) AND ${back} > 0`;

function finalSql(date: string, size: Size, orders: number, back: number): string {
  return `INSERT INTO verdicts (${COLUMNS}) SELECT ${COLUMNS} FROM (
    SELECT 'THREE_WAY' AS mode, concat(merchant, ' ', toString(${date})) AS run_id, merchant AS merchant_id, no AS order_no,
      'P' AS key_part, 0 AS span, 'PAYMENT' AS kind, ${date} AS business_date, ${codeOf(12)} AS code, ${CHANNEL_OF} AS channel,
      '门诊' AS business_type, ${FEN} AS merchant_fen, ${FEN} AS platform_fen, ${FEN} AS channel_fen,
      ${date} AS merchant_date, ${date} AS platform_date, ${date} AS channel_date, at + 3 AS merchant_at, at AS platform_at,
      at AS channel_at, [concat('HIS', no, '=', toString(${FEN}))] AS merchant_identities,
      [concat('42000', toString(chance), '=', toString(${FEN}))] AS platform_identities,
      [concat('42000', toString(chance), '=', toString(${FEN}))] AS channel_identities, 0 AS version
    FROM (SELECT *, ${back} AS back FROM (${ordersSql(date, size, orders)})) WHERE ${isClosed(back)})`;
}

const DAYS = (size: Size) =>
  `(SELECT toDate('${LAST_DATE}') - number AS date, number AS back FROM numbers(${size.days}))`;
const HOSPITALS = (size: Size) =>
  `(SELECT ${MERCHANT('number')} AS merchant FROM numbers(${size.hospitals}))`;

function linesSql(size: Size, orders: number, book: string, source: string): string {
  return `INSERT INTO entries (merchant_id, business_date, order_no, kind, key_part, book, source, identity, amount_fen, occurred_at,
      channel, bill_id, line, log_partition, ingested_at)
    SELECT merchant, date, concat('YT', toString(toYYYYMMDD(date)), leftPad(toString(i), 6, '0'), substring(merchant, 2)), 'PAYMENT', 'P',
      '${book}', '${source}', concat('42000', toString(chance)), ${FEN}, at, ${CHANNEL_OF},
      if('${source}' = 'BILL', concat(merchant, toString(date), 'CHANNEL'), ''), i, if('${source}' = 'BILL', '', 'payments/0'), at + 2
    FROM (
      SELECT merchant, date, number AS i, cityHash64(date, merchant, i) AS chance,
        toDateTime64(date, 3, 'Asia/Shanghai') + ${SECOND_OF_DAY(orders)} AS at
      FROM ${HOSPITALS({ ...size, hospitals: Math.min(WITH_LINES, size.hospitals) })} AS h CROSS JOIN ${DAYS(size)} AS d
      CROSS JOIN (SELECT number FROM numbers(${orders})) AS n)`;
}

/** What is written a few times a day of a hospital. */
function aroundSql(size: Size, orders: number): readonly string[] {
  const days = `${HOSPITALS(size)} AS h CROSS JOIN ${DAYS(size)} AS d`;
  const closedDays = `(SELECT * FROM ${days}) WHERE (back >= ${STRAGGLING_DAYS} OR merchant > ${MERCHANT(String(STRAGGLERS - 1))}) AND back > 0`;
  return [
    `INSERT INTO event_days (merchant_id, business_date, log_partition, first_position, last_position, written_at)
      SELECT merchant, date, concat('payments/', toString(number)), 0, 1, toDateTime64(date, 3, 'Asia/Shanghai')
      FROM (SELECT * FROM ${days}) AS a CROSS JOIN (SELECT number FROM numbers(4)) AS p`,
    `INSERT INTO reconciliations (run_id, merchant_id, business_date, mode, outcome, operator, started_at, ended_at, token, verdicts)
      SELECT concat(merchant, ' ', toString(date)), merchant, date, 'THREE_WAY', 'UNBALANCED', 'schedule',
        toDateTime64(date, 3, 'Asia/Shanghai') + 130000, toDateTime64(date, 3, 'Asia/Shanghai') + 130060, 1,
        map('MATCHED', ${orders})
      FROM ${closedDays}`,
    `INSERT INTO realtime_words_of_runs (merchant_id, run_id, told, final, needed_ms, verdicts)
      SELECT merchant, concat(merchant, ' ', toString(date)), told.1, told.2, -1, told.3
      FROM (SELECT *, arrayJoin([('MATCHED', 'MATCHED', ${orders}), ('PLATFORM_ONLY', 'MATCHED', 9),
        ('PLATFORM_ONLY', 'PLATFORM_ONLY', 5)]) AS told FROM ${closedDays})`,
    `INSERT INTO bills (bill_id, merchant_id, book, channel, business_date, format, file_name, rows, imported_at, version)
      SELECT concat(merchant, toString(date), 'CHANNEL'), merchant, 'CHANNEL', '', date, 'plain-csv', 'bill.csv', ${orders},
        toDateTime64(date, 3, 'Asia/Shanghai') + 120000, 1 FROM ${closedDays}`,
    `INSERT INTO alerts (alert_id, version, kind, merchant_id, state, severity, since, opened_at, updated_at, closed_at, orders,
        left_orders, amount_fen)
      SELECT concat(merchant, toString(date)), version, 'FEED_SILENT', merchant, if(version = 3, 'CLOSED', 'OPEN'), 'WARNING', at, at, at,
        if(version = 3, at, NULL), 10, 1, 100
      FROM (SELECT merchant, date, toDateTime64(date, 3, 'Asia/Shanghai') + 36000 AS at, arrayJoin([1, 2, 3]) AS version
        FROM ${closedDays} AND back % 3 = 0)`,
    `INSERT INTO dead_letters (log_partition, log_position, code, reason, received_at, version)
      SELECT 'payments/0', number, 'DZ_EVENT_UNDECODABLE', 'no event', toDateTime64('${LAST_DATE} 12:00:00', 3, 'Asia/Shanghai'), 0
      FROM numbers(1000)`,
    `INSERT INTO close_waits (merchant_id, business_date, mode, waits_for, since, until, version)
      SELECT merchant, toDate('${LAST_DATE}') - 1, 'THREE_WAY', ['the channel bill'], now64(3), now64(3), 1 FROM ${HOSPITALS(size)} LIMIT 3`,
  ];
}

function actionsSql(seq: number, status: string, share: number): string {
  return `INSERT INTO exception_actions (action_id, case_id, seq, merchant_id, order_no, key_part, step, action, operator, amount_fen,
      outcome, prev_hash, hash, at, state)
    SELECT if(${seq} = 1, '', concat(case_id, '1')), case_id, ${seq}, merchant_id, order_no, key_part, 'CHANGED',
      if(${seq} = 1, '', 'WRITE_OFF'), 'li', merchant_fen, '', repeat('a', 64), hex(SHA256(concat(case_id, '${seq}'))),
      ended + ${seq} * 3600,
      concat('{"status":"${status}","openedAtMs":', toString(toUnixTimestamp64Milli(ended + 3600)), ',"resolvedBy":"WRITE_OFF",',
        if(${seq} = 2, '"underWay":{"actionId":"', '"x":{"actionId":"'), case_id, '1","action":"WRITE_OFF","phase":"AT_GATEWAY"},',
        '"facts":{"kind":"PAYMENT","refundNo":"","mode":"THREE_WAY","type":"', code, '","businessDate":"', toString(business_date),
        '","merchantFen":"', toString(merchant_fen), '","platformFen":"', toString(platform_fen), '","channelFen":"', toString(channel_fen),
        '","channel":"', channel, '","runId":"', run_id, '"},"note":"', repeat('n', 300), '"}')
    FROM (
      SELECT *, lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)) AS case_id,
        toDateTime64(business_date, 3, 'Asia/Shanghai') + 130060 AS ended
      FROM verdicts
      WHERE mode = 'THREE_WAY' AND code IN ('MERCHANT_ONLY', 'PLATFORM_ONLY', 'AMOUNT_MISMATCH')
        AND (${seq} = 1 OR (business_date < toDate('${LAST_DATE}') - 2 AND cityHash64(order_no) % 100 < ${share})))`;
}
