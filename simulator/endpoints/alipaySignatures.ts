import { createSign, createVerify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Reply } from './serve.ts';

// Alipay's signatures from its own side, RSA2: https://opendocs.alipay.com/common/02kf5q

/** 待签名字符串: every parameter but the signature and empty ones, by name. */
export function isSigned(params: ReadonlyMap<string, string>, key: KeyObject): boolean {
  const text = [...params]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return createVerify('RSA-SHA256')
    .update(text)
    .verify(key, params.get('sign') ?? '', 'base64');
}

/** @param key null: the answer carries no signature */
export function signedAnswer(method: string, value: object, key: KeyObject | null): Reply {
  const text = JSON.stringify(value);
  const sign = key && createSign('RSA-SHA256').update(text).sign(key, 'base64');
  return {
    status: 200,
    headers: { 'content-type': 'text/html;charset=utf-8' },
    body: `{"${method.replaceAll('.', '_')}_response":${text}${sign === null ? '' : `,"sign":${JSON.stringify(sign)}`}}`,
  };
}
