import { expect, test } from 'vitest';
import type { Alert } from './alert.ts';
import { ALERT_KINDS, ALERT_SEVERITIES } from './alert.ts';
import { alertText, beijingTime, yuanText } from './alertText.ts';

/** 2026-03-09 10:02 in Beijing. */
const SINCE_MS = Date.UTC(2026, 2, 9, 2, 2);
const NOW_MS = SINCE_MS + 15 * 60_000;

function alert(more: Partial<Alert> = {}): Alert {
  return {
    kind: 'FEED_SILENT',
    merchantId: 'H012',
    book: 'MERCHANT',
    channel: null,
    detail: '',
    alertId: 'a1',
    version: 1,
    state: 'OPEN',
    severity: 'CRITICAL',
    sinceMs: SINCE_MS,
    untilMs: null,
    openedAtMs: SINCE_MS + 60_000,
    updatedAtMs: SINCE_MS + 60_000,
    closedAtMs: null,
    orders: 312,
    left: 312,
    amountFen: 4_821_000n,
    evidence: { silentFor: '480 s' },
    acknowledgedBy: null,
    acknowledgedAtMs: null,
    note: '',
    ...more,
  };
}

const closed = { state: 'CLOSED', closedAtMs: SINCE_MS + 9 * 60_000 } as const;

test('a silent book is told with its hospital, its time and what waits', () => {
  expect(alertText(alert(), NOW_MS, '西城示范医院')).toEqual({
    title: 'H012 HIS 自 10:02 起无数据：312 笔尚未对平，¥48,210.00',
    lines: ['级别：严重 · 数据中断', '医院：H012 西城示范医院', '开始：10:02', '编号：a1'],
  });
});

test('its end says what is settled and what is left', () => {
  const titleOf = (more: Partial<Alert>) => alertText(alert({ ...closed, ...more }), NOW_MS, null).title;
  expect(titleOf({ left: 1 })).toBe('H012 HIS 已于 10:11 恢复：312 笔中 311 笔已对平，剩 1 笔');
  expect(titleOf({ left: 0 })).toBe('H012 HIS 已于 10:11 恢复：312 笔已全部对平');
  expect(titleOf({ orders: 0, left: 0 })).toBe('H012 HIS 已于 10:11 恢复');
});

test.each([
  ['CHANNEL_ONE_SIDED', { channel: 'WECHAT' }, 'H012 微信 自 10:02 起 HIS 缺单：312 笔尚未对平，¥48,210.00'],
  ['AMOUNT_WRONG', { book: null }, 'H012 自 10:02 起两方金额不一致：312 笔，¥48,210.00'],
  ['PAID_TWICE', { book: null }, 'H012 自 10:02 起有重复支付：312 笔，¥48,210.00'],
  ['CLOCK_WRONG', {}, 'H012 HIS 自 10:02 起事件时间与时钟不符：312 笔'],
  ['ORDERS_ONE_SIDED', { book: null }, 'H012 自 10:02 起 有单边订单：312 笔尚未对平，¥48,210.00'],
  ['DEAD_LETTERS', { merchantId: '', book: null, left: 1200 }, '系统 自 10:02 起有无法识别的数据：1,200 条'],
  ['DAY_NOT_CLOSED', { book: null, detail: '2026-03-08' }, 'H012 2026-03-08 到时仍未日结'],
  [
    'BILL_LATE',
    { book: 'CHANNEL', channel: 'ALIPAY', detail: '2026-03-08' },
    'H012 2026-03-08 支付宝账单 到时仍未收到',
  ],
  [
    'REFUND_STUCK',
    { book: null, channel: 'WECHAT', left: 2, amountFen: 5n },
    'H012 微信 退款 自 10:02 起没有最终结果：2 笔，¥0.05',
  ],
  ['MATCH_RATE_LOW', { book: null }, 'H012 自 10:02 起匹配率偏低：312 笔单边，¥48,210.00'],
] as const)('%s has words of its own', (kind, more, title) => {
  expect(alertText(alert({ kind, ...more }), NOW_MS, null).title).toBe(title);
});

test('every kind, severity and state has a text, and none of them shows evidence', () => {
  const texts = ALERT_KINDS.flatMap((kind) =>
    ALERT_SEVERITIES.flatMap((severity) =>
      [{}, closed].map((more) =>
        alertText(
          alert({ kind, severity, channel: kind === 'CHANNEL_ONE_SIDED' ? 'WECHAT' : null, ...more }),
          NOW_MS,
          null,
        ),
      ),
    ),
  );
  for (const { title, lines } of texts) {
    expect(title).toMatch(/^H012 /);
    expect(JSON.stringify([title, lines])).not.toMatch(/undefined|NaN|480 s/);
  }
  expect(new Set(texts.map(({ title }) => title)).size).toBe(2 * ALERT_KINDS.length);
});

test('a time of another day has its date, and of another year its year', () => {
  expect(beijingTime(SINCE_MS, SINCE_MS + 24 * 3_600_000)).toBe('03-09 10:02');
  expect(beijingTime(SINCE_MS, Date.UTC(2027, 0, 1))).toBe('2026-03-09 10:02');
  // 23:59 and 00:01 of two Beijing days within one of UTC.
  expect(beijingTime(Date.UTC(2026, 2, 9, 15, 59), Date.UTC(2026, 2, 9, 16, 1))).toBe('03-09 23:59');
});

test.each([
  [0n, '¥0.00'],
  [99_999n, '¥999.99'],
  [100_000n, '¥1,000.00'],
  [-123_456_789n, '-¥1,234,567.89'],
])('%s fen are %s', (fen, text) => {
  expect(yuanText(fen)).toBe(text);
});
