import { expect, test } from 'vitest';
import type { HisOrderEvent } from './event.ts';
import { encodeEvent } from './eventCodec.ts';
import { letterReader } from './letterFacts.ts';
import { wechatHospital } from '../../test/fixtures/hospital.ts';

const hospital = wechatHospital('H001');
const order: HisOrderEvent = {
  eventId: 'e-1',
  merchantId: 'H001',
  kind: 'PAYMENT',
  orderNo: 'YT1',
  refundNo: null,
  hisOrderNo: 'HIS1',
  amountFen: 2500n,
  occurredAtMs: Date.parse('2026-11-24T23:59:59.999+08:00'),
  businessType: '',
};
const merchants = new Map([[hospital.merchantId, hospital]]);
const read = letterReader(merchants);
const letterOf = (value: Uint8Array) => read({ partition: 'his-orders/1', value });

test('a letter says whose it is, and which field is wrong by which rule, in Chinese', () => {
  expect(letterOf(encodeEvent('his-orders', { ...order, amountFen: -5n }))).toEqual({
    merchantId: 'H001',
    orderNo: 'YT1',
    fault: expect.objectContaining({
      code: 'DZ_EVENT_INVALID',
      field: 'amountFen',
      reasonZh: expect.stringContaining('金额为 -5 分，应为 1 至'),
    }),
  });
});

test('what has become right since is found to be so', () => {
  const later = new Map(merchants);
  const value = encodeEvent('his-orders', { ...order, merchantId: 'H002' });
  const readLater = letterReader(later);
  expect(readLater({ partition: 'his-orders/1', value }).fault).toMatchObject({
    code: 'DZ_EVENT_UNKNOWN_MERCHANT',
    reasonZh: '医院编号 "H002" 未配置',
  });
  later.set('H002', { ...hospital, merchantId: 'H002' });
  expect(readLater({ partition: 'his-orders/1', value })).toEqual({
    merchantId: 'H002',
    orderNo: 'YT1',
    fault: null,
  });
});

test('JSON in the place of Avro is named so, and still tells whose it is; other bytes tell nothing', () => {
  expect(letterOf(Buffer.from('{"merchantId":"H001","orderNo":7}'))).toMatchObject({
    merchantId: 'H001',
    orderNo: null,
    fault: { code: 'DZ_EVENT_UNDECODABLE', reasonZh: '内容是 JSON 文本，而约定的是 Avro 单对象编码' },
  });
  expect(letterOf(Buffer.from([1, 2, 3]))).toMatchObject({
    merchantId: null,
    fault: { reasonZh: '不是 Avro 单对象编码：开头为 010203，应为 c301 和 8 字节指纹' },
  });
  const short = encodeEvent('his-orders', order).subarray(0, -2);
  expect(letterOf(short).fault).toMatchObject({ field: 'occurredAt', code: 'DZ_EVENT_UNDECODABLE' });
});
