import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { MachineKey } from '../../domain/machineSignature.ts';
import { authorizationOf, isAnswerSignedBy } from '../../domain/machineSignature.ts';
import type { RefundAnswer, RefundGateway, RefundOrder } from '../../domain/resolutionPorts.ts';
import { httpCall, jsonOf, textOf } from '../http/httpCall.ts';
import type { GatewayProblem, CodeTable, GatewayDeps } from './answers.ts';
import {
  answerOfProblem,
  answerOfStanding,
  brief,
  instantOr,
  limitsOf,
  unknown,
  unknownBy,
} from './answers.ts';

// schemas/upp.openapi.yaml

export type UppAccess = { readonly url: URL; readonly key: MachineKey };

export const UPP_CODES: CodeTable = {
  NOT_ENOUGH: 'FAILED',
  TOO_FREQUENT: 'FAILED',
  BAD_REQUEST: 'FAILED',
  AMOUNT_EXCEEDED: 'REFUSED',
  ORDER_NOT_FOUND: 'REFUSED',
  REFUND_OVERDUE: 'REFUSED',
  // What has the number may have been paid.
  DISCORDANT_REPEAT: 'UNKNOWN',
  SYSTEM_ERROR: 'UNKNOWN',
};

const MAX_REASON = 80;

const Refund = Type.Object({
  merchantId: Type.String(),
  orderNo: Type.String(),
  refundNo: Type.String(),
  refundId: Type.String(),
  amountFen: Type.String(),
  state: Type.Union([
    Type.Literal('SUCCESS'),
    Type.Literal('PROCESSING'),
    Type.Literal('CLOSED'),
    Type.Literal('ABNORMAL'),
  ]),
  refundedAt: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
});
const refund = Compile(Refund);
const problem = Compile(Type.Object({ code: Type.String(), detail: Type.Optional(Type.String()) }));

/** The payment platform, which refunds through the channel of the payment and keeps the channels' gaps itself. */
export function uppRefunds(access: UppAccess, deps: GatewayDeps): RefundGateway {
  return {
    minGapMs: 0,
    async send(order, withinMs) {
      const body = JSON.stringify({
        merchantId: order.merchantId,
        orderNo: order.orderNo,
        refundNo: order.refundNo,
        amountFen: order.amountFen.toString(),
        reason: order.reason.slice(0, MAX_REASON),
      });
      const said = await call({ method: 'POST', target: '/upp/v1/refunds', body }, withinMs, {
        access,
        deps,
      });
      return 'state' in said ? said : answerOf(said, order, deps.now());
    },
    async ask(order, withinMs) {
      const query = new URLSearchParams({ merchantId: order.merchantId, orderNo: order.orderNo });
      const target = `/upp/v1/refunds/${encodeURIComponent(order.refundNo)}?${query.toString()}`;
      const said = await call({ method: 'GET', target, body: '' }, withinMs, { access, deps });
      if ('state' in said) return said;
      if (said.status === 200) return answerOf(said, order, deps.now());
      const { code, detail } = problemOf(said);
      // Of a question only this answer says something about the refund.
      return { state: code === 'REFUND_NOT_FOUND' ? 'NOT_FOUND' : 'UNKNOWN', code, detail };
    },
  };
}

type Request = { readonly method: 'GET' | 'POST'; readonly target: string; readonly body: string };
type Context = { readonly access: UppAccess; readonly deps: GatewayDeps };
/** An answer whose signature was found right. */
type Said = { readonly status: number; readonly text: string };

async function call(
  request: Request,
  withinMs: number,
  { access, deps }: Context,
): Promise<Said | RefundAnswer> {
  const url = new URL(`${access.url.pathname.replace(/\/$/, '')}${request.target}`, access.url);
  const nonce = deps.nonce();
  const bodySha256 = sha256(request.body);
  const signed = { method: request.method, target: `${url.pathname}${url.search}`, bodySha256 };
  try {
    const answer = await httpCall(url, {
      method: request.method,
      headers: {
        authorization: authorizationOf(access.key, signed, { nowMs: deps.now(), nonce }),
        ...(request.body === ''
          ? {}
          : { 'content-type': 'application/json', 'Duizhang-Body-Sha256': bodySha256 }),
      },
      ...(request.body === '' ? {} : { body: request.body }),
      ...limitsOf(withinMs),
    });
    const text = await textOf(answer);
    const { status, headers } = answer;
    if (isSigned(headers, { status, text, nonce }, { access, deps })) return { status, text };
    return unknown(
      'UNVERIFIED',
      `${url.host} answered ${status} without a right signature; check that both sides hold the same key and the right time`,
    );
  } catch (error) {
    return unknownBy(error);
  }
}

function isSigned(
  headers: IncomingHttpHeaders,
  { status, text, nonce }: Said & { readonly nonce: string },
  { access, deps }: Context,
): boolean {
  const [timestamp, signature] = [headers['duizhang-timestamp'], headers['duizhang-signature']];
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  const said = { status, nonce, bodySha256: sha256(text), fileName: '' };
  return isAnswerSignedBy(access.key.key, said, { timestamp, signature }, deps.now());
}

function answerOf(said: Said, order: RefundOrder, nowMs: number): RefundAnswer {
  if (said.status !== 200) return answerOfProblem(said.status, problemOf(said), UPP_CODES);
  const value = jsonOf(said.text);
  if (!refund.Check(value)) return unknown('UNREADABLE', 'UPP answered 200 with what is no refund');
  const isOurs =
    value.merchantId === order.merchantId &&
    value.orderNo === order.orderNo &&
    value.refundNo === order.refundNo &&
    value.amountFen === order.amountFen.toString();
  if (isOurs) return stateOf(value, nowMs);
  return unknown(
    'OTHER_REFUND',
    `UPP answered with the refund ${brief(value.refundNo)} of ${brief(value.amountFen)} fen of order ${brief(value.orderNo)}`,
  );
}

function stateOf(value: Static<typeof Refund>, nowMs: number): RefundAnswer {
  const detail = brief(`UPP: ${value.state} ${value.detail ?? ''}`.trim());
  const refundedAtMs = instantOr(value.refundedAt, nowMs);
  return answerOfStanding(value.state, { gatewayRefundId: value.refundId, refundedAtMs, detail });
}

function problemOf({ status, text }: Said): GatewayProblem {
  const value = jsonOf(text);
  if (!problem.Check(value)) return { code: null, detail: `UPP answered ${status}` };
  const code = brief(value.code);
  return { code, detail: brief(`UPP answered ${status} ${code} ${value.detail ?? ''}`.trim()) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
