import type { Channel } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES } from '../../domain/merchant.ts';

const NUMBERS: Readonly<Record<Channel, string>> = {
  WECHAT: '1900000',
  ALIPAY: '2088000000000',
  UNIONPAY: '777000000000',
};

/** Hospitals with two channels, every other one with all three. */
export function hospitals(count: number): readonly Merchant[] {
  return Array.from({ length: count }, (_, index) => {
    const digits = String(index + 1).padStart(3, '0');
    const channels: readonly Channel[] =
      index % 2 === 0 ? ['WECHAT', 'ALIPAY', 'UNIONPAY'] : ['WECHAT', 'ALIPAY'];
    return {
      merchantId: `S${digits}`,
      name: '示例市第一医院',
      mode: 'THREE_WAY',
      channels: channels.map((channel) => ({ channel, merchantNo: `${NUMBERS[channel]}${digits}` })),
      rules: DEFAULT_RULES,
      graceMs: 0,
    };
  });
}
