import { describe, expect, test } from 'vitest';
import type { BookSum } from '../../domain/closePorts.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import { failuresOf } from './outcome.ts';

const lines = (book: Book, channel: Channel | null): BookSum => ({
  book,
  channel,
  kind: 'PAYMENT',
  lines: 1,
  fen: 100n,
  plainFen: 100n,
});

const wechat = [lines('MERCHANT', 'WECHAT'), lines('PLATFORM', 'WECHAT'), lines('CHANNEL', 'WECHAT')];
const his = lines('MERCHANT', null);

describe('a day closes when', () => {
  test.each<[string, readonly BookSum[], readonly Channel[]]>([
    ['all books have lines', wechat, ['WECHAT']],
    ['nothing happened anywhere', [], []],
    ['nothing happened and an empty bill says so', [], ['WECHAT']],
    ['nobody has anything of a channel whose bill is missing', wechat, ['WECHAT']],
    ['the HIS lines name no channel', [his, ...wechat.slice(1)], ['WECHAT']],
  ])('%s', (_, sums, imported) => {
    expect(failuresOf('THREE_WAY', sums, new Set(imported))).toEqual({});
  });

  test('the merchant is empty but does not take part', () => {
    expect(failuresOf('TWO_WAY', wechat.slice(1), new Set(['WECHAT']))).toEqual({});
  });
});

describe('a day fails with', () => {
  test.each<[string, readonly BookSum[], readonly Channel[], readonly string[]]>([
    ['MERCHANT_BILL_EMPTY: no line of HIS', wechat.slice(1), ['WECHAT'], ['MERCHANT_BILL_EMPTY']],
    ['PLATFORM_BILL_EMPTY: no line of ours', wechat.toSpliced(1, 1), ['WECHAT'], ['PLATFORM_BILL_EMPTY']],
    ['BILL_NOT_READY: a channel without a bill', wechat.slice(0, 2), [], ['BILL_NOT_READY']],
    ['CHANNEL_BILL_EMPTY: a bill without a line', wechat.slice(0, 2), ['WECHAT'], ['CHANNEL_BILL_EMPTY']],
    [
      'BILL_NOT_READY: one channel missing behind another that is there',
      [...wechat, lines('PLATFORM', 'ALIPAY')],
      ['WECHAT'],
      ['BILL_NOT_READY'],
    ],
    ['everything that is wrong', [his], [], ['PLATFORM_BILL_EMPTY', 'BILL_NOT_READY']],
    [
      'each channel of its own',
      [...wechat.slice(0, 2), lines('PLATFORM', 'ALIPAY')],
      ['WECHAT'],
      ['CHANNEL_BILL_EMPTY', 'BILL_NOT_READY'],
    ],
  ])('%s', (_, sums, imported, reasons) => {
    const failures = failuresOf('THREE_WAY', sums, new Set(imported));
    expect(Object.keys(failures).toSorted()).toEqual(reasons.toSorted());
  });

  test('words that name the channel and what the others hold', () => {
    const sums = [...wechat, lines('PLATFORM', 'ALIPAY'), lines('MERCHANT', 'ALIPAY')];
    expect(failuresOf('THREE_WAY', sums, new Set(['WECHAT']))).toEqual({
      BILL_NOT_READY: 'ALIPAY has 2 lines in the other books; the bill is not there',
    });
  });
});
