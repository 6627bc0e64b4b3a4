import { createSign, createVerify, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Reply } from './serve.ts';

// WeChat Pay's signatures from its own side, API v3.

export type WechatSigners = {
  /** Public keys of the merchants' API certificates, by `mchid serial`. */
  readonly merchants: ReadonlyMap<string, KeyObject>;
  /** What the platform signs with. */
  readonly platform: { readonly serialNo: string; readonly privateKey: KeyObject };
};
type Now = { readonly nowMs: number };

const MAX_SKEW_MS = 300_000;
const AUTHORIZATION =
  /^WECHATPAY2-SHA256-RSA2048 mchid="([^"]+)",nonce_str="([^"]+)",signature="([^"]+)",timestamp="(\d+)",serial_no="([^"]+)"$/;

/** @returns the merchant number that signed the request; null: nobody we know did */
export function callerOf(
  request: IncomingMessage,
  body: string,
  { merchants, nowMs }: WechatSigners & Now,
): string | null {
  const [, mchid, nonce, signature, timestamp, serial] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (!mchid || !signature) return null;
  const key = merchants.get(`${mchid} ${serial ?? ''}`);
  if (!key || Math.abs(Number(timestamp) * 1000 - nowMs) > MAX_SKEW_MS) return null;
  const text = `${request.method ?? ''}\n${request.url ?? ''}\n${timestamp ?? ''}\n${nonce ?? ''}\n${body}\n`;
  return createVerify('RSA-SHA256').update(text).verify(key, signature, 'base64') ? mchid : null;
}

/** @param stranger signs in the platform's place */
export function signed(
  reply: Reply,
  stranger: KeyObject | null,
  { platform, nowMs }: WechatSigners & Now,
): Reply {
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = randomBytes(16).toString('hex');
  const signature = createSign('RSA-SHA256')
    .update(`${timestamp}\n${nonce}\n${String(reply.body ?? '')}\n`)
    .sign(stranger ?? platform.privateKey, 'base64');
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'Wechatpay-Serial': platform.serialNo,
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Signature': signature,
    },
  };
}

export function problem(status: number, code: string, message: string): Reply {
  return json(status, { code, message });
}

export function json(status: number, value: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
