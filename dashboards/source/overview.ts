import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { BOOK_LABELS, CHANNEL_LABELS, MODE_LABELS, VERDICT_LABELS } from '../../domain/labels.ts';
import { REASON_LABELS, named } from './codes.ts';
import {
  DAY,
  IS_OPEN,
  LAST_WORD,
  MATCH_RATE,
  OF_ALL,
  OF_DATES,
  OF_HOSPITAL,
  OF_MODE,
  OPEN_EXCEPTIONS,
  STAKE,
  STAKE_YUAN,
  VERDICTS,
} from './conditions.ts';
import { channels, dashboard, hospitals, modes } from './frame.ts';
import { NONE_IS_GOOD, RATE_COLORS, TO_HOSPITAL, bars, series, stat, table } from './panels.ts';

const SHOWN = `${VERDICTS} AND ${OF_ALL}`;
/** `CHANNEL ALIPAY`, or `MERCHANT hdp`: a book and what of it. */
const AWAITED_BILL = `if(startsWith(bill, 'CHANNEL '),
        ${named("splitByChar(' ', bill)[2]", CHANNEL_LABELS)} || '账单', ${named("splitByChar(' ', bill)[1]", BOOK_LABELS)})`;
const GRANULE = '范围内各业务日';

export function overview(): Dashboard {
  return dashboard({
    uid: 'duizhang-overview',
    title: '对账总览',
    description: '各医院对账是否一致、哪些日期已日结、还有多少钱没有对上。',
    from: 'now-2d',
    variables: [hospitals(), channels(), modes()],
    sections: [
      { title: '现在', panels: now() },
      { title: '匹配率', panels: rates() },
      { title: '日结', panels: closes() },
      { title: '未对上的钱', panels: money() },
    ],
  });
}

const now = () => [
  stat(
    {
      title: '实时匹配率（未日结）',
      description: `${GRANULE}中尚未日结的日期：实时判定里两方账一致（含隔日）的比例。低于 99% 时看「单边与异常」，低于 95% 时先看「管道健康」。`,
      unit: 'percentunit',
      width: 4,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT ${MATCH_RATE} AS rate FROM ${SHOWN} AND provisional`,
  ),
  stat(
    {
      title: '终局匹配率（已日结）',
      description: `${GRANULE}中已日结的日期：以当前生效的一次日结为准，一致（含隔日）的比例；冲抵既不算一致也不算异常。`,
      unit: 'percentunit',
      width: 4,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT ${MATCH_RATE} AS rate FROM ${SHOWN} AND mode != 'REALTIME'`,
  ),
  stat(
    {
      title: '对账笔数',
      description: `${GRANULE}的判定笔数（支付与退款各算一笔）：已日结的按日结，未日结的按实时。`,
      unit: 'short',
      width: 4,
    },
    `SELECT sum(verdicts) AS verdicts FROM ${SHOWN} AND ${LAST_WORD}`,
  ),
  stat(
    {
      title: '未了结异常',
      description:
        '截至范围末尾 90 天内待处理、处理中、待审批的异常笔数。已日结日期的实时异常不再计入，以日结为准。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT count() AS open FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '未了结金额',
      description: '未了结异常涉及的金额（元）：取渠道金额，没有则取芸泰金额，再没有则取商户金额。',
      unit: 'currencyCNY',
      width: 4,
      decimals: 2,
      colors: [
        [null, 'green'],
        [0.01, 'orange'],
        [10_000, 'red'],
      ],
    },
    `SELECT ${STAKE_YUAN} AS yuan FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '最近一次日结失败的日期',
      description: `${GRANULE}中最后一次日结失败的医院·日期数，原因见「日结情况」。`,
      unit: 'short',
      width: 4,
      colors: [
        [null, 'green'],
        [1, 'red'],
      ],
    },
    `SELECT countIf(outcome = 'FAILED') AS failed FROM (${LAST_RUNS})`,
  ),
];

/** Failed runs publish nothing and are still what happened last. */
const LAST_RUNS = `SELECT * FROM v_reconciliations WHERE ${OF_DATES} AND ${OF_HOSPITAL} AND ${OF_MODE}
  ORDER BY token DESC, run_id DESC LIMIT 1 BY merchant_id, business_date, mode`;

const rates = () => [
  series(
    {
      title: '匹配率（按小时）',
      description:
        '按交易发生的小时统计的匹配率：各对账方式一条线。实时线在窗口期内的最近一小时偏低是正常的：对方账尚未到达。',
      unit: 'percentunit',
      width: 12,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT hour AS time, ${named('mode', MODE_LABELS)} AS series, ${MATCH_RATE} AS rate
    FROM ${SHOWN}
    GROUP BY time, series ORDER BY time, series`,
  ),
  series(
    {
      title: '实时判定的准确率（按业务日）',
      description:
        '已三方日结的日期：实时说过的判定有多少在日结时成立（与对账凭证一致）。偏低说明等待窗口太短或某路数据常迟到。',
      unit: 'percentunit',
      width: 12,
      decimals: 2,
      colors: RATE_COLORS,
    },
    // As each run's certificate holds it: weighing every key anew (v_realtime_quality) takes seconds on a big ledger.
    `SELECT ${DAY} AS time, toString(merchant_id) AS series, sumIf(verdicts, told = final) / nullIf(sum(verdicts), 0) AS rate
    FROM (SELECT merchant_id, run_id, told, final, verdicts FROM realtime_words_of_runs FINAL WHERE ${OF_HOSPITAL}) AS words
    INNER JOIN (
      SELECT merchant_id, run_id, business_date FROM v_reconciliations
      WHERE published AND mode = 'THREE_WAY' AND ${OF_DATES} AND ${OF_HOSPITAL}) AS runs USING (merchant_id, run_id)
    GROUP BY time, series ORDER BY time, series`,
  ),
  bars(
    {
      title: '匹配率（按医院）',
      description: '每家医院的匹配率：已日结的日期按日结，未日结的按实时。最低的排在最前。',
      unit: 'percentunit',
      width: 8,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT toString(merchant_id) AS "医院", ${MATCH_RATE} AS "匹配率"
    FROM ${SHOWN} AND ${LAST_WORD}
    GROUP BY "医院" ORDER BY "匹配率", "医院" LIMIT 30`,
  ),
  bars(
    {
      title: '匹配率（按渠道）',
      description: '每个支付渠道的匹配率：只有一个渠道低，多半是该渠道的账单或回调有问题。',
      unit: 'percentunit',
      width: 8,
      decimals: 2,
      colors: RATE_COLORS,
    },
    `SELECT if(channel = '', '未知', ${named('channel', CHANNEL_LABELS)}) AS "渠道", ${MATCH_RATE} AS "匹配率"
    FROM ${SHOWN} AND ${LAST_WORD}
    GROUP BY "渠道" ORDER BY "匹配率", "渠道"`,
  ),
  bars(
    {
      title: '判定分布',
      description: `${GRANULE}各判定的笔数；「一致」以外的类型按笔数排列。`,
      unit: 'short',
      width: 8,
    },
    `SELECT ${named('code', VERDICT_LABELS)} AS "判定", sum(verdicts) AS "笔数"
    FROM ${SHOWN} AND ${LAST_WORD} AND code != 'MATCHED'
    GROUP BY "判定" ORDER BY "笔数" DESC, "判定"`,
  ),
];

const REASONS_IN_WORDS = `arrayStringConcat(arrayMap(r -> ${named('r', REASON_LABELS)}, reasons), '、')`;

const closes = () => [
  table(
    {
      title: '日结情况',
      description:
        '每家医院每个业务日的最后一次日结：正常、异常（有未对上的账）或失败（账单缺失、无法解析等，原因如表）。失败的日期没有终局结果，需补齐账单后重跑。',
      unit: 'short',
      width: 14,
      height: 9,
    },
    `SELECT toString(merchant_id) AS "医院", toString(business_date) AS "业务日", toString(mode) AS "对账方式", toString(outcome) AS "结果",
      ${REASONS_IN_WORDS} AS "原因", arraySum(mapValues(verdicts)) AS "笔数", ended_at AS "完成时间", operator AS "操作人"
    FROM (${LAST_RUNS})
    ORDER BY outcome = 'FAILED' DESC, business_date DESC, merchant_id LIMIT 500`,
    {
      医院: { link: TO_HOSPITAL },
      笔数: { unit: 'short' },
      对账方式: { codes: 'mode' },
      结果: { codes: 'outcome' },
    },
  ),
  table(
    {
      title: '等待日结',
      description: '已到日结时间但仍在等待的日期：等什么、最晚等到几时（届时按现有数据日结）。',
      unit: 'short',
      width: 10,
      height: 9,
    },
    `SELECT toString(merchant_id) AS "医院", toString(business_date) AS "业务日", toString(mode) AS "对账方式",
      arrayStringConcat(arrayMap(bill -> ${AWAITED_BILL}, waits_for), '；') AS "等待", since AS "自", until AS "至"
    FROM v_close_waits
    WHERE ${OF_DATES} AND ${OF_HOSPITAL} AND ${OF_MODE}
    ORDER BY until, merchant_id LIMIT 500`,
    { 医院: { link: TO_HOSPITAL }, 对账方式: { codes: 'mode' } },
  ),
];

const money = () => [
  bars(
    {
      title: '未了结金额（按医院）',
      description: '截至范围末尾 90 天内未了结异常涉及的金额（元），最多的 20 家医院。',
      unit: 'currencyCNY',
      width: 8,
      decimals: 2,
    },
    `SELECT toString(merchant_id) AS "医院", ${STAKE_YUAN} AS "金额（元）"
    FROM ${OPEN_EXCEPTIONS}
    GROUP BY "医院" ORDER BY "金额（元）" DESC, "医院" LIMIT 20`,
  ),
  series(
    {
      title: '异常金额（按业务日）',
      description:
        '每个业务日的异常涉及金额（元）与其中仍未了结的部分：两线分开说明在被处理，贴在一起说明没人处理。',
      unit: 'currencyCNY',
      width: 8,
      decimals: 2,
    },
    `SELECT ${DAY} AS time, sum(${STAKE}) / 100 AS "全部", sumIf(${STAKE}, ${IS_OPEN}) / 100 AS "未了结"
    FROM v_current_exceptions
    WHERE ${OF_DATES} AND ${OF_ALL}
    GROUP BY time ORDER BY time`,
  ),
  table(
    {
      title: '进行中的告警',
      description: '还没有结束的告警：涉及笔数、仍等待的笔数与金额；有人确认过的显示确认人。',
      unit: 'short',
      width: 8,
    },
    `SELECT toString(severity) AS "级别", toString(kind) AS "告警", toString(merchant_id) AS "医院", opened_at AS "开始",
      left_orders AS "待处理笔数", amount_fen / 100 AS "金额（元）", acknowledged_by AS "确认人"
    FROM v_alerts
    WHERE state = 'OPEN' AND opened_at <= $__toTime AND (merchant_id = '' OR ${OF_HOSPITAL})
    ORDER BY severity = 'CRITICAL' DESC, opened_at, alert_id LIMIT 200`,
    {
      级别: { codes: 'severity' },
      告警: { codes: 'alert' },
      待处理笔数: { unit: 'short' },
      '金额（元）': { unit: 'currencyCNY' },
    },
  ),
];
