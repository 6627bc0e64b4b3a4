import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { HisOrder, HisOrderQuery } from '../../../domain/billSource.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { jsonOf } from '../../http/httpCall.ts';
import type { HdpAccess, HdpDeps } from './hdpClient.ts';
import { askHdp } from './hdpClient.ts';

const Fen = Type.String({ pattern: '^(0|[1-9]\\d{0,17})$' });
const Booked = Type.Object({
  orderNo: Type.String(),
  state: Type.Union([Type.Literal('BOOKED'), Type.Literal('REFUNDED')]),
  hisOrderNo: Type.String({ minLength: 1 }),
  amountFen: Fen,
  occurredAt: Type.String(),
  refunds: Type.Optional(
    Type.Array(
      Type.Object({
        refundNo: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        amountFen: Fen,
        occurredAt: Type.String(),
      }),
    ),
  ),
});
const absent = Compile(Type.Object({ orderNo: Type.String(), state: Type.Literal('ABSENT') }));
const booked = Compile(Booked);

const MAX_BYTES = 1 << 20;
/** A person waits for it. */
const ORDER_LIMITS = { answerWithinMs: 5_000, idleMs: 5_000, totalMs: 10_000 };

/** @param accessOf the machine of a merchant; null: it has none */
export function hdpOrders(accessOf: (merchantId: string) => HdpAccess | null, deps: HdpDeps): HisOrderQuery {
  return {
    async orderNow(merchantId, orderNo) {
      const access = accessOf(merchantId);
      if (!access) throw hdpFailed(`${merchantId} has no front-end machine in duizhang.config.yaml`);
      const target = `/hdp/v1/orders/${encodeURIComponent(orderNo)}?merchantId=${encodeURIComponent(merchantId)}`;
      const limited = { ...access, limits: access.limits ?? ORDER_LIMITS };
      try {
        const { status, body } = await askHdp(target, limited, deps, new AbortController().signal);
        const text = await wholeText(body.open(), MAX_BYTES);
        await body.dispose();
        if (status !== 200) throw hdpFailed(`${access.url.host} answered ${status}: ${text.slice(0, 300)}`);
        return orderOf(text, orderNo, access.url.host);
      } catch (error) {
        if (!(error instanceof DuizhangError) || error.code === 'DZ_HDP_FAILED') throw error;
        throw hdpFailed(`${error.code}: ${error.message}`, error);
      }
    },
  };
}

function orderOf(text: string, orderNo: string, host: string): HisOrder {
  const said = jsonOf(text);
  if (absent.Check(said) && said.orderNo === orderNo) return { state: 'ABSENT' };
  if (!booked.Check(said) || said.orderNo !== orderNo) {
    throw hdpFailed(`${host} answered what is no order ${orderNo}: ${text.slice(0, 300)}`);
  }
  return {
    state: said.state,
    hisOrderNo: said.hisOrderNo,
    amountFen: BigInt(said.amountFen),
    occurredAtMs: instantOf(said.occurredAt, host),
    refunds: (said.refunds ?? []).map((refund) => refundOf(refund, host)),
  };
}

type Refund = NonNullable<Static<typeof Booked>['refunds']>[number];

function refundOf({ refundNo, amountFen, occurredAt }: Refund, host: string) {
  return {
    refundNo: refundNo ?? null,
    amountFen: BigInt(amountFen),
    occurredAtMs: instantOf(occurredAt, host),
  };
}

/** A time without its zone would be read in this machine's. */
function instantOf(text: string, host: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw hdpFailed(`${host} gave the time "${text}", which is no RFC 3339 time`);
  return ms;
}

async function wholeText(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) throw hdpFailed(`the answer is longer than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function hdpFailed(why: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_HDP_FAILED', `the hospital cannot be asked just now: ${why}`, { cause });
}
