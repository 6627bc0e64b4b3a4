import { readFileSync } from 'node:fs';
import type { BillLine } from '../../../domain/ports.ts';
import {
  mappedDay,
  mappedJson,
  mappedReader,
  titledDay,
  workbookWith,
  WORKBOOK_SHEET,
  wrappedJson,
  wrappedReader,
} from '../mapped/testBooks.ts';
import type { CheckedBillReport } from '../readBill.ts';
import { zipOf, gbk } from '../testBills.ts';
import {
  alipayAccountDetail,
  ALIPAY_29_DAY,
  ALIPAY_DAY,
  ALIPAY_DAY_SUMMARY,
  fundBill,
  PLAIN_DAY,
  UNIONPAY_DAY,
  WECHAT_LAYOUTS,
  ZME_DAY,
} from '../testChannelBills.ts';

/** A good bill whose bytes are damaged at random. */
export type FuzzSeed = {
  readonly name: string;
  readonly bytes: Buffer;
  /** Packs damaged bytes again, where damage to the packing would be found by its checksum alone. */
  readonly pack?: (bytes: Buffer) => Promise<Buffer>;
  /** How it is read where no format of ours is its own. */
  readonly read?: (
    bytes: Buffer,
    chunkBytes: number,
  ) => Promise<{ readonly lines: readonly BillLine[]; readonly report: CheckedBillReport }>;
};

const POS_DAY = readFileSync(
  new URL('../../../test/fixtures/samples/unionpay-pos-20260309.csv', import.meta.url),
);

export const FUZZ_SEEDS: readonly FuzzSeed[] = [
  ...Object.entries(WECHAT_LAYOUTS).map(([layout, text]) => ({
    name: `wechat-trade ${layout}`,
    bytes: Buffer.from(text),
  })),
  { name: 'wechat-fund', bytes: Buffer.from(fundBill()) },
  { name: 'alipay-business', bytes: gbk(ALIPAY_DAY) },
  {
    name: 'alipay-business in a zip with its summary',
    bytes: gbk(ALIPAY_DAY),
    pack: (bytes) => zipOf({ detail: bytes, summary: gbk(ALIPAY_DAY_SUMMARY) }),
  },
  { name: 'alipay-business of 29 columns', bytes: Buffer.from(ALIPAY_29_DAY) },
  { name: 'alipay-account', bytes: gbk(alipayAccountDetail()) },
  { name: 'unionpay-zm', bytes: UNIONPAY_DAY },
  { name: 'unionpay-zm with a ZME', bytes: ZME_DAY, pack: (zme) => zipOf({ zm: UNIONPAY_DAY, zme }) },
  { name: 'unionpay-pos', bytes: POS_DAY },
  { name: 'plain-csv', bytes: Buffer.from(PLAIN_DAY) },
  { name: 'mapped-csv', bytes: gbk(mappedDay()), read: mappedReader },
  { name: 'mapped-csv with a title and a total', bytes: Buffer.from(titledDay()), read: mappedReader },
  { name: 'mapped-json in an object', bytes: Buffer.from(wrappedJson()), read: wrappedReader },
  { name: 'mapped-json', bytes: Buffer.from(mappedJson()), read: mappedReader },
  { name: 'mapped-xlsx', bytes: Buffer.from(WORKBOOK_SHEET), pack: workbookWith, read: mappedReader },
  {
    name: 'wechat-answer',
    bytes: Buffer.from(
      '<xml>\n<return_code>FAIL</return_code>\n<return_msg>No Bill Exist</return_msg>\n</xml>',
    ),
  },
];
