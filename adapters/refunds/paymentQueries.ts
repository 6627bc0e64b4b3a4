import type { Channel } from '../../domain/entry.ts';
import type { PaymentAnswer, PaymentQuery } from '../../domain/selfHealing.ts';
import type { Config } from '../config/loadConfig.ts';
import { alipayAccess, wechatAccess } from '../sources/access.ts';
import { alipayPayment } from './alipayPayment.ts';
import type { GatewayDeps } from './answers.ts';
import { wechatPayment } from './wechatPayment.ts';

/** One order at its channel just now, asked with the keys under `sources`. */
export type PaymentNow = (orderNo: string, deps: GatewayDeps) => Promise<PaymentAnswer>;

/**
 * The channels' own order queries, of hospitals whose self-healing may ask them. A channel without keys is never clear.
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of a secret that is not there or no good
 */
export function paymentQueries(config: Config, env: NodeJS.ProcessEnv, deps: GatewayDeps): PaymentQuery {
  const queries = new Map<string, PaymentNow>();
  for (const [merchantId, own] of config.sources) {
    const merchant = config.merchants.get(merchantId);
    if (!merchant || config.healing.get(merchantId)?.isIntraday !== true) continue;
    const { wechat, alipay } = own.raw;
    const put = (channel: Channel, query: PaymentNow): unknown =>
      queries.set(`${channel} ${merchantId}`, query);
    if (wechat) put('WECHAT', wechatPayment(wechatAccess(wechat, merchant, own, env)));
    if (alipay) put('ALIPAY', alipayPayment(alipayAccess(alipay, own, env)));
  }
  return {
    async paymentNow({ merchantId, orderNo, channel }) {
      const query = queries.get(`${channel} ${merchantId}`);
      if (query) return query(orderNo, deps);
      return { state: 'UNCLEAR', detail: `${merchantId} has no keys under sources to ask ${channel} with` };
    },
  };
}
