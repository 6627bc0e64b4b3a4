import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { DuizhangError } from '../../../domain/errors.ts';
import type { MachineKey } from '../../../domain/machineSignature.ts';
import { authorizationOf, EMPTY_BODY_SHA256, isAnswerSignedBy } from '../../../domain/machineSignature.ts';
import type { ClientTls, HttpLimits } from '../../http/httpCall.ts';
import { httpCall } from '../../http/httpCall.ts';
import { SpooledFile } from '../spooledFile.ts';

export type HdpAccess = {
  readonly url: URL;
  readonly key: MachineKey;
  /** Client certificate and authority, where the machine demands them. */
  readonly tls: ClientTls | null;
  readonly limits?: HttpLimits;
};

export type HdpDeps = {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A new one at each call: 16 to 64 letters and digits. */
  readonly nonce: () => string;
};

/** An answer whose signature was found right. */
export type HdpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** '' when there is none. */
  readonly fileName: string;
  readonly body: SpooledFile;
};

/**
 * One signed GET of schemas/hdp.openapi.yaml. The body is whole and its signature right when it resolves; the caller
 * disposes of it.
 * @throws DZ_SOURCE_…, DZ_HDP_UNSIGNED
 */
export async function askHdp(
  target: string,
  access: HdpAccess,
  deps: HdpDeps,
  signal: AbortSignal,
): Promise<HdpAnswer> {
  const base = access.url.pathname.replace(/\/$/, '');
  const url = new URL(`${base}${target}`, access.url);
  const nonce = deps.nonce();
  const signed = { method: 'GET', target: `${url.pathname}${url.search}`, bodySha256: EMPTY_BODY_SHA256 };
  const answer = await httpCall(url, {
    headers: { authorization: authorizationOf(access.key, signed, { nowMs: deps.now(), nonce }) },
    tls: access.tls,
    signal,
    ...(access.limits ? { limits: access.limits } : {}),
  });
  const hash = createHash('sha256');
  const body = await SpooledFile.of(answer.body, (chunk) => void hash.update(chunk));
  const { status, headers } = answer;
  const fileName = headerText(headers, 'duizhang-file-name');
  const timestamp = headerText(headers, 'duizhang-timestamp');
  const signature = headerText(headers, 'duizhang-signature');
  const said = { status, nonce, bodySha256: hash.digest('hex'), fileName };
  if (isAnswerSignedBy(access.key.key, said, { timestamp, signature }, deps.now())) {
    return { status, headers, fileName, body };
  }
  await body.dispose();
  throw unsigned(url, status, signature !== '');
}

function unsigned(url: URL, status: number, hasSignature: boolean): DuizhangError {
  const what = hasSignature
    ? 'a wrong signature, an old one or other bytes than were signed'
    : 'no signature';
  return new DuizhangError(
    'DZ_HDP_UNSIGNED',
    `${url.host}${url.pathname} answered ${status} with ${what}; check that both sides hold the same key and the right time`,
    { details: { status } },
  );
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
