import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuizhangError } from '../../domain/errors.ts';
import { DEFAULT_UNPACK_LIMITS } from './limits.ts';
import { readBill } from './readBill.ts';
import {
  alipayDetail,
  alipayRow,
  chunksOf,
  gbk,
  PLAIN_HEADER,
  readAll,
  wechatBill,
  WECHAT_ALL_HEADER,
  ZM_REFUND,
  zipOf,
  zmLine,
} from './testBills.ts';

const SAMPLES = new URL('../../test/fixtures/samples/', import.meta.url);
const sample = (name: string) => readFileSync(new URL(name, SAMPLES));
const WECHAT = wechatBill([{}, { txnNo: '42002', orderNo: 'HP2', amount: '318.46' }, { state: 'REFUND' }]);
const PLAIN = `${PLAIN_HEADER}\nHP1,4200,,PAYMENT,25.00,2026-03-05 10:15:22,WECHAT,CHECKUP,R1\n`;
const ALIPAY = alipayDetail([alipayRow({})], {
  trade: '1笔，商家实收共18.00元',
  refund: '0笔，商家实收退款共0.00元',
});

describe('the sample bills', () => {
  type Totals = { payments: number; refunds: number; payment_fen: number; refund_fen: number };
  const expected = JSON.parse(sample('expected.json').toString()) as {
    totals: Record<string, Record<string, Record<string, Totals>>>;
  };
  const FILES: Record<string, string[]> = {
    WECHAT: ['wechat-all-$.csv', 'wechat-all-$.csv.gz', 'wechat-all-legacy-$.csv'],
    ALIPAY: ['alipay-trade-$.zip'],
    UNIONPAY: ['unionpay-$.zip'],
  };
  const channelBills = Object.entries(expected.totals).flatMap(([date, books]) =>
    Object.entries(books['channel'] ?? {}).flatMap(([channel, totals]) =>
      (FILES[channel] ?? [])
        .map((name) => name.replace('$', date.replaceAll('-', '')))
        .filter((name) => readdirSync(SAMPLES).includes(name))
        .map((name) => ({ name, date, totals })),
    ),
  );

  test.each(channelBills)('$name gives the totals of expected.json', async ({ name, date, totals }) => {
    const { lines, report } = await readAll(sample(name));
    expect(report).toMatchObject({
      billDate: date,
      payments: totals.payments,
      refunds: totals.refunds,
      paymentFen: BigInt(totals.payment_fen),
      refundFen: BigInt(totals.refund_fen),
      errorCount: 0,
      empty: false,
    });
    expect(lines).toHaveLength(report.rows);
  });

  const plainBooks = Object.entries(expected.totals).flatMap(([date, books]) =>
    [
      { name: `his-${date.replaceAll('-', '')}.csv`, totals: books['merchant'] },
      { name: `platform-${date.replaceAll('-', '')}.csv`, totals: books['platform'] },
    ].map((book) => ({ ...book, date })),
  );

  test.each(plainBooks)(
    '$name gives the totals of expected.json, channel by channel',
    async ({ name, totals }) => {
      const { lines } = await readAll(sample(name));
      const found: Record<string, Totals> = {};
      for (const line of lines) {
        const own = (found[line.channel ?? ''] ??= {
          payments: 0,
          payment_fen: 0,
          refunds: 0,
          refund_fen: 0,
        });
        own[line.kind === 'PAYMENT' ? 'payments' : 'refunds'] += 1;
        own[line.kind === 'PAYMENT' ? 'payment_fen' : 'refund_fen'] += Number(line.amountFen);
      }
      expect(found).toEqual(totals);
    },
  );

  test('the ALL bill, its gzip, and SUCCESS and REFUND together say the same lines', async () => {
    const byKey = async (...names: string[]) => {
      const lines = (await Promise.all(names.map((name) => readAll(sample(name))))).flatMap(
        (bill) => bill.lines,
      );
      return lines
        .map(({ kind, orderNo, refundNo, amountFen, channelTxnNo, occurredAtMs }) =>
          [kind, orderNo, refundNo, amountFen, channelTxnNo, occurredAtMs].join(' '),
        )
        .sort();
    };
    const all = await byKey('wechat-all-20260309.csv');
    expect(await byKey('wechat-all-20260309.csv.gz')).toEqual(all);
    expect(await byKey('wechat-all-legacy-20260309.csv')).toEqual(all);
    expect(await byKey('wechat-success-20260309.csv', 'wechat-refund-20260309.csv')).toEqual(all);
  });

  test('the Alipay account bill is read for its totals and fees, and is no book', async () => {
    const { lines, report } = await readAll(sample('alipay-signcustomer-20260309.zip'));
    expect(lines).toEqual([]);
    expect(report).toMatchObject({
      format: 'alipay-account',
      billDate: '2026-03-09',
      rows: 38,
      otherRows: 38,
      accountOnly: true,
      footer: 'VERIFIED',
      errorCount: 0,
      // 107.45 taken, 12.00 given back.
      feeMilliFen: 9_545_000n,
    });
  });
});

describe('a file that cannot be trusted as a whole is refused', () => {
  const zipWith = async (from: string, to: string) => {
    const zip = await zipOf({ [from]: Buffer.from(PLAIN) });
    return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
  };
  const flipped = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 0xff;
    return copy;
  };
  const refusals: [string, string, () => Uint8Array | string | Promise<Uint8Array>][] = [
    ['of 0 bytes', 'DZ_BILL_EMPTY_FILE', () => ''],
    ['of a BOM alone', 'DZ_BILL_EMPTY_FILE', () => '\ufeff'],
    ['of blank lines', 'DZ_BILL_EMPTY_FILE', () => '\r\n\r\n'],
    ['that is a gzip of nothing', 'DZ_BILL_EMPTY_FILE', () => gzipSync('')],
    ['that is a zip of nothing', 'DZ_BILL_EMPTY_FILE', () => zipOf({})],
    ['in UTF-16 LE', 'DZ_BILL_UTF16', () => Buffer.from(`\ufeff${PLAIN}`, 'utf16le')],
    ['in UTF-16 without a BOM', 'DZ_BILL_UTF16', () => Buffer.from(PLAIN, 'utf16le')],
    [
      'of binary junk',
      'DZ_BILL_NOT_TEXT',
      () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]),
    ],
    ['of control characters', 'DZ_BILL_NOT_TEXT', () => '\x01\x02\x03\n'],
    ['that is no encoding we know', 'DZ_BILL_NOT_TEXT', () => Buffer.from([0xff, 0x41, 0x42, 10])],
    ['with a NUL among its rows', 'DZ_BILL_NOT_TEXT', () => PLAIN.replace('R1', 'R\0')],
    ['with a header nobody knows', 'DZ_BILL_UNKNOWN_FORMAT', () => 'a,b,c\n1,2,3\n'],
    ['of an error page', 'DZ_BILL_UNKNOWN_FORMAT', () => '下载超时,请重新下载'],
    ['without a needed column', 'DZ_BILL_HEADER', () => PLAIN.replace('occurred_at', 'time')],
    ['with a column twice', 'DZ_BILL_HEADER', () => PLAIN.replace('business_type', 'amount')],
    ['that lost its summary', 'DZ_BILL_NO_SUMMARY', () => wechatBill([{}], { tail: false })],
    ['cut inside its summary', 'DZ_BILL_TRUNCATED', () => WECHAT.slice(0, -50)],
    ['cut inside a row', 'DZ_BILL_TRUNCATED', () => WECHAT.slice(0, 700)],
    ['that goes on behind its summary', 'DZ_BILL_TRAILING_LINES', () => WECHAT + WECHAT],
    ['that is a cut gzip', 'DZ_BILL_DAMAGED', () => gzipSync(WECHAT).subarray(0, 200)],
    ['that is a gzip header alone', 'DZ_BILL_DAMAGED', () => Buffer.from([0x1f, 0x8b])],
    ['that is a gzip with a flipped byte', 'DZ_BILL_DAMAGED', () => flipped(gzipSync(WECHAT), 100)],
    [
      'that is a cut zip',
      'DZ_BILL_DAMAGED',
      async () => (await zipOf({ a: Buffer.from(PLAIN) })).subarray(0, 90),
    ],
    [
      'that is a zip with a flipped byte',
      'DZ_BILL_DAMAGED',
      async () => flipped(await zipOf({ a: gbk(ALIPAY) }), 90),
    ],
    ['whose zip leaves its folder', 'DZ_BILL_UNSAFE_ARCHIVE', () => zipWith('aa/bill.csv', '../bill.csv')],
    ['whose zip names a root', 'DZ_BILL_UNSAFE_ARCHIVE', () => zipWith('aa/bill.csv', '/a/bill.csv')],
    [
      'whose zip holds a zip',
      'DZ_BILL_UNKNOWN_FORMAT',
      async () => zipOf({ a: await zipOf({ b: Buffer.from(PLAIN) }) }),
    ],
    [
      'whose zip holds two formats',
      'DZ_BILL_TWO_FORMATS',
      () => zipOf({ a: Buffer.from(PLAIN), b: Buffer.from(WECHAT) }),
    ],
    [
      'that is an error answer of v2',
      'DZ_BILL_ERROR_ANSWER',
      () => '<xml><return_code>FAIL</return_code><return_msg>SIGN ERROR</return_msg></xml>',
    ],
    ['that is an error answer of v3', 'DZ_BILL_ERROR_ANSWER', () => '{"code":"STATEMENT_CREATING"}'],
    [
      'whose amounts add up beyond Int64',
      'DZ_AMOUNT_OVERFLOW',
      () => plainOf('92233720368547758.07', '0.01'),
    ],
  ];

  test.each(refusals)('a file %s: %s', async (_, code, bytes) => {
    const { lines, report } = readBill(chunksOf(await bytes(), 1000), {});
    const drain = async () => {
      for await (const batch of lines) void batch;
    };
    const refusal: unknown = await drain().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DuizhangError);
    expect(refusal).toMatchObject({ code, messageZh: expect.stringMatching(/[\u4e00-\u9fff]{4}/) });
    // What a decompressor says of its bytes is English, and so is what the channel answered; nothing else is.
    if (!['DZ_BILL_DAMAGED', 'DZ_BILL_ERROR_ANSWER'].includes(code))
      expect((refusal as DuizhangError).messageZh).not.toMatch(/\b[a-z]{2,} [a-z]{2,}\b/);
    await expect(report).rejects.toBe(refusal);
  });

  test('the refusal of an unknown header says which headers are known', async () => {
    await expect(readAll('a,b,c\n')).rejects.toThrow(/"a,b,c".*微信订单号.*支付宝业务明细查询.*order_no/s);
  });

  test('an archive that unpacks to too much is refused as a bomb while it unpacks', async () => {
    const zeros = ' '.repeat(1 << 20) + '\n';
    const limits = { ...DEFAULT_UNPACK_LIMITS, freeBytes: 1 << 19 };
    const text = PLAIN + zeros.slice(1 << 19);
    for (const bomb of [gzipSync(text), await zipOf({ a: Buffer.from(text) })]) {
      await expect(readAll(bomb, { limits })).rejects.toMatchObject({ code: 'DZ_BILL_BOMB' });
      await expect(readAll(bomb, { limits: { ...limits, maxBytes: 1000 } })).rejects.toMatchObject({
        code: 'DZ_BILL_BOMB',
      });
    }
  });

  test('a bill of another channel than the one asked for is refused', async () => {
    await expect(readAll(WECHAT, { channel: 'ALIPAY' })).rejects.toMatchObject({
      code: 'DZ_BILL_CHANNEL_MISMATCH',
    });
  });

  test('a gigabyte without a line end is refused after its first MiB', async () => {
    let served = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(1 << 16, 'x');
      yield Buffer.from(PLAIN);
      for (; served < 1 << 30; served += chunk.length) yield chunk;
    };
    const drain = async () => {
      for await (const batch of readBill(endless(), {}).lines) void batch;
    };
    await expect(drain()).rejects.toMatchObject({ code: 'DZ_BILL_LINE_TOO_LONG' });
    expect(served).toBeLessThan(2 << 20);
  });

  test('a line of just 1 MiB is a row like any other', async () => {
    const { report } = await readAll(`${PLAIN}${'x'.repeat(1 << 20)}\n`);
    expect(report.errors.map(({ code, raw }) => [code, raw.length])).toEqual([['DZ_ROW_COLUMN_COUNT', 500]]);
  });

  test('a failure of the byte source reaches the reader as it is', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield gzipSync(WECHAT).subarray(0, 100);
      throw new Error('the disk is gone');
    };
    const drain = async () => {
      for await (const batch of readBill(broken(), {}).lines) void batch;
    };
    await expect(drain()).rejects.toThrow('the disk is gone');
  });

  test('the report of a bill that is not read to its end rejects instead of hanging', async () => {
    const { lines, report } = readBill(chunksOf(PLAIN + PLAIN.slice(PLAIN.indexOf('\n') + 1), 100), {});
    for await (const batch of lines) if (batch.length > 0) break;
    await expect(report).rejects.toMatchObject({ code: 'DZ_BILL_NOT_READ' });
  });
});

function plainOf(...amounts: string[]): string {
  const rows = amounts.map(
    (amount, at) => `HP${at},4200${at},,PAYMENT,${amount},2026-03-05 10:15:22,WECHAT,,`,
  );
  return [PLAIN_HEADER, ...rows, ''].join('\n');
}

describe('a bill of a day without trade', () => {
  test.each([
    [
      'a v2 answer',
      '<xml><return_code>FAIL</return_code><return_msg><![CDATA[No Bill Exist]]></return_msg></xml>',
    ],
    ['a v2 answer over several lines', '<xml>\n<return_msg>NO Bill Exist</return_msg>\n</xml>\n'],
    ['a v3 answer', '{"code":"NO_STATEMENT_EXIST","message":"请求的账单文件不存在"}'],
    ['a WeChat bill of no rows', wechatBill([])],
    [
      'an Alipay bill of no rows',
      alipayDetail([], { trade: '0笔，商家实收共0.00元', refund: '0笔，商家实收退款共0.00元' }),
    ],
    ['a plain header', `${PLAIN_HEADER}\n`],
  ])('%s is empty, not refused', async (_, bytes) => {
    const { report } = await readAll(bytes);
    expect(report).toMatchObject({ empty: true, rows: 0, errorCount: 0 });
  });

  test('UnionPay files of 0 bytes are empty when their archive names them', async () => {
    const zip = await zipOf({ INN26030588ZM_777: Buffer.alloc(0), INN26030588ZME_777: Buffer.alloc(0) });
    expect((await readAll(zip)).report).toMatchObject({ format: 'unionpay-zm', empty: true });
  });
});

describe('the same bill', () => {
  const zm = Buffer.concat([zmLine({}), Buffer.from('\r\n'), zmLine(ZM_REFUND), Buffer.from('\r\n')]);
  const bills: [string, () => Promise<Buffer>][] = [
    ['WeChat', () => Promise.resolve(Buffer.from(WECHAT))],
    ['gzipped WeChat', () => Promise.resolve(gzipSync(WECHAT))],
    ['Alipay in UTF-8', () => Promise.resolve(Buffer.from(ALIPAY))],
    ['Alipay in GBK, zipped', () => zipOf({ a: gbk(ALIPAY) })],
    ['UnionPay', () => Promise.resolve(zm)],
    ['plain', () => Promise.resolve(Buffer.from(PLAIN))],
  ];

  test.each(bills)('gives the same rows however its bytes are cut: %s', async (_, bill) => {
    const bytes = await bill();
    const whole = await readAll(bytes);
    expect(whole.report.errorCount).toBe(0);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 80 }), async (chunkBytes) => {
        expect(await readAll(bytes, {}, chunkBytes)).toEqual(whole);
      }),
      { numRuns: 12, examples: [[1]] },
    );
  });

  test.each([
    ['WeChat', WECHAT],
    ['Alipay', ALIPAY],
    ['plain', PLAIN],
  ])(
    'means the same with or without BOM, with CRLF or LF, with or without the last line end: %s',
    async (_, text) => {
      const { lines } = await readAll(text);
      const bare = text.replace('\ufeff', '');
      for (const variant of [
        bare,
        `\ufeff${bare}`,
        bare.replaceAll('\r\n', '\n'),
        bare.replaceAll(/\r?\n/g, '\r\n'),
        bare.trimEnd(),
        bare.replaceAll('\n', '\n\n'),
      ]) {
        const withoutPlace = (line: object) => ({ ...line, line: 0 });
        expect((await readAll(variant)).lines.map(withoutPlace)).toEqual(lines.map(withoutPlace));
      }
    },
  );

  test.each([
    ['WeChat', WECHAT_ALL_HEADER, WECHAT],
    ['plain', PLAIN_HEADER, PLAIN],
  ])('means the same with its columns in another order, and one more: %s', async (_, header, text) => {
    const { lines } = await readAll(text);
    const columns = header.split(',').length;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: columns }, (__, i) => i),
          { minLength: columns },
        ),
        async (order) => {
          const bill = text.split(/\r?\n/).map((line) => {
            const cells = line.replace('\ufeff', '').split(',');
            if (cells.length !== columns) return line;
            return [...order.map((column) => cells[column]), line.includes('`') ? '`x' : 'x'].join(',');
          });
          expect((await readAll(bill.join('\n'))).lines).toEqual(lines);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('one changed amount is never taken where the bill has totals', async () => {
    const rows = [
      {},
      { txnNo: '42002', orderNo: 'HP2', amount: '318.46' },
      { state: 'REFUND', fee: '-0.06000' },
    ];
    const text = wechatBill(rows);
    const amounts = [...text.matchAll(/`(-?\d+\.\d{2,5})(?=[,\r])/g)].filter(
      // 代金券金额 is in no total.
      ({ index }) => text.slice(text.lastIndexOf('\n', index) + 1, index).split(',').length !== 14,
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...amounts), fc.integer({ min: 1, max: 9 }), async (amount, add) => {
        const at = amount.index + amount[0].length - (amount[1]?.includes('-') ? 4 : 1);
        const digit = (Number(text[at]) + add) % 10;
        await expect(readAll(text.slice(0, at) + digit + text.slice(at + 1))).rejects.toMatchObject({
          code: 'DZ_BILL_TOTALS_MISMATCH',
        });
      }),
      { numRuns: 60 },
    );
  });
});

test('short words of GBK that are words of UTF-8 too are read by their row', async () => {
  const row = 'HP1,42,,PAYMENT,1.00,2026-03-05 10:00:00,WECHAT,住院,R1\n';
  const { lines } = await readAll(gbk(`${PLAIN_HEADER}\n${row}`));
  expect(lines[0]).toMatchObject({ businessType: '住院', hisOrderNo: 'R1' });
  expect((await readAll(`${PLAIN_HEADER}\n${row}`)).lines[0]).toMatchObject({ businessType: '住院' });
});

test('a row of a hundred thousand three-digit cells is told in no time', async () => {
  const begunAt = performance.now();
  const { report } = await readAll(`${PLAIN_HEADER}\nA1,T1,,PAYMENT,1${',255'.repeat(250_000)}\n`);
  expect(report.errors.map(({ code }) => code)).toEqual(['DZ_ROW_COLUMN_COUNT']);
  expect(performance.now() - begunAt).toBeLessThan(2_000);
});
