import { OPEN_EXCEPTIONS, STAKE } from './conditions.ts';
import type { PanelOf } from './panels.ts';
import { table } from './panels.ts';

/** The open exceptions one by one, each with the way to its page in the console. */
export function openExceptions(width: number): PanelOf {
  return table(
    {
      title: '未了结异常明细',
      description:
        '金额最大的 500 笔未了结异常；点「案件」在控制台打开，那里有证据、可能原因和可做的处理。「临时」为 1 的尚未日结，可能自行对平。',
      unit: 'short',
      width,
      height: 12,
    },
    `SELECT id AS "案件", toString(merchant_id) AS "医院", toString(business_date) AS "业务日", toString(type) AS "类型", toString(kind) AS "收支",
      order_no AS "订单号", toString(channel) AS "渠道", merchant_fen / 100 AS "商户（元）", platform_fen / 100 AS "芸泰（元）",
      channel_fen / 100 AS "渠道（元）", ${STAKE} / 100 AS "涉及（元）", toString(status) AS "状态", provisional AS "临时"
    FROM ${OPEN_EXCEPTIONS}
    ORDER BY "涉及（元）" DESC, id, business_date, mode LIMIT 500`,
    {
      案件: { link: { title: '在控制台打开', url: '${console_url}/exceptions?case=${__value.raw}' } },
      类型: { codes: 'verdict' },
      收支: { codes: 'kind' },
      渠道: { codes: 'channel' },
      状态: { codes: 'status' },
      '商户（元）': { unit: 'currencyCNY' },
      '芸泰（元）': { unit: 'currencyCNY' },
      '渠道（元）': { unit: 'currencyCNY' },
      '涉及（元）': { unit: 'currencyCNY' },
      临时: { unit: 'short' },
    },
  );
}
