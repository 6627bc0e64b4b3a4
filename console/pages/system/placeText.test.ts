import { expect, test } from 'vitest';
import { zh } from '../../labels/zh.ts';
import { placeText } from './placeText.ts';

const said = (place: string): string => placeText(place, zh.system.secretPlace, (id) => `医院 ${id}`);

test('what a secret is for is said in words', () => {
  expect(
    [
      'H001 hdp',
      'H001 hdp.tls',
      'H001 wechat',
      'H001 alipay.authTokenFile',
      'H001 refunds.upp',
      'machine front keys.0',
      'alerts contact duty key',
      'access oidc.login',
      'log.kafka sasl',
    ].map(said),
  ).toEqual([
    '医院 H001 · 前置机取账单',
    '医院 H001 · 前置机取账单',
    '医院 H001 · 微信取账单',
    '医院 H001 · 支付宝取账单',
    '医院 H001 · 支付平台退款',
    '前置机 front 上传',
    '告警联系人 duty',
    '统一登录',
    '事件日志',
  ]);
});

test('a place that this console does not know is said as the configuration has it', () => {
  expect(said('vault somewhere')).toBe('vault somewhere');
});
