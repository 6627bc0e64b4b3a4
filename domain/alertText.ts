import type { Alert } from './alert.ts';
import { businessDateOf, localOfInstant } from './businessDate.ts';
import { unreachable } from './errors.ts';
import { ALERT_KIND_LABELS, ALERT_SEVERITY_LABELS, CHANNEL_LABELS, FEED_LABELS } from './labels.ts';
import { yuanOfFen } from './money.ts';

export type AlertText = { readonly title: string; readonly lines: readonly string[] };

/**
 * An alert in the words of the people who get it. Hospitals, books, dates, numbers and sums alone: what is sent outside
 * holds nothing of a patient, so evidence stays here.
 * @param nowMs times of another Beijing day get their date
 * @param hospital its name; null where it has none, or the alert is of no hospital
 */
export function alertText(alert: Alert, nowMs: number, hospital: string | null): AlertText {
  return {
    title: alert.state === 'OPEN' ? openTitle(alert, nowMs) : closedTitle(alert, nowMs),
    lines: [
      `级别：${ALERT_SEVERITY_LABELS[alert.severity]} · ${ALERT_KIND_LABELS[alert.kind]}`,
      ...(alert.merchantId === '' ? [] : [`医院：${[alert.merchantId, hospital ?? ''].join(' ').trim()}`]),
      `开始：${beijingTime(alert.sinceMs, nowMs)}`,
      ...(alert.closedAtMs === null ? [] : [`结束：${beijingTime(alert.closedAtMs, nowMs)}`]),
      ...(alert.acknowledgedAtMs === null ? [] : [`已确认：${beijingTime(alert.acknowledgedAtMs, nowMs)}`]),
      `编号：${alert.alertId}`,
    ],
  };
}

/** `10:02`; of another day `03-08 10:02`, of another year with it. */
export function beijingTime(ms: number, nowMs: number): string {
  const [local, now] = [localOfInstant(ms).slice(0, 16), localOfInstant(nowMs)];
  if (businessDateOf(ms) === businessDateOf(nowMs)) return local.slice(11);
  return local.slice(0, 4) === now.slice(0, 4) ? local.slice(5) : local;
}

/** `¥48,210.00` */
export function yuanText(fen: bigint): string {
  const [yuan = '', cents = ''] = yuanOfFen(fen < 0n ? -fen : fen).split('.');
  return `${fen < 0n ? '-' : ''}¥${yuan.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

function openTitle(alert: Alert, nowMs: number): string {
  const since = beijingTime(alert.sinceMs, nowMs);
  const waiting = `${countOf(alert.left)} 笔尚未对平，${yuanText(alert.amountFen)}`;
  const subject = subjectOf(alert);
  switch (alert.kind) {
    case 'FEED_SILENT':
      return `${subject} 自 ${since} 起无数据：${waiting}`;
    case 'CHANNEL_ONE_SIDED':
      return `${subject} 自 ${since} 起 ${lackOf(alert)}：${waiting}`;
    case 'AMOUNT_WRONG':
      return `${subject} 自 ${since} 起两方金额不一致：${countOf(alert.left)} 笔，${yuanText(alert.amountFen)}`;
    case 'PAID_TWICE':
      return `${subject} 自 ${since} 起有重复支付：${countOf(alert.left)} 笔，${yuanText(alert.amountFen)}`;
    case 'CLOCK_WRONG':
      return `${subject} 自 ${since} 起事件时间与时钟不符${alert.orders > 0 ? `：${countOf(alert.orders)} 笔` : ''}`;
    case 'ORDERS_ONE_SIDED':
      return `${subject} 自 ${since} 起 ${lackOf(alert)}：${waiting}`;
    case 'DEAD_LETTERS':
      return `${subject} 自 ${since} 起有无法识别的数据：${countOf(alert.left)} 条`;
    case 'DAY_NOT_CLOSED':
      return `${subject} 到时仍未日结`;
    case 'BILL_LATE':
      return `${subject} 到时仍未收到`;
    case 'REFUND_STUCK':
      return `${subject} 自 ${since} 起没有最终结果：${countOf(alert.left)} 笔，${yuanText(alert.amountFen)}`;
    case 'MATCH_RATE_LOW':
      return `${subject} 自 ${since} 起匹配率偏低：${countOf(alert.left)} 笔单边，${yuanText(alert.amountFen)}`;
    default:
      return unreachable(alert.kind);
  }
}

function closedTitle(alert: Alert, nowMs: number): string {
  const at = beijingTime(alert.closedAtMs ?? alert.updatedAtMs, nowMs);
  const subject = subjectOf(alert);
  switch (alert.kind) {
    case 'FEED_SILENT':
      return `${subject} 已于 ${at} 恢复${settled(alert)}`;
    case 'CHANNEL_ONE_SIDED':
    case 'ORDERS_ONE_SIDED':
      return `${subject} ${lackOf(alert)}已于 ${at} 结束${settled(alert)}`;
    case 'AMOUNT_WRONG':
      return `${subject} 两方金额不一致已于 ${at} 结束${settled(alert)}`;
    case 'PAID_TWICE':
      return `${subject} 重复支付已于 ${at} 结束${settled(alert)}`;
    case 'CLOCK_WRONG':
      return `${subject} 事件时间已于 ${at} 恢复正常`;
    case 'DEAD_LETTERS':
      return `${subject} 无法识别的数据已于 ${at} 处理：共 ${countOf(alert.orders)} 条${
        alert.left > 0 ? `，剩 ${countOf(alert.left)} 条` : ''
      }`;
    case 'DAY_NOT_CLOSED':
      return `${subject} 已于 ${at} 日结`;
    case 'BILL_LATE':
      return `${subject} 已于 ${at} 收到`;
    case 'REFUND_STUCK':
      return `${subject} 已于 ${at} 有最终结果`;
    case 'MATCH_RATE_LOW':
      return `${subject} 匹配率已于 ${at} 恢复`;
    default:
      return unreachable(alert.kind);
  }
}

/** Which hospital, and what of it. */
function subjectOf({ kind, merchantId, book, channel, detail }: Alert): string {
  const feed = book === null ? '' : FEED_LABELS[book];
  const way = channel === null ? '' : CHANNEL_LABELS[channel];
  const parts: readonly string[] = ((): readonly string[] => {
    switch (kind) {
      case 'FEED_SILENT':
      case 'CLOCK_WRONG':
      case 'DEAD_LETTERS':
        return [merchantId, feed, way];
      case 'CHANNEL_ONE_SIDED':
      case 'ORDERS_ONE_SIDED':
      case 'AMOUNT_WRONG':
      case 'PAID_TWICE':
        return [merchantId, way];
      case 'DAY_NOT_CLOSED':
        return [merchantId, detail];
      case 'BILL_LATE':
        return [merchantId, detail, way === '' ? `${feed}账单` : `${way}账单`];
      case 'REFUND_STUCK':
        return [merchantId, way, `退款 ${detail}`.trim()];
      case 'MATCH_RATE_LOW':
        return [merchantId];
      default:
        return unreachable(kind);
    }
  })();
  const named = parts.filter((part) => part.trim() !== '').join(' ');
  return named === '' ? '系统' : named.trim();
}

/** The book is the one without the orders. */
function lackOf({ book }: Alert): string {
  return book === null ? '有单边订单' : `${FEED_LABELS[book]} 缺单`;
}

function settled({ orders, left }: Alert): string {
  if (orders === 0) return '';
  if (left === 0) return `：${countOf(orders)} 笔已全部对平`;
  return `：${countOf(orders)} 笔中 ${countOf(Math.max(orders - left, 0))} 笔已对平，剩 ${countOf(left)} 笔`;
}

function countOf(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
