import type { Endpoint, Reply } from '../serve.ts';
import { serve } from '../serve.ts';
import { nonceOf, signed } from '../machineSignatures.ts';
import { fieldsOf } from './fields.ts';
import type { KeptRefund, NotTaken, Taken } from './refundBook.ts';
import type { Outcome, RefundDesk, Voice } from './refundDesk.ts';
import { delivered } from './refundDesk.ts';

// The payment platform as schemas/upp.openapi.yaml describes it.

export type UppParts = {
  readonly desk: RefundDesk;
  readonly now: () => number;
  readonly keyId: string;
  readonly key: Uint8Array;
};

const NOT_TAKEN: Readonly<Record<NotTaken, readonly [status: number, code: string]>> = {
  ORDER_NOT_FOUND: [404, 'ORDER_NOT_FOUND'],
  DISCORDANT: [409, 'DISCORDANT_REPEAT'],
  AMOUNT_EXCEEDED: [422, 'AMOUNT_EXCEEDED'],
  OVERDUE: [422, 'REFUND_OVERDUE'],
  NOT_ENOUGH: [422, 'NOT_ENOUGH'],
  TOO_FREQUENT: [429, 'TOO_FREQUENT'],
};
const FIELDS = ['merchantId', 'orderNo', 'refundNo', 'amountFen', 'reason'] as const;
const MAX_REASON = 80;

export async function startUpp(parts: UppParts, port = 0): Promise<Endpoint> {
  const nonces = new Set<string>();
  return serve((request, body, url) => {
    const nonce = nonceOf(request, body, { ...parts, nowMs: parts.now() });
    if (nonce === null || nonces.has(nonce)) return problem(401, 'UNAUTHENTICATED');
    nonces.add(nonce);
    const voice: Voice = {
      sign: (reply, isStranger) => {
        const key = isStranger ? Buffer.alloc(32, 1) : parts.key;
        return signed(reply, { nonce, key, nowMs: parts.now(), isWrong: false });
      },
      systemError: () => problem(500, 'SYSTEM_ERROR'),
    };
    if (request.method === 'POST' && url.pathname === '/upp/v1/refunds') {
      const asked = askedOf(body);
      return asked === null
        ? voice.sign(problem(400, 'BAD_REQUEST'), false)
        : answer(parts.desk.send(asked), replyToSend, voice);
    }
    const refundNo = /^\/upp\/v1\/refunds\/([^/]+)$/.exec(url.pathname)?.[1];
    if (request.method !== 'GET' || refundNo === undefined) {
      return voice.sign(problem(404, 'NOT_FOUND'), false);
    }
    const merchantId = url.searchParams.get('merchantId') ?? '';
    const orderNo = url.searchParams.get('orderNo') ?? '';
    return answer(
      parts.desk.ask(merchantId, decodeURIComponent(refundNo)),
      (refund) => (refund?.orderNo === orderNo ? refundJson(refund) : problem(404, 'REFUND_NOT_FOUND')),
      voice,
    );
  }, port);
}

function answer<T>(outcome: Outcome<T>, replyTo: (value: T) => Reply, voice: Voice): Reply | null {
  if (outcome.kind === 'SAYS') {
    const { status = 422, code, message } = outcome.said;
    return voice.sign(problem(status, code, message), false);
  }
  const reply = (): Reply =>
    outcome.kind === 'DONE' ? replyTo(outcome.value) : problem(500, 'SYSTEM_ERROR');
  return delivered(outcome.fault, reply, voice);
}

function replyToSend(taken: Taken): Reply {
  if (taken.kind === 'TAKEN') return refundJson(taken.refund);
  const [status, code] = NOT_TAKEN[taken.why];
  return problem(status, code);
}

function refundJson(refund: KeptRefund): Reply {
  const { merchantNo, orderNo, refundNo, refundId, amountFen, state, refundedAtMs } = refund;
  return json(200, 'application/json', {
    merchantId: merchantNo,
    orderNo,
    refundNo,
    refundId,
    amountFen: amountFen.toString(),
    state,
    ...(refundedAtMs === null ? {} : { refundedAt: new Date(refundedAtMs).toISOString() }),
  });
}

/** @returns null when it is no body of the contract */
function askedOf(body: string) {
  const fields = fieldsOf(body);
  const texts = FIELDS.map((name) => fields.get(name));
  if (fields.size !== FIELDS.length || !texts.every((text) => typeof text === 'string')) return null;
  const [merchantNo = '', orderNo = '', refundNo = '', amountFen = '', reason = ''] = texts;
  if (!/^[0-9A-Za-z_|*@-]{1,64}$/.test(refundNo) || !/^[1-9]\d{0,17}$/.test(amountFen)) return null;
  return reason.length > MAX_REASON ? null : { merchantNo, orderNo, refundNo, amountFen: BigInt(amountFen) };
}

function problem(status: number, code: string, detail?: string): Reply {
  return json(status, 'application/problem+json', { code, ...(detail === undefined ? {} : { detail }) });
}

function json(status: number, type: string, value: object): Reply {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(value) };
}
