import { DuizhangError } from '../../domain/errors.ts';
import type { GatewayRoute, RefundGateway, RefundGateways } from '../../domain/resolutionPorts.ts';
import type { Config } from '../config/loadConfig.ts';
import type { UppConfig } from '../config/refundsConfig.ts';
import { alipayAccess, wechatAccess } from '../sources/access.ts';
import { machineKey } from '../sources/secrets.ts';
import { alipayRefunds } from './alipayRefunds.ts';
import type { GatewayDeps } from './answers.ts';
import { provenFailures } from './provenFailures.ts';
import type { UppAccess } from './uppRefunds.ts';
import { uppRefunds } from './uppRefunds.ts';
import { wechatRefunds } from './wechatRefunds.ts';

/**
 * The gateways of all merchants. Secrets of those that a route leads to are read at once, so that what is wrong with them is
 * told at the start; another one, which an intent of before may still name, is opened when it is asked for.
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of a secret that is not there or no good
 */
export function openGateways(config: Config, env: NodeJS.ProcessEnv, deps: GatewayDeps): RefundGateways {
  const opened = new Map<string, RefundGateway>();
  const gateway = (merchantId: string, route: GatewayRoute): RefundGateway => {
    const known = opened.get(`${route} ${merchantId}`);
    if (known) return known;
    const made = gatewayOf(merchantId, route, { config, env, deps });
    if (made === null) {
      throw noRoute(`${merchantId} has no refund gateway ${route} (any more); see refunds and sources of it`);
    }
    const proven = provenFailures(made);
    opened.set(`${route} ${merchantId}`, proven);
    return proven;
  };
  for (const [merchantId, { routes }] of config.refunds) {
    for (const route of routes.values()) gateway(merchantId, route);
  }
  return {
    routeOf(merchantId, channel) {
      const route = config.refunds.get(merchantId)?.routes.get(channel);
      if (route !== undefined) return route;
      throw noRoute(
        `no gateway refunds payments of ${merchantId} through ${channel}; name one under refunds`,
      );
    },
    gateway,
  };
}

type Opening = { readonly config: Config; readonly env: NodeJS.ProcessEnv; readonly deps: GatewayDeps };

function gatewayOf(
  merchantId: string,
  route: GatewayRoute,
  { config, env, deps }: Opening,
): RefundGateway | null {
  const merchant = config.merchants.get(merchantId);
  const own = config.sources.get(merchantId);
  if (!merchant) return null;
  switch (route) {
    case 'upp': {
      const upp = config.refunds.get(merchantId)?.upp;
      return upp ? uppRefunds(uppAccess(upp, env), deps) : null;
    }
    case 'wechat':
      return own?.raw.wechat ? wechatRefunds(wechatAccess(own.raw.wechat, merchant, own, env), deps) : null;
    case 'alipay':
      return own?.raw.alipay ? alipayRefunds(alipayAccess(own.raw.alipay, own, env), deps) : null;
  }
}

function uppAccess({ raw, folder, fail }: UppConfig, env: NodeJS.ProcessEnv): UppAccess {
  const place = { folder, env, fail: (message: string) => fail([], message) };
  return { url: new URL(raw.url), key: { keyId: raw.keyId, key: machineKey(raw, place) } };
}

function noRoute(why: string): DuizhangError {
  return new DuizhangError('DZ_REFUND_NO_ROUTE', `${why} in duizhang.config.yaml`);
}
