import { createSign, createVerify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

// 签名和验签, WeChat Pay API v3: https://pay.weixin.qq.com/doc/v3/merchant/4012365342 and 4013053249

const SCHEME = 'WECHATPAY2-SHA256-RSA2048';
const MAX_SKEW_MS = 300_000;

export type WechatMerchantKey = {
  readonly mchid: string;
  /** Of the merchant's API certificate. */
  readonly serialNo: string;
  readonly privateKey: KeyObject;
};

/** Keys of WeChat Pay by their serial number (platform certificate) or id (`PUB_KEY_ID_…`). */
export type WechatPlatformKeys = ReadonlyMap<string, KeyObject>;

export type WechatRequest = {
  readonly method: 'GET' | 'POST';
  /** Path and query as on the request line. */
  readonly target: string;
  /** '' when there is none. */
  readonly body: string;
};

/** The Authorization of a request. */
export function wechatAuthorization(
  key: WechatMerchantKey,
  { method, target, body }: WechatRequest,
  when: { readonly nowMs: number; readonly nonce: string },
): string {
  const timestamp = String(Math.floor(when.nowMs / 1000));
  const signature = createSign('RSA-SHA256')
    .update(`${method}\n${target}\n${timestamp}\n${when.nonce}\n${body}\n`)
    .sign(key.privateKey, 'base64');
  return (
    `${SCHEME} mchid="${key.mchid}",nonce_str="${when.nonce}",signature="${signature}",` +
    `timestamp="${timestamp}",serial_no="${key.serialNo}"`
  );
}

export type SignatureCheck = 'RIGHT' | 'WRONG' | 'ABSENT' | 'UNKNOWN_KEY' | 'OLD';

/** Whether WeChat Pay signed an answer. */
export function checkWechatAnswer(
  headers: IncomingHttpHeaders,
  body: string,
  keys: WechatPlatformKeys,
  nowMs: number,
): SignatureCheck {
  const [serial, signature, timestamp, nonce] = ['serial', 'signature', 'timestamp', 'nonce'].map(
    (name) => headers[`wechatpay-${name}`],
  );
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || typeof nonce !== 'string')
    return 'ABSENT';
  const key = keys.get(typeof serial === 'string' ? serial : '');
  if (!key) return 'UNKNOWN_KEY';
  const isRight = createVerify('RSA-SHA256')
    .update(`${timestamp}\n${nonce}\n${body}\n`)
    .verify(key, signature, 'base64');
  if (!isRight) return 'WRONG';
  return Math.abs(Number(timestamp) * 1000 - nowMs) <= MAX_SKEW_MS ? 'RIGHT' : 'OLD';
}
