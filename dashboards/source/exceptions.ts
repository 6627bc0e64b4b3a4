import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { SHEET_ACTION_LABELS } from '../../domain/decisionSheet.ts';
import { VERDICT_LABELS } from '../../domain/labels.ts';
import { named } from './codes.ts';
import { DAY, OF_ALL, OF_DATES, OF_HOSPITAL, OPEN_EXCEPTIONS, STAKE, STAKE_YUAN } from './conditions.ts';
import { openExceptions } from './exceptionTable.ts';
import { channels, consoleUrl, dashboard, hospitals, modes } from './frame.ts';
import { NONE_IS_GOOD, bars, series, stacked, stat, table } from './panels.ts';

export function exceptions(): Dashboard {
  return dashboard({
    uid: 'duizhang-exceptions',
    title: '单边与异常',
    description: '还没有了结的单边与异常：多久了、多少钱、在哪家医院；处理得多快；退款走到哪一步。',
    from: 'now-7d',
    variables: [hospitals(), channels(), modes(), consoleUrl()],
    sections: [
      { title: '未了结', panels: [...counts(), ...shapes()] },
      { title: '处理', panels: handling() },
      { title: '明细', panels: [openExceptions(24)] },
    ],
  });
}

const ONE_SIDED = `type IN ('MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING')`;

const counts = () => [
  stat(
    {
      title: '未了结异常',
      description: '截至范围末尾 90 天内待处理、处理中、待审批的异常笔数。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT count() AS open FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '未了结金额',
      description: '这些异常涉及的金额（元）：渠道、芸泰、商户金额中先有的一个。',
      unit: 'currencyCNY',
      width: 4,
      decimals: 2,
    },
    `SELECT ${STAKE_YUAN} AS yuan FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '未了结单边',
      description: '其中的单边与漏单：只有一方或两方账有的笔数，患者最可能来问的就是这些。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT count() AS open FROM ${OPEN_EXCEPTIONS} AND ${ONE_SIDED}`,
  ),
  stat(
    {
      title: '退款后入账',
      description:
        'HIS 在退款之后又入了账：钱已退还、服务可能已提供，账面三方一致，只有这里和异常明细看得见。逐笔联系医院。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT countIf(isNotNull(merchant_fen) AND type IN ('CHANNEL_ONLY', 'PLATFORM_ONLY')) AS booked FROM ${OPEN_EXCEPTIONS}`,
  ),
  stat(
    {
      title: '在途退款',
      description: '已发往渠道、尚无最终结果的退款笔数；系统会自动追问结果，持续不为零时看下表等了多久。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT countIf(phase = 'AT_GATEWAY') AS refunds FROM (${UNDER_WAY})`,
  ),
  stat(
    {
      title: '待复核',
      description: '已提交、等另一人批准的处理笔数：提交人自己不能批准。',
      unit: 'short',
      width: 4,
      colors: NONE_IS_GOOD,
    },
    `SELECT countIf(phase = 'AWAITS_APPROVAL') AS requests FROM (${UNDER_WAY})`,
  ),
];

/** Each case's present state, with the step that led to it. */
const LAST_ROWS = `SELECT merchant_id, case_id, order_no, action_id, at, state
  FROM v_exception_actions
  WHERE ${OF_HOSPITAL} AND at <= $__toTime
  ORDER BY case_id, seq DESC, hash LIMIT 1 BY case_id`;
const UNDER_WAY = `SELECT merchant_id, case_id, order_no, JSONExtractString(state, 'underWay', 'actionId') AS action_id,
    JSONExtractString(state, 'underWay', 'action') AS action, JSONExtractString(state, 'underWay', 'phase') AS phase
  FROM (${LAST_ROWS})
  WHERE phase != ''`;

/** A case that the keeper has not opened yet, seconds after its verdict, is as old as its business day. */
const AGE_DAYS = `dateDiff('hour', ifNull(opened_at, toDateTime64(business_date, 3, 'Asia/Shanghai')), $__toTime) / 24`;

const shapes = () => [
  bars(
    {
      title: '未了结（按时长）',
      description: '从立案到范围末尾过了多久。超过三天的应当有说法：指派给人，或说明在等什么。',
      unit: 'short',
      width: 6,
    },
    `SELECT multiIf(age < 1, '1 天内', age < 3, '1–3 天', age < 7, '3–7 天', age < 30, '7–30 天', '30 天以上') AS "时长",
      count() AS "笔数"
    FROM (SELECT ${AGE_DAYS} AS age FROM ${OPEN_EXCEPTIONS})
    GROUP BY "时长" ORDER BY min(age)`,
  ),
  bars(
    {
      title: '未了结（按金额）',
      description: '按单笔金额分档的笔数：大额先处理。',
      unit: 'short',
      width: 6,
    },
    `SELECT multiIf(yuan < 50, '50 元以下', yuan < 200, '50–200 元', yuan < 1000, '200–1000 元', yuan < 5000, '1000–5000 元',
        '5000 元以上') AS "金额", count() AS "笔数"
    FROM (SELECT ${STAKE} / 100 AS yuan FROM ${OPEN_EXCEPTIONS})
    GROUP BY "金额" ORDER BY min(yuan)`,
  ),
  bars(
    {
      title: '未了结（按医院）',
      description: '未了结异常最多的 20 家医院。',
      unit: 'short',
      width: 6,
    },
    `SELECT toString(merchant_id) AS "医院", count() AS "笔数"
    FROM ${OPEN_EXCEPTIONS}
    GROUP BY "医院" ORDER BY "笔数" DESC, "医院" LIMIT 20`,
  ),
  bars(
    {
      title: '未了结（按类型）',
      description: '各类异常的笔数；某一类突然增多，多半是一路数据断了而不是许多单笔问题。',
      unit: 'short',
      width: 6,
    },
    `SELECT ${named('type', VERDICT_LABELS)} AS "类型", count() AS "笔数"
    FROM ${OPEN_EXCEPTIONS}
    GROUP BY "类型" ORDER BY "笔数" DESC, "类型"`,
  ),
  stacked(
    {
      title: '异常（按业务日与类型）',
      description: '范围内各业务日出现的异常笔数，含已了结的；已日结的按日结，未日结的按实时。',
      unit: 'short',
      width: 24,
    },
    `SELECT ${DAY} AS time, ${named('type', VERDICT_LABELS)} AS series, count() AS exceptions
    FROM v_current_exceptions
    WHERE ${OF_DATES} AND ${OF_ALL}
    GROUP BY time, series ORDER BY time, series`,
  ),
];

/** Cases that people resolved in the time range, with the seconds from their opening; what healed by itself is left out. */
const RESOLVED = `SELECT case_id, min(at) AS opened, minIf(at, JSONExtractString(state, 'status') = 'RESOLVED') AS resolved,
    argMinIf(JSONExtractString(state, 'resolvedBy'), seq, JSONExtractString(state, 'status') = 'RESOLVED') AS resolved_by
  FROM v_exception_actions
  WHERE ${OF_HOSPITAL}
  GROUP BY case_id
  HAVING countIf(JSONExtractString(state, 'status') = 'RESOLVED') > 0 AND $__timeFilter(resolved)`;

const handling = () => [
  series(
    {
      title: '处理时长',
      description: '范围内由人了结的异常，从立案到首次了结的时长（中位数与 95 分位）；自行对平的不算。',
      unit: 's',
      width: 8,
    },
    `SELECT toStartOfHour(resolved) AS time,
      quantileExact(0.5)(dateDiff('second', opened, resolved)) AS "中位数",
      quantileExact(0.95)(dateDiff('second', opened, resolved)) AS "95 分位"
    FROM (${RESOLVED})
    GROUP BY time ORDER BY time`,
  ),
  bars(
    {
      title: '了结方式',
      description: '范围内由人了结的异常各用了哪种处理：退款、补差、平账、外部退款。',
      unit: 'short',
      width: 8,
    },
    `SELECT ${named('resolved_by', SHEET_ACTION_LABELS)} AS "处理", count() AS "笔数"
    FROM (${RESOLVED})
    GROUP BY "处理" ORDER BY "笔数" DESC, "处理"`,
  ),
  stacked(
    {
      title: '处理动作',
      description: '每小时由人发起的处理次数，按处理方式：一次处理算一次，不论走了几步。',
      unit: 'short',
      width: 8,
    },
    `SELECT toStartOfHour(started) AS time, ${named('action', SHEET_ACTION_LABELS)} AS series, count() AS actions
    FROM (
      SELECT action_id, any(action) AS action, min(at) AS started FROM v_exception_actions
      WHERE action_id != '' AND ${OF_HOSPITAL}
      GROUP BY action_id)
    WHERE $__timeFilter(started)
    GROUP BY time, series ORDER BY time, series`,
  ),
  table(
    {
      title: '在途的处理',
      description:
        '等渠道结果的退款与等复核的处理，等得最久的在最前。等渠道超过几分钟说明渠道或网络不通；切勿在系统外再退一次。',
      unit: 'short',
      width: 24,
      height: 7,
    },
    `SELECT toString(u.merchant_id) AS "医院", u.order_no AS "订单号", u.action AS "处理",
      if(u.phase = 'AT_GATEWAY', '等渠道结果', '等复核') AS "阶段", min(a.at) AS "开始", max(a.amount_fen) / 100 AS "金额（元）",
      dateDiff('second', min(a.at), toDateTime64($__toTime, 3)) AS "已等", u.case_id AS "案件"
    FROM (SELECT case_id, action_id, at, amount_fen FROM v_exception_actions WHERE ${OF_HOSPITAL} AND action_id != '') AS a
    INNER JOIN (${UNDER_WAY}) AS u ON u.case_id = a.case_id AND u.action_id = a.action_id
    GROUP BY u.merchant_id, u.order_no, u.action, u.phase, u.case_id
    ORDER BY "已等" DESC, "案件" LIMIT 200`,
    {
      处理: { codes: 'action' },
      '金额（元）': { unit: 'currencyCNY' },
      已等: { unit: 's' },
      案件: { link: { title: '在控制台打开', url: '${console_url}/exceptions?case=${__value.raw}' } },
    },
  ),
];
