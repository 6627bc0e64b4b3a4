import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ACTION_STATES } from '../domain/actionState.ts';
import { CASE_STATUSES } from '../domain/apiPorts.ts';
import type { Json } from '../domain/canonicalJson.ts';
import { canonicalJson } from '../domain/canonicalJson.ts';
import { ACTIONS } from '../domain/policy.ts';
import { refundAdvice } from '../domain/refundAdvice.ts';
import type { ActionResult } from '../resolution/actionResult.ts';
import { noteForAudit } from './auditTrail.ts';
import { CaseId, Instant, NullableFen, NullableText, fenText, oneOf } from './schemas.ts';

/** Of every POST that moves money: sent again with the same key it gives the first answer. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.String({
    pattern: '^[!-~]([ -~]{0,62}[!-~])?$',
    description:
      'chosen by the caller, 1 to 64 printable characters; the same request under the same key again gives the first answer, another request under it is refused',
    examples: ['3f0c2a5e-5d0e-4f0e-9d53-3a1f5b7f1c11'],
  }),
});

/** What tells a request from another one under the same key. The code is no part of it: a second try brings a new one. */
export function sentUnder(request: FastifyRequest): {
  readonly idempotencyKey: string;
  readonly requestHash: string;
} {
  const body: Readonly<Record<string, Json>> = JSON.parse(JSON.stringify(request.body ?? {}));
  const { verificationCode: _, ...said } = body;
  const [path = ''] = request.url.split('?');
  const content = canonicalJson([request.method, path, said, [...(request.uploadedProofs ?? [])]]);
  return {
    idempotencyKey: String(request.headers['idempotency-key']),
    requestHash: hash('sha256', content, 'hex'),
  };
}

const ADVICE: Readonly<Record<ActionResult['state'], readonly [en: string, zh: string] | null>> = {
  DONE: null,
  PROCESSING: [
    'it is followed to its end by itself; look again in a moment',
    '系统会自动跟进直至有最终结果，请稍后查看',
  ],
  AWAITS_APPROVAL: ['another person with the role approver decides', '等待其他审批人审批'],
  FAILED: [
    'nothing was refunded; it may be tried again with a new code and a new Idempotency-Key, under the same refund number',
    '本次未退款成功，可重新获取验证码后重试（使用相同退款单号）',
  ],
  REFUSED: [
    "the channel will not carry it out; refund in the channel's back office, record an external refund, then write off",
    '渠道拒绝该退款，请在渠道后台退款并登记外部退款后平账',
  ],
  REJECTED: ['it was rejected; the exception is open as before', '审批已驳回，异常恢复为原状态'],
};

export const ActionSchema = Type.Object(
  {
    actionId: Type.String(),
    caseId: CaseId,
    merchantId: Type.String(),
    orderNo: Type.String(),
    action: oneOf(ACTIONS),
    state: oneOf(ACTION_STATES),
    amountFen: NullableFen,
    refundNo: NullableText,
    code: { ...NullableText, description: 'what the gateway said' },
    detail: { ...Type.String(), description: 'in its words, or those of whoever rejected it' },
    advice: { ...NullableText, description: 'what can be done now' },
    adviceZh: NullableText,
    caseStatus: oneOf(CASE_STATUSES),
    at: Instant,
  },
  {
    examples: [
      {
        actionId: '0d6f8c1e-7a39-4e0e-8a70-1c6e6a1f2b3c',
        caseId: '9f86d081884c7d659a2feaa0c55ad015',
        merchantId: 'H001',
        orderNo: 'YT20260309000001',
        action: 'REFUND',
        state: 'DONE',
        amountFen: '2500',
        refundNo: 'DZ3a7bd3e2360a3d29eea436fc-1',
        code: null,
        detail: '',
        advice: null,
        adviceZh: null,
        caseStatus: 'RESOLVED',
        at: '2026-03-10T06:00:00.000Z',
      },
    ],
  },
);

/** Of an action: done or at its end (200), or under way (202). */
export const actionAnswers = { 200: ActionSchema, 202: ActionSchema } as const;

export function actionJson({ atMs, amountFen, ...result }: ActionResult) {
  const ofCode = result.code === null ? null : refundAdvice(result.code);
  const [en, zh] = ADVICE[result.state] ?? [null, null];
  return {
    ...result,
    amountFen: fenText(amountFen),
    advice: ofCode?.en ?? en,
    adviceZh: ofCode?.zh ?? zh,
    at: new Date(atMs).toISOString(),
  };
}

export function statusOf({ state }: ActionResult): 200 | 202 {
  return state === 'PROCESSING' || state === 'AWAITS_APPROVAL' ? 202 : 200;
}

export function answerAction(reply: FastifyReply, result: ActionResult): FastifyReply {
  const { actionId, caseId, orderNo, merchantId, action, state } = result;
  noteForAudit(reply.request, {
    actionId,
    merchants: [merchantId],
    said: { caseId, orderNo, action, state, amountFen: fenText(result.amountFen) },
  });
  return reply.code(statusOf(result)).send(actionJson(result));
}
