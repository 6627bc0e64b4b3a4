import type { RefundAnswer } from '../../domain/resolutionPorts.ts';
import { httpCall, textOf } from '../http/httpCall.ts';
import type { WechatAccess } from '../sources/wechat/wechatBills.ts';
import { checkWechatAnswer, wechatAuthorization } from '../sources/wechat/wechatSignature.ts';
import type { GatewayDeps } from './answers.ts';
import { limitsOf, unknown, unknownBy } from './answers.ts';

export type WechatRequest = {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly body: string;
};
type Context = { readonly access: WechatAccess; readonly deps: GatewayDeps };
/** An answer that WeChat Pay signed. */
export type Said = { readonly status: number; readonly text: string };

/** One signed call; everything that is no answer of WeChat Pay's is UNKNOWN. */
export async function callWechat(
  request: WechatRequest,
  withinMs: number,
  { access, deps }: Context,
): Promise<Said | RefundAnswer> {
  const url = new URL(request.target, access.url);
  try {
    const answer = await httpCall(url, {
      method: request.method,
      headers: {
        authorization: wechatAuthorization(access.key, request, { nowMs: deps.now(), nonce: deps.nonce() }),
        accept: 'application/json',
        'user-agent': 'duizhang',
        ...(request.body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === '' ? {} : { body: request.body }),
      ...limitsOf(withinMs),
    });
    const text = await textOf(answer);
    const check = checkWechatAnswer(answer.headers, text, access.platformKeys, deps.now());
    if (check === 'RIGHT') return { status: answer.status, text };
    return unknown(
      'UNVERIFIED',
      `an answer ${answer.status} is not shown to be WeChat Pay's (signature ${check}); check platformKeys and the clock`,
    );
  } catch (error) {
    return unknownBy(error);
  }
}
