import type { BusinessDate } from '../../domain/businessDate.ts';
import { addDays, isBusinessDate } from '../../domain/businessDate.ts';
import type { Behaviour, Fault, Shelf } from './behaviour.ts';
import { CallCounter } from './behaviour.ts';
import { nonceOf, signed } from './machineSignatures.ts';
import type { Endpoint, Reply } from './serve.ts';
import { serve } from './serve.ts';

// A hospital's front-end machine as schemas/hdp.openapi.yaml describes it.

export type HdpParts = {
  /** By the merchant's id. */
  readonly shelf: Shelf;
  readonly behaviour: Behaviour;
  readonly keyId: string;
  readonly key: Uint8Array;
  /** An order as the HIS has it just now, as the contract's JSON; null: it is absent. */
  readonly orderNow: (merchantId: string, orderNo: string) => object | null;
};

export async function startHdp(parts: HdpParts, port = 0): Promise<Endpoint> {
  const counter = new CallCounter(parts.behaviour);
  const nonces = new Set<string>();
  return serve((request, body, url) => {
    const nonce = nonceOf(request, body, { ...parts, nowMs: parts.behaviour.now() });
    if (nonce === null || nonces.has(nonce)) return { status: 401, body: '{"code":"UNAUTHENTICATED"}' };
    nonces.add(nonce);
    const order = /^\/hdp\/v1\/orders\/([^/]+)$/.exec(url.pathname)?.[1];
    const merchantId = url.searchParams.get('merchantId') ?? '';
    const date = url.searchParams.get('date') ?? '';
    const fault = parts.behaviour.fault(counter.attempt(merchantId, date));
    if (fault === 'SLOW') return null;
    const reply =
      order === undefined
        ? billOf(url, fault, parts)
        : orderOf({ merchantId, orderNo: decodeURIComponent(order) }, fault, parts);
    const key = fault === 'BAD_SIGNATURE' ? Buffer.alloc(32, 1) : parts.key;
    return signed(reply, { nonce, key, nowMs: parts.behaviour.now(), isWrong: fault === 'WRONG_HASH' });
  }, port);
}

function billOf(url: URL, fault: Fault | null, { shelf, behaviour }: HdpParts): Reply {
  const merchantId = url.searchParams.get('merchantId') ?? '';
  const date: BusinessDate = url.searchParams.get('date') ?? '';
  if (url.pathname !== '/hdp/v1/bills') return problem(404, 'NOT_FOUND');
  if (!isBusinessDate(date) || url.searchParams.get('book') !== 'MERCHANT')
    return problem(400, 'BAD_REQUEST');
  if (fault === 'SERVER_ERROR') return problem(502, 'HIS_DOWN');
  if (fault === 'RATE_LIMITED') return problem(429, 'TOO_FAST', { 'retry-after': '60' });
  if (fault === 'NONSENSE') return { status: 200, body: '<html>welcome to the hotel</html>' };
  if (behaviour.now() < behaviour.readyAtMs(date)) {
    return { status: 202, headers: { 'retry-after': '600' } };
  }
  const bill = shelf.bill(merchantId, fault === 'OTHER_DATE' ? addDays(date, -1) : date);
  if (bill === null) return { status: 204 };
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'Duizhang-File-Name': encodeURIComponent(bill.fileName),
    },
    body: bill.bytes,
    isCut: fault === 'CUT_BODY',
  };
}

function orderOf(
  { merchantId, orderNo }: { readonly merchantId: string; readonly orderNo: string },
  fault: Fault | null,
  { orderNow }: HdpParts,
): Reply {
  if (fault === 'SERVER_ERROR') return problem(502, 'HIS_DOWN');
  const order = orderNow(merchantId, orderNo) ?? { state: 'ABSENT' };
  const text = fault === 'NONSENSE' ? '{"state":"MAYBE"}' : JSON.stringify({ orderNo, ...order });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: text };
}

function problem(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ code }),
  };
}
