import type { BillAnswer, BillSource, SourceFailure, WantedBill } from '../../../domain/billSource.ts';
import { DuizhangError } from '../../../domain/errors.ts';
import { failed } from '../failure.ts';
import { retryAfterMs } from '../../http/httpCall.ts';
import type { SpooledFile } from '../spooledFile.ts';
import type { HdpAccess, HdpAnswer, HdpDeps } from './hdpClient.ts';
import { askHdp } from './hdpClient.ts';

/** The bills of a hospital's front-end machine. However it fails, the answer is DZ_HDP_FAILED with the detail. */
export function hdpBills(access: HdpAccess, deps: HdpDeps): BillSource {
  return {
    name: 'hdp',
    host: access.url.host,
    async fetch(wanted, signal) {
      try {
        const query = new URLSearchParams({
          merchantId: wanted.merchantId,
          date: wanted.date,
          book: wanted.book,
        });
        const answer = await askHdp(`/hdp/v1/bills?${query.toString()}`, access, deps, signal);
        return await answerOf(answer, wanted, access, deps.now());
      } catch (error) {
        return hdpFailure(error);
      }
    },
  };
}

/** @throws what is no failure of the machine */
export function hdpFailure(error: unknown): SourceFailure {
  if (!(error instanceof DuizhangError)) throw error;
  const status = error.details['status'];
  return failed('DZ_HDP_FAILED', `${error.code}: ${error.message}`, {
    needsPerson: status === 401 || status === 403,
  });
}

async function answerOf(
  answer: HdpAnswer,
  wanted: WantedBill,
  access: HdpAccess,
  nowMs: number,
): Promise<BillAnswer> {
  const { status, headers, body } = answer;
  const from = `${access.url.host}/hdp/v1/bills`;
  if (status === 200 && body.sizeBytes > 0 && answer.fileName !== '') {
    const fileName = nameOf(answer.fileName, wanted);
    return {
      kind: 'bill',
      bill: { fileName, from, open: () => body.open(), dispose: () => body.dispose() },
    };
  }
  const text = await openingOf(body);
  await body.dispose();
  if (status === 202) {
    const askAgainAtMs = retryAfterMs(headers, nowMs);
    return { kind: 'not-ready', askAgainAtMs, detail: `${from} has not made the bill yet` };
  }
  if (status === 204) return { kind: 'no-trade', isCertain: true, detail: `${from}: no trade that day` };
  if (status === 200) return failed('DZ_HDP_FAILED', `${from} answered 200 without a bill or its name`);
  return failed('DZ_HDP_FAILED', `${from} answered ${status}${text === '' ? '' : `: ${text}`}`, {
    askAgainAtMs: retryAfterMs(headers, nowMs),
    needsPerson: status === 401 || status === 403,
  });
}

/** The name is another machine's: never a path. */
function nameOf(encoded: string, { book, date }: WantedBill): string {
  try {
    const name = decodeURIComponent(encoded).split(/[/\\]/).at(-1)?.slice(-200) ?? '';
    if (name !== '' && name !== '.' && name !== '..') return name;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  return `${book.toLowerCase()}-${date}`;
}

async function openingOf(body: SpooledFile): Promise<string> {
  for await (const chunk of body.open()) {
    return Buffer.from(chunk.subarray(0, 300)).toString('utf8').replaceAll(/\s+/g, ' ').trim();
  }
  return '';
}
