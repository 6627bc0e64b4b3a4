import { describe, expect, test } from 'vitest';
import { runReconcile, SAMPLES } from './reconcileHarness.ts';

const DAY_ONE = {
  merchant: ['his-20260309.csv'],
  platform: ['platform-20260309.csv'],
  channel: ['wechat-all-20260309.csv', 'alipay-trade-20260309.zip', 'unionpay-20260309.zip'],
};
const DAY_TWO = {
  merchant: ['his-20260310.csv'],
  platform: ['platform-20260310.csv'],
  channel: ['wechat-all-20260310.csv', 'alipay-trade-20260310.zip'],
};
type Books = Readonly<Partial<Record<'merchant' | 'platform' | 'channel', readonly string[]>>>;

const argsOf = (...days: readonly Books[]): string[] =>
  (['merchant', 'platform', 'channel'] as const).flatMap((book) => {
    const files = days.flatMap((day) => day[book] ?? []);
    return files.length === 0 ? [] : [`--${book}`, ...files.map((file) => `${SAMPLES}/${file}`)];
  });

const shortOf = (exceptions: readonly Record<string, unknown>[]) =>
  exceptions.map((e) => [
    e['orderNo'],
    e['refundNo'],
    e['verdict'],
    e['possibleDuplicateOf'],
    e['possiblyCrossDay'],
  ]);

/** reference: "What the planted items of samples/ give once both days' books are in". */
const PLANTED = [
  ['HP20260309000027', null, 'MERCHANT_ONLY', null, false],
  ['HP20260309000028', null, 'CHANNEL_ONLY', null, false],
  ['HP20260309000029', null, 'PLATFORM_ONLY', null, false],
  ['HP20260309000030', null, 'AMOUNT_MISMATCH', null, false],
  ['HP20260309000031', 'RF20260309000010', 'AMOUNT_MISMATCH', null, false],
  ['HP20260309000032', 'RF20260309000012', 'CHANNEL_ONLY', null, false],
  ['HP20260309000035', null, 'CHANNEL_ONLY', 'HP20260309000034', false],
  ['HP20260309100015', null, 'PLATFORM_MISSING', null, false],
  ['HP20260309100016', 'RF20260309000011', 'MERCHANT_ONLY', null, false],
];

describe('reconcile on the sample bills', () => {
  test('finds every planted difference of both days and nothing else', async () => {
    const { exitCode, json } = await runReconcile([...argsOf(DAY_ONE, DAY_TWO), '--json']);
    expect(exitCode).toBe(1);
    expect(shortOf(json.exceptions)).toEqual(PLANTED);
    // 49 + 9 + 6 equal rows and the first order of the twice paid pair; the offset's two rows; the midnight pair.
    expect(json.verdicts).toEqual({
      MATCHED: 65,
      AMOUNT_MISMATCH: 2,
      MERCHANT_ONLY: 2,
      PLATFORM_ONLY: 1,
      CHANNEL_ONLY: 3,
      PLATFORM_MISSING: 1,
      OFFSET: 2,
      CROSS_DAY: 1,
    });
    expect(json.books['channel']).toEqual({
      payments: 62,
      refunds: 12,
      paymentFen: '9590976',
      refundFen: '1180061',
    });
    expect(json.errors).toEqual([]);
  });

  test('says first that the bill of a channel was not given, and which exceptions come of that', async () => {
    const files = { ...DAY_ONE, channel: DAY_ONE.channel.filter((name) => !name.startsWith('alipay')) };
    const { json, stderr } = await runReconcile([...argsOf(files), '--json']);
    const ofAlipay = json.exceptions.filter(
      ({ channel, channelFen }) => channel === 'ALIPAY' && channelFen === null,
    );
    expect(json.missingBills).toEqual([{ channel: 'ALIPAY', exceptions: ofAlipay.length }]);
    expect(ofAlipay.length).toBeGreaterThan(5);
    expect(stderr).toContain(`no bill of ALIPAY was given: ${ofAlipay.length} of the exceptions`);

    const whole = await runReconcile([...argsOf(DAY_ONE), '--json']);
    expect(whole.json.missingBills).toEqual([]);
    const plain = await runReconcile([
      ...argsOf({ merchant: DAY_ONE.merchant, platform: DAY_ONE.platform }),
      '--channel',
      `${SAMPLES}/platform-20260309.csv`,
      '--json',
    ]);
    expect(plain.json.missingBills).toEqual([]);
  });

  test('says of the midnight payment, with the first day alone, that its counterpart may come tomorrow', async () => {
    const { json } = await runReconcile([...argsOf(DAY_ONE), '--json']);
    const crossDay = json.exceptions.filter((e) => e['possiblyCrossDay'] === true);
    expect(crossDay).toHaveLength(1);
    expect(crossDay[0]).toMatchObject({ verdict: 'CHANNEL_ONLY', kind: 'PAYMENT', merchantFen: null });
    expect(json.exceptions).toHaveLength(PLANTED.length + 1);
  });

  test('gives for --date only what has a side on that date', async () => {
    const { exitCode, json } = await runReconcile([
      ...argsOf(DAY_ONE, DAY_TWO),
      '--date',
      '2026-03-10',
      '--json',
    ]);
    expect(exitCode).toBe(0);
    expect(json.outcome).toBe('BALANCED');
    expect(json.verdicts).toEqual({ MATCHED: 6, CROSS_DAY: 1 });
    expect(json.books['merchant']?.payments).toBe(7);
    expect(json.books['platform']?.payments).toBe(6);
  });

  test('compares platform and channel alone in the two-way mode', async () => {
    const { json } = await runReconcile([...argsOf({ ...DAY_ONE, merchant: [] }), '--json']);
    expect(json.mode).toBe('TWO_WAY');
    expect(Object.keys(json.books)).toEqual(['platform', 'channel']);
  });

  test('counts a bill that is given twice, plain or packed, once', async () => {
    const once = await runReconcile([...argsOf(DAY_ONE), '--json']);
    const again = {
      channel: ['wechat-all-20260309.csv', 'wechat-all-20260309.csv.gz'],
      platform: DAY_ONE.platform,
    };
    const twice = await runReconcile([...argsOf(DAY_ONE, again), '--json']);
    expect(twice.json).toEqual(once.json);
    expect(twice.stderr).toContain('counts once');
  });
});
