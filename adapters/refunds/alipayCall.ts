import { setTimeout as pause } from 'node:timers/promises';
import { AlipayRequestError, AlipaySdk } from 'alipay-sdk';
import { localOfInstant } from '../../domain/businessDate.ts';
import type { RefundAnswer } from '../../domain/resolutionPorts.ts';
import type { AlipayAccess } from '../sources/alipay/alipayBills.ts';
import type { GatewayDeps } from './answers.ts';
import { brief, unknown } from './answers.ts';

type Context = { readonly access: AlipayAccess; readonly deps: GatewayDeps };
/** An answer whose signature was found right; texts only, '' where there is none. */
export type Said = { readonly code: string; readonly text: (name: string) => string };

/** One signed call; everything that is no answer of Alipay's is UNKNOWN. */
export async function callAlipay(
  method: string,
  bizContent: Record<string, unknown>,
  withinMs: number,
  { access, deps }: Context,
): Promise<Said | RefundAnswer> {
  const sdk = new AlipaySdk({
    appId: access.appId,
    privateKey: access.privateKey,
    keyType: 'PKCS1',
    alipayPublicKey: access.alipayPublicKey,
    gateway: access.url.href,
    timeout: withinMs,
  });
  const { appAuthToken } = access;
  const params = {
    // The SDK would write this machine's local time, the gateway expects Beijing's.
    timestamp: localOfInstant(deps.now()),
    bizContent,
    ...(appAuthToken === null ? {} : { appAuthToken }),
  };
  const answered = sdk.exec(method, params, { validateSign: true }).then(
    (said): Said | RefundAnswer => ({
      code: said.code,
      text: (name) => (typeof said[name] === 'string' ? said[name] : ''),
    }),
    (error: unknown) => unknownOf(error),
  );
  // The SDK's own limit is for each part of a call.
  const ending = new AbortController();
  const late = pause(withinMs, unknown('NO_ANSWER', `Alipay did not answer within ${withinMs} ms`), ending);
  try {
    return await Promise.race([answered, late]);
  } finally {
    ending.abort();
    late.catch(ignoreAbort);
  }
}

/** The SDK's messages hold what was signed, tokens and all: only what kind of failure it was goes on. */
function unknownOf(error: unknown): RefundAnswer {
  if (!(error instanceof AlipayRequestError)) {
    // An answer without a signature makes the SDK hand `undefined` to Node's verifier.
    if (!(error instanceof TypeError && 'code' in error)) throw error;
    return unknown('UNVERIFIED', "Alipay's answer carries no signature that can be checked");
  }
  const { responseDataRaw } = error;
  if (responseDataRaw === undefined) {
    return unknown('NO_ANSWER', 'Alipay cannot be reached, or did not answer in time');
  }
  const [kind = ''] = error.message.split(/[，,:(]/);
  const code = kind.includes('验签') ? 'UNVERIFIED' : kind.includes('HTTP') ? 'SERVER_ERROR' : 'UNREADABLE';
  return unknown(code, `Alipay's answer cannot be taken: ${kind}`);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

/** The gateway's own word, without its prefixes, and what it says beside it. */
export function problemOf(said: Said): { readonly name: string; readonly detail: string } {
  const subCode = brief(said.text('subCode'));
  const name = subCode.replace(/^(aop\.)?(ACQ\.|is[pv]\.)?/i, '').toUpperCase();
  // What the gateway itself says of a request repeats what was signed, a token too.
  const words = /^is[pv]\./i.test(subCode) ? '' : said.text('subMsg');
  const isLimited = said.code === '40005';
  return {
    name: isLimited ? 'APP-CALL-LIMITED' : name,
    detail: brief(`Alipay answered ${said.code} ${subCode} ${words}`.trim()),
  };
}
