import { AlipayRequestError, AlipaySdk } from 'alipay-sdk';
import { localOfInstant } from '../../../domain/businessDate.ts';
import type { BillAnswer, BillSource, WantedBill } from '../../../domain/billSource.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { failed, failedBy } from '../failure.ts';
import type { HttpLimits } from '../../http/httpCall.ts';
import { httpCall } from '../../http/httpCall.ts';
import { SpooledFile } from '../spooledFile.ts';

export type AlipayAccess = {
  /** Of the gateway, e.g. https://openapi.alipay.com/gateway.do */
  readonly url: URL;
  readonly appId: string;
  /** PEM, PKCS#1. */
  readonly privateKey: string;
  /** Alipay's own, PEM. */
  readonly alipayPublicKey: string;
  /** Token of a hospital that lets a service provider act for it; null: the application is the hospital's own. */
  readonly appAuthToken: string | null;
  readonly limits?: HttpLimits;
};

export type AlipayDeps = { readonly now: () => number };

const METHOD = 'alipay.data.dataservice.bill.downloadurl.query';
const GATEWAY_TIMEOUT_MS = 20_000;
/** The URL lives 30 seconds. */
const URL_TRIES = 2;
const ZIP = Buffer.from('PK');

/** The trade bill (业务账单) of a merchant at Alipay. */
export function alipayBills(access: AlipayAccess, deps: AlipayDeps): BillSource {
  const sdk = new AlipaySdk({
    appId: access.appId,
    privateKey: access.privateKey,
    keyType: 'PKCS1',
    alipayPublicKey: access.alipayPublicKey,
    gateway: access.url.href,
    timeout: access.limits?.answerWithinMs ?? GATEWAY_TIMEOUT_MS,
  });
  return {
    name: 'alipay',
    host: access.url.host,
    async fetch(wanted, signal) {
      try {
        for (let left = URL_TRIES; ; left -= 1) {
          const said = await askForUrl(sdk, wanted, access, deps.now());
          if (said.kind !== 'url') return said;
          const answer = await download(said.url, wanted, access, signal);
          if (answer !== 'EXPIRED') return answer;
          if (left === 1)
            return failed('DZ_ALIPAY_URL', 'the download URL had expired as soon as it was given');
        }
      } catch (error) {
        return failedBy(error);
      }
    },
  };
}

type UrlAnswer = { readonly kind: 'url'; readonly url: URL } | BillAnswer;

async function askForUrl(
  sdk: AlipaySdk,
  wanted: WantedBill,
  { appAuthToken }: AlipayAccess,
  nowMs: number,
): Promise<UrlAnswer> {
  const asked = await sdk
    .exec(
      METHOD,
      {
        // The SDK would write this machine's local time, the gateway expects Beijing's.
        timestamp: localOfInstant(nowMs),
        bizContent: { bill_type: 'trade', bill_date: wanted.date },
        ...(appAuthToken === null ? {} : { appAuthToken }),
      },
      { validateSign: true },
    )
    .then(
      (said) => ({ said }),
      (error: unknown) => ({ failure: answerOfSdkError(error) }),
    );
  if ('failure' in asked) return asked.failure;
  const { said } = asked;
  const url: unknown = said['billDownloadUrl'];
  if (said.code === '10000' && typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url)) {
    return { kind: 'url', url: new URL(url) };
  }
  return answerOfProblem(said.code, textOf(said['subCode']), textOf(said['subMsg'] ?? said.msg));
}

/** Codes: https://opendocs.alipay.com/common/02km9f, and those of the interface itself, whose prefix varies. */
function answerOfProblem(code: string, subCode: string, message: string): BillAnswer {
  const detail = `Alipay answered ${code} ${subCode} ${message}`.trim();
  const name = subCode.replace(/^is[pv]\./i, '').toLowerCase();
  if (name === 'bill_not_exist') return { kind: 'no-trade', isCertain: false, detail };
  if (code === '40005' || name === 'app-call-limited' || name === 'call-limited') {
    return failed('DZ_SOURCE_RATE_LIMITED', detail);
  }
  if (code === '20000' || /^isp\./i.test(subCode)) return failed('DZ_ALIPAY_FAILED', detail);
  return failed('DZ_ALIPAY_REFUSED', `${detail}; check the application, its keys and its rights`, {
    needsPerson: true,
  });
}

/** The SDK's messages hold what was signed, tokens and all: only what kind of failure it was goes on. */
function answerOfSdkError(error: unknown): BillAnswer {
  if (!(error instanceof AlipayRequestError)) throw error;
  const { responseDataRaw } = error;
  if (responseDataRaw === undefined) {
    return failed('DZ_SOURCE_UNREACHABLE', 'Alipay cannot be reached, or did not answer in time');
  }
  const unsigned = /"error_response"\s*:\s*\{[^{}]*"sub_code"\s*:\s*"([\w.-]{1,100})"/.exec(
    String(responseDataRaw),
  );
  if (unsigned) return answerOfProblem('', `isv.${unsigned[1]?.replace(/^is[pv]\./, '')}`, '(not signed)');
  const [kind] = error.message.split(/[，,:(]/);
  return failed('DZ_ALIPAY_FAILED', `Alipay's answer cannot be taken: ${kind ?? ''}`);
}

async function download(
  url: URL,
  wanted: WantedBill,
  access: AlipayAccess,
  signal: AbortSignal,
): Promise<BillAnswer | 'EXPIRED'> {
  const answer = await httpCall(url, { signal, ...(access.limits ? { limits: access.limits } : {}) });
  if (answer.status !== 200) {
    answer.discard();
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return 'EXPIRED';
    return failed('DZ_ALIPAY_FAILED', `the download answered ${answer.status}`);
  }
  const file = await SpooledFile.of(answer.body);
  const opening = await openingOf(file);
  if (!opening.subarray(0, 2).equals(ZIP)) {
    await file.dispose();
    // 下载超时,请重新下载, in GBK or UTF-8: whatever is no archive is asked for again.
    return 'EXPIRED';
  }
  if (!(await endsAsZip(file))) {
    await file.dispose();
    throw new DuizhangError(
      'DZ_SOURCE_CUT',
      `the bill's archive ends in the middle, after ${file.sizeBytes} bytes`,
    );
  }
  return {
    kind: 'bill',
    bill: {
      fileName: `alipay-${access.appId}-${wanted.date}.csv.zip`,
      from: `${url.host}${url.pathname}`,
      open: () => file.open(),
      dispose: () => file.dispose(),
    },
  };
}

async function openingOf(file: SpooledFile): Promise<Buffer> {
  for await (const chunk of file.open()) return Buffer.from(chunk.subarray(0, 64));
  return Buffer.alloc(0);
}

/** A zip ends with its directory's end record: nothing else tells a body cut off by a proxy that set a new length. */
async function endsAsZip(file: SpooledFile): Promise<boolean> {
  let tail = Buffer.alloc(0);
  for await (const chunk of file.open()) tail = Buffer.concat([tail, chunk]).subarray(-65_557);
  return tail.includes(Buffer.from([0x50, 0x4b, 5, 6]));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
