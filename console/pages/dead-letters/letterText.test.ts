import { expect, test } from 'vitest';
import { zh } from '../../labels/zh.ts';
import { adviceOf, fieldText } from './letterText.ts';

const letter = {
  code: 'DZ_EVENT_INVALID',
  partition: 'his-orders/1',
  position: 25,
  isMended: false,
} as const;
const advice = (other: Partial<Parameters<typeof adviceOf>[0]>, hospital: string | null): string =>
  adviceOf({ ...letter, ...other }, { labels: zh, hospital });

test('the advice names whom to ask: the hospital where the event tells it, and the platform for its own', () => {
  expect(advice({}, '市一医院')).toBe('请市一医院的 HIS 接口负责人更正内容后重新发送，本条无需重放');
  expect(advice({}, null)).toContain('请发送方 HIS（内容中看不出是哪家医院）');
  expect(advice({ partition: 'payments/0' }, '市一医院')).toContain('支付平台（芸泰，涉及市一医院的订单）');
});

test('what has been mended since is only to be replayed', () => {
  expect(advice({ isMended: true }, '市一医院')).toBe('按现在的配置已可识别，直接重放即可');
});

test('a field is called what it is, and as its sender writes it', () => {
  expect([
    fieldText('amountFen', zh),
    fieldText('eventId', zh),
    fieldText('x', zh),
    fieldText(null, zh),
  ]).toEqual(['金额（amountFen）', '事件编号（eventId）', 'x', '整条内容']);
});
