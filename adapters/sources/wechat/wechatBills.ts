import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { BillAnswer, BillSource, WantedBill } from '../../../domain/billSource.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { failed, failedBy } from '../failure.ts';
import type { HttpAnswer, HttpLimits } from '../../http/httpCall.ts';
import { httpCall, jsonOf, retryAfterMs, textOf } from '../../http/httpCall.ts';
import { SpooledFile } from '../spooledFile.ts';
import { sha1OfBill } from './wechatBillHash.ts';
import type { SignatureCheck, WechatMerchantKey, WechatPlatformKeys } from './wechatSignature.ts';
import { checkWechatAnswer, wechatAuthorization } from './wechatSignature.ts';

// 申请交易账单 and 下载账单: https://pay.weixin.qq.com/doc/v3/merchant/4012810615

export type WechatAccess = {
  readonly url: URL;
  readonly key: WechatMerchantKey;
  readonly platformKeys: WechatPlatformKeys;
  /** In service-provider mode the hospital's own number; null: the key is the hospital's. */
  readonly subMchid: string | null;
  readonly limits?: HttpLimits;
};

export type WechatDeps = {
  readonly now: () => number;
  /** A new one at each call: 32 letters and digits. */
  readonly nonce: () => string;
};

/** "每半小时": the rule that the documentation gives for STATEMENT_CREATING. */
const CREATING_AGAIN_MS = 30 * 60_000;
/** A URL that expired between the two requests is asked for once more. */
const URL_TRIES = 2;

const Ticket = Type.Object({
  hash_type: Type.Literal('SHA1'),
  hash_value: Type.String({ pattern: '^[0-9a-fA-F]{40}$' }),
  download_url: Type.String({ pattern: '^https?://' }),
});
const ticketOf = Compile(Ticket);
const problemOf = Compile(Type.Object({ code: Type.String(), message: Type.Optional(Type.String()) }));

/** The trade bill (ALL, GZIP) of a merchant at WeChat Pay, API v3. */
export function wechatBills(access: WechatAccess, deps: WechatDeps): BillSource {
  return {
    name: 'wechat',
    host: access.url.host,
    async fetch(wanted, signal) {
      try {
        for (let left = URL_TRIES; ; left -= 1) {
          const answer = await fetchOnce(wanted, { access, deps, signal });
          if (answer !== 'EXPIRED') return answer;
          if (left === 1)
            return failed('DZ_WECHAT_URL', 'the download URL was refused as soon as it was given');
        }
      } catch (error) {
        return failedBy(error);
      }
    },
  };
}

type Context = { readonly access: WechatAccess; readonly deps: WechatDeps; readonly signal: AbortSignal };

async function fetchOnce(wanted: WantedBill, context: Context): Promise<BillAnswer | 'EXPIRED'> {
  const query = new URLSearchParams({ bill_date: wanted.date, bill_type: 'ALL', tar_type: 'GZIP' });
  if (context.access.subMchid !== null) query.set('sub_mchid', context.access.subMchid);
  const address = new URL(`/v3/bill/tradebill?${query.toString()}`, context.access.url);
  const asked = await get(address, 'application/json', context);
  const text = await textOf(asked);
  const check = checkWechatAnswer(asked.headers, text, context.access.platformKeys, context.deps.now());
  if (asked.status !== 200)
    return answerOfProblem(asked.status, asked.headers, text, check, context.deps.now());
  if (check !== 'RIGHT') return unverified(check);
  const ticket: unknown = jsonOf(text);
  if (!ticketOf.Check(ticket))
    return failed('DZ_SOURCE_NONSENSE', `WeChat Pay answered ${text.slice(0, 200)}`);
  return download(ticket.download_url, ticket.hash_value.toLowerCase(), wanted, context);
}

/** The answer that brings the file carries no signature of WeChat Pay: what it is worth, its hash says. */
async function download(
  address: string,
  sha1: string,
  wanted: WantedBill,
  context: Context,
): Promise<BillAnswer | 'EXPIRED'> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== context.access.url.protocol) {
    return failed('DZ_SOURCE_NONSENSE', 'WeChat Pay gave a download URL of another protocol');
  }
  const answer = await get(url, '*/*', context);
  if (answer.status !== 200) {
    const text = await textOf(answer);
    // The URL lives for seconds; the code is INVALID_REQUEST then.
    if (answer.status === 400) return 'EXPIRED';
    return answerOfProblem(answer.status, answer.headers, text, 'ABSENT', context.deps.now());
  }
  const file = await SpooledFile.of(answer.body);
  try {
    const found = await sha1OfBill(file);
    if (found !== sha1) throw wrongHash(found, sha1, file.sizeBytes);
  } catch (error) {
    await file.dispose();
    throw error;
  }
  const { mchid } = context.access.key;
  return {
    kind: 'bill',
    bill: {
      fileName: `${mchid}All${wanted.date}.csv.gz`,
      from: `${context.access.url.host}/v3/bill/tradebill`,
      open: () => file.open(),
      dispose: () => file.dispose(),
    },
  };
}

function get(url: URL, accept: string, { access, deps, signal }: Context): Promise<HttpAnswer> {
  const asked = { method: 'GET', target: `${url.pathname}${url.search}`, body: '' } as const;
  return httpCall(url, {
    headers: {
      authorization: wechatAuthorization(access.key, asked, { nowMs: deps.now(), nonce: deps.nonce() }),
      accept,
      'user-agent': 'duizhang',
    },
    signal,
    ...(access.limits ? { limits: access.limits } : {}),
  });
}

/**
 * Errors are not signed by every part of WeChat Pay's front, so an absent signature passes here; a wrong one does not, since
 * "no statement" ends the asking.
 */
function answerOfProblem(
  status: number,
  headers: IncomingHttpHeaders,
  text: string,
  check: SignatureCheck,
  nowMs: number,
): BillAnswer {
  if (check !== 'RIGHT' && check !== 'ABSENT') return unverified(check);
  const said: unknown = jsonOf(text);
  const code = problemOf.Check(said) ? said.code : '';
  const detail =
    `WeChat Pay answered ${status} ${problemOf.Check(said) ? `${code} ${said.message ?? ''}` : ''}`.trim();
  if (code === 'NO_STATEMENT_EXIST') return { kind: 'no-trade', isCertain: true, detail };
  if (code === 'STATEMENT_CREATING') {
    return { kind: 'not-ready', askAgainAtMs: nowMs + CREATING_AGAIN_MS, detail };
  }
  const askAgainAtMs = retryAfterMs(headers, nowMs);
  if (status === 429) return failed('DZ_SOURCE_RATE_LIMITED', detail, { askAgainAtMs });
  if (status >= 500) return failed('DZ_WECHAT_FAILED', detail, { askAgainAtMs });
  return failed('DZ_WECHAT_REFUSED', `${detail}; check the merchant number, its certificate and its rights`, {
    needsPerson: true,
  });
}

function unverified(check: SignatureCheck): BillAnswer {
  return failed(
    'DZ_WECHAT_SIGNATURE',
    `the answer is not shown to be WeChat Pay's (signature ${check}); check platformKeys in duizhang.config.yaml and the clock`,
  );
}

function wrongHash(found: string, said: string, bytes: number): DuizhangError {
  return new DuizhangError(
    'DZ_SOURCE_HASH',
    `the bill of ${bytes} bytes has the SHA-1 ${found}, but WeChat Pay announced ${said}; it is not taken`,
  );
}
