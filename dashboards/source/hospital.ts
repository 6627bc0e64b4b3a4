import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { BOOK_LABELS, VERDICT_LABELS } from '../../domain/labels.ts';
import { REASON_LABELS, named } from './codes.ts';
import {
  DAY,
  LAST_WORD,
  MATCH_RATE,
  OF_ALL,
  OF_CHANNEL,
  OF_DATES,
  OF_HOSPITAL,
  OF_MODE,
  OPEN_EXCEPTIONS,
  STAKE_YUAN,
  VERDICTS,
} from './conditions.ts';
import { openExceptions } from './exceptionTable.ts';
import { channels, consoleUrl, dashboard, modes, oneHospital } from './frame.ts';
import { NONE_IS_GOOD, RATE_COLORS, bars, series, stat, table } from './panels.ts';

export function hospital(): Dashboard {
  return dashboard({
    uid: 'duizhang-hospital',
    title: '医院',
    description: '一家医院从头到尾：三方账各有多少、对得怎样、账单到了没有、日结结果和还没了结的异常。',
    from: 'now-7d',
    variables: [oneHospital(), channels(), modes(), consoleUrl()],
    sections: [
      { title: '概况', panels: summary() },
      { title: '三方账', panels: books() },
      { title: '账单与日结', panels: closes() },
      { title: '异常与告警', panels: [openExceptions(24), alerts()] },
    ],
  });
}

const SHOWN = `${VERDICTS} AND ${OF_ALL}`;

const summary = () => [
  stat(
    {
      title: '匹配率',
      description: '范围内各业务日的匹配率：已日结的按日结，未日结的按实时。',
      unit: 'percentunit',
      width: 6,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT ${MATCH_RATE} AS rate FROM ${SHOWN} AND ${LAST_WORD}`,
  ),
  stat(
    { title: '对账笔数', description: '范围内判定的笔数，支付与退款各算一笔。', unit: 'short', width: 6 },
    `SELECT sum(verdicts) AS verdicts FROM ${SHOWN} AND ${LAST_WORD}`,
  ),
  stat(
    {
      title: '未了结异常',
      description: '截至范围末尾 90 天内还没有了结的异常笔数。',
      unit: 'short',
      width: 6,
      colors: NONE_IS_GOOD,
    },
    `SELECT count() AS open FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '未了结金额',
      description: '这些异常涉及的金额（元）。',
      unit: 'currencyCNY',
      width: 6,
      decimals: 2,
    },
    `SELECT ${STAKE_YUAN} AS yuan FROM ${OPEN_EXCEPTIONS}`,
  ),
  series(
    {
      title: '笔数与匹配率（按小时）',
      description: '按交易发生的小时：匹配率。某一小时突然归零，多半是那时一路数据断了。',
      unit: 'percentunit',
      width: 12,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT hour AS time, ${MATCH_RATE} AS "匹配率"
    FROM ${SHOWN} AND ${LAST_WORD}
    GROUP BY time ORDER BY time`,
  ),
  bars(
    { title: '判定分布', description: '各判定的笔数，一致的除外。', unit: 'short', width: 12 },
    `SELECT ${named('code', VERDICT_LABELS)} AS "判定", sum(verdicts) AS "笔数"
    FROM ${SHOWN} AND ${LAST_WORD} AND code != 'MATCHED'
    GROUP BY "判定" ORDER BY "笔数" DESC, "判定"`,
  ),
];

/** Lines that stand for their book now; a bill's take the place of events. */
const LINES = `v_entries WHERE ${OF_DATES} AND ${OF_HOSPITAL} AND ${OF_CHANNEL} AND counts`;

const books = () => [
  table(
    {
      title: '三方账合计',
      description:
        '每个业务日每方账的支付与退款：笔数与金额（元），以现在算数的行为准（有账单按账单，没有按事件）。三方净额应当相等。',
      unit: 'short',
      width: 14,
    },
    `SELECT toString(business_date) AS "业务日", toString(book) AS "账", countIf(kind = 'PAYMENT') AS "支付笔数",
      sumIf(amount_fen, kind = 'PAYMENT') / 100 AS "支付（元）", countIf(kind = 'REFUND') AS "退款笔数",
      sumIf(amount_fen, kind = 'REFUND') / 100 AS "退款（元）",
      sumIf(amount_fen, kind = 'PAYMENT') / 100 - sumIf(amount_fen, kind = 'REFUND') / 100 AS "净额（元）"
    FROM ${LINES}
    GROUP BY business_date, book ORDER BY business_date DESC, book`,
    {
      账: { codes: 'book' },
      支付笔数: { unit: 'short' },
      退款笔数: { unit: 'short' },
      '支付（元）': { unit: 'currencyCNY' },
      '退款（元）': { unit: 'currencyCNY' },
      '净额（元）': { unit: 'currencyCNY' },
    },
  ),
  series(
    {
      title: '三方账净额（按业务日）',
      description: '每方账的支付减退款（元）：三条线应当重合，分开的那天就是有差异的那天。',
      unit: 'currencyCNY',
      width: 10,
      decimals: 2,
    },
    `SELECT ${DAY} AS time, ${named('book', BOOK_LABELS)} AS series,
      sum(if(kind = 'PAYMENT', amount_fen, -amount_fen)) / 100 AS yuan
    FROM ${LINES}
    GROUP BY time, series ORDER BY time, series`,
  ),
];

const closes = () => [
  table(
    {
      title: '账单',
      description:
        '已导入且现在算数的账单：行数、无法解析的行数、合计（元）。有无法解析的行时日结会等待，处理后再关。',
      unit: 'short',
      width: 12,
    },
    `SELECT toString(business_date) AS "业务日", toString(book) AS "账", toString(channel) AS "渠道", file_name AS "文件", rows AS "行数",
      error_rows AS "坏行", payment_fen / 100 AS "支付（元）", refund_fen / 100 AS "退款（元）", imported_at AS "导入时间"
    FROM v_bills
    WHERE ${OF_DATES} AND ${OF_HOSPITAL} AND current AND (channel = '' OR ${OF_CHANNEL})
    ORDER BY business_date DESC, book, channel, bill_id LIMIT 500`,
    {
      账: { codes: 'book' },
      渠道: { codes: 'channel' },
      行数: { unit: 'short' },
      坏行: { unit: 'short' },
      '支付（元）': { unit: 'currencyCNY' },
      '退款（元）': { unit: 'currencyCNY' },
    },
  ),
  table(
    {
      title: '日结记录',
      description: '每次日结的结果与原因；「生效」为 1 的是读者现在看到的那一次，失败的从不生效。',
      unit: 'short',
      width: 12,
    },
    `SELECT toString(business_date) AS "业务日", toString(mode) AS "对账方式", toString(outcome) AS "结果",
      arrayStringConcat(arrayMap(r -> ${named('r', REASON_LABELS)}, reasons), '、') AS "原因",
      arraySum(mapValues(verdicts)) AS "笔数", published AS "生效", ended_at AS "完成时间", operator AS "操作人"
    FROM v_reconciliations
    WHERE ${OF_DATES} AND ${OF_HOSPITAL} AND ${OF_MODE}
    ORDER BY ended_at DESC, run_id LIMIT 500`,
    {
      对账方式: { codes: 'mode' },
      结果: { codes: 'outcome' },
      笔数: { unit: 'short' },
      生效: { unit: 'short' },
    },
  ),
];

const alerts = () =>
  table(
    {
      title: '告警',
      description: '范围内开始或仍在进行的告警，不属于某家医院的（如死信）也在内。',
      unit: 'short',
      width: 24,
      height: 7,
    },
    `SELECT toString(severity) AS "级别", toString(state) AS "状态", toString(kind) AS "告警", toString(book) AS "账",
      toString(channel) AS "渠道", opened_at AS "开始", closed_at AS "结束", orders AS "笔数", left_orders AS "仍等待",
      amount_fen / 100 AS "金额（元）", acknowledged_by AS "确认人", note AS "说明"
    FROM v_alerts
    WHERE ($__timeFilter(opened_at) OR (state = 'OPEN' AND opened_at <= $__toTime)) AND (merchant_id = '' OR ${OF_HOSPITAL})
    ORDER BY opened_at DESC, alert_id LIMIT 200`,
    {
      级别: { codes: 'severity' },
      状态: { codes: 'alertState' },
      告警: { codes: 'alert' },
      账: { codes: 'book' },
      渠道: { codes: 'channel' },
      笔数: { unit: 'short' },
      仍等待: { unit: 'short' },
      '金额（元）': { unit: 'currencyCNY' },
    },
  );
