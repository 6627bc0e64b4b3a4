import { businessDateOf } from '../../domain/businessDate.ts';
import type { Channel, Entry, Kind } from '../../domain/entry.ts';
import { CHANNELS, ID_PATTERN, KINDS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { MAX_FEN } from '../../domain/money.ts';
import type { TopicEvent } from './event.ts';

export type EventFaultCode =
  | 'DZ_EVENT_NO_REGISTRY'
  | 'DZ_EVENT_SCHEMA_UNKNOWN'
  | 'DZ_EVENT_SCHEMA_INCOMPATIBLE'
  | 'DZ_EVENT_UNDECODABLE'
  | 'DZ_EVENT_INVALID'
  | 'DZ_EVENT_UNKNOWN_MERCHANT'
  | 'DZ_EVENT_NOT_YOURS';

export type EventFault = {
  readonly ok: false;
  readonly code: EventFaultCode;
  readonly reason: string;
  /** The same in Chinese, for the people who look at what could not be taken. */
  readonly reasonZh: string;
  /** Name in the event's JSON form; null when no single field is to blame. */
  readonly field: string | null;
};

const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1) - 1;
const MAX_BUSINESS_TYPE = 64;
const PLAIN_TEXT = /^[ -~]*$/;
const CONTROL = /\p{Cc}/u;

const kinds: ReadonlyMap<string, Kind> = new Map(KINDS.map((kind) => [kind, kind]));
const channels: ReadonlyMap<string, Channel> = new Map(CHANNELS.map((channel) => [channel, channel]));

/** The entry that an event is in its book, or the first rule that it breaks. */
export function entryOfEvent(
  told: TopicEvent,
  merchants: ReadonlyMap<string, Merchant>,
): { readonly ok: true; readonly entry: Entry } | EventFault {
  const { event } = told;
  const kind = kinds.get(event.kind);
  const fault = commonFaultOf(told, kind);
  if (fault) return fault;
  const merchant = merchants.get(event.merchantId);
  if (!merchant) return unknownMerchant(event.merchantId);
  let channel: Channel | null = null;
  if (told.topic === 'payments') {
    channel = channels.get(told.event.channel) ?? null;
    if (channel === null || !hasChannel(merchant, channel)) return badChannel(merchant, told.event.channel);
  }
  const payment = told.topic === 'payments';
  const entry: Entry = {
    book: payment ? 'PLATFORM' : 'MERCHANT',
    merchantId: merchant.merchantId,
    kind: kind ?? 'PAYMENT',
    orderNo: event.orderNo,
    refundNo: event.refundNo,
    channel,
    channelTxnNo: payment ? told.event.channelTxnNo : null,
    hisOrderNo: payment ? null : told.event.hisOrderNo,
    amountFen: event.amountFen,
    occurredAtMs: event.occurredAtMs,
    businessDate: businessDateOf(event.occurredAtMs, merchant.rules.cutOffMs),
    businessType: event.businessType === '' ? null : event.businessType,
    source: 'EVENT',
    sourceRef: event.eventId,
  };
  return { ok: true, entry };
}

/** The rules that do not need to know the hospital. */
export function faultOfEvent(told: TopicEvent): EventFault | null {
  return commonFaultOf(told, kinds.get(told.event.kind)) ?? channelFaultOf(told);
}

function commonFaultOf(told: TopicEvent, kind: Kind | undefined): EventFault | null {
  const { event } = told;
  if (!ID_PATTERN.test(event.eventId)) return badId('eventId', event.eventId);
  if (!ID_PATTERN.test(event.merchantId)) return badId('merchantId', event.merchantId);
  if (!ID_PATTERN.test(event.orderNo)) return badId('orderNo', event.orderNo);
  if (told.topic === 'payments') {
    if (!ID_PATTERN.test(told.event.channelTxnNo)) return badId('channelTxnNo', told.event.channelTxnNo);
  } else if (!ID_PATTERN.test(told.event.hisOrderNo)) return badId('hisOrderNo', told.event.hisOrderNo);
  if (!kind)
    return invalid(
      'kind',
      `kind ${quoted(event.kind)} is neither PAYMENT nor REFUND`,
      `交易类型 ${quoted(event.kind)} 既不是 PAYMENT（支付）也不是 REFUND（退款）`,
    );
  if (event.refundNo !== null) {
    if (kind === 'PAYMENT')
      return invalid('refundNo', 'a payment carries no refundNo; send null', '支付不应带退款单号，应为 null');
    if (!ID_PATTERN.test(event.refundNo)) return badId('refundNo', event.refundNo);
  }
  if (event.amountFen <= 0n || event.amountFen > MAX_FEN) {
    return invalid(
      'amountFen',
      `amountFen ${event.amountFen} is not between 1 and ${MAX_FEN}`,
      `金额为 ${event.amountFen} 分，应为 1 至 ${MAX_FEN} 的整数（分）；退款也填正数`,
    );
  }
  if (!(event.occurredAtMs >= EARLIEST_MS && event.occurredAtMs <= LATEST_MS)) {
    return invalid(
      'occurredAt',
      `occurredAt ${event.occurredAtMs} ms is not in the years 2000 to 2100`,
      `交易时间为 ${event.occurredAtMs} 毫秒，不在 2000 至 2100 年之间；应为自 1970 年起的毫秒数`,
    );
  }
  return isBusinessType(event.businessType)
    ? null
    : invalid(
        'businessType',
        `businessType ${quoted(event.businessType)} is too long or has control characters`,
        `业务类型 ${quoted(event.businessType)} 超过 ${MAX_BUSINESS_TYPE} 个字符或含控制字符`,
      );
}

function channelFaultOf(told: TopicEvent): EventFault | null {
  if (told.topic !== 'payments' || channels.has(told.event.channel)) return null;
  return invalid(
    'channel',
    `channel ${quoted(told.event.channel)} is none of ${CHANNELS.join(', ')}`,
    `渠道 ${quoted(told.event.channel)} 不是 ${CHANNELS.join('、')} 之一`,
  );
}

function hasChannel(merchant: Merchant, channel: Channel): boolean {
  for (const own of merchant.channels) if (own.channel === channel) return true;
  return false;
}

function badChannel(merchant: Merchant, channel: string): EventFault {
  const own = merchant.channels.map((each) => each.channel).join(', ');
  return invalid(
    'channel',
    `channel ${quoted(channel)} is not one of merchant ${merchant.merchantId} (it has: ${own})`,
    `渠道 ${quoted(channel)} 未在该医院接入（已接入：${own}）`,
  );
}

function isBusinessType(text: string): boolean {
  return text.length <= MAX_BUSINESS_TYPE && (PLAIN_TEXT.test(text) || !CONTROL.test(text));
}

function badId(field: string, value: string): EventFault {
  return invalid(
    field,
    value === ''
      ? `${field} is empty`
      : `${field} ${quoted(value)} is not 1 to 64 printable ASCII characters without space or "~"`,
    value === '' ? '该字段为空' : `${quoted(value)} 不合规：应为 1 至 64 个可打印的英文字符，不含空格和“~”`,
  );
}

function unknownMerchant(merchantId: string): EventFault {
  return {
    ok: false,
    code: 'DZ_EVENT_UNKNOWN_MERCHANT',
    reason: `merchant ${quoted(merchantId)} is not configured; add it to duizhang.config.yaml and replay`,
    reasonZh: `医院编号 ${quoted(merchantId)} 未配置`,
    field: 'merchantId',
  };
}

export function invalid(field: string | null, reason: string, reasonZh: string): EventFault {
  return { ok: false, code: 'DZ_EVENT_INVALID', reason, reasonZh, field };
}

/** A value of the outside as a reason may show it: escaped, and never long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
