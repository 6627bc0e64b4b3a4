import type { Merchant } from '../../domain/merchant.ts';
import type { MerchantSources } from '../config/sourcesConfig.ts';
import type { AlipayAccess } from './alipay/alipayBills.ts';
import type { HdpAccess } from './hdp/hdpClient.ts';
import type { SecretPlace } from './secrets.ts';
import { machineKey, publicText, rsaPrivateKey, rsaPublicKey, secretText } from './secrets.ts';
import type { WechatAccess } from './wechat/wechatBills.ts';

// How a merchant's places are reached, with their secrets read. Each throws DZ_CONFIG_INVALID naming the file, the line and
// the path of a secret that is not there or no good.

const WECHAT_URL = 'https://api.mch.weixin.qq.com';
const ALIPAY_URL = 'https://openapi.alipay.com/gateway.do';

type Raw = MerchantSources['raw'];

export function hdpAccess(
  raw: NonNullable<Raw['hdp']>,
  own: MerchantSources,
  env: NodeJS.ProcessEnv,
): HdpAccess {
  const tlsText = (name: 'caFile' | 'certFile' | 'keyFile'): string | null => {
    const file = raw.tls?.[name];
    if (file === undefined) return null;
    const place = placeAt(own, env, ['hdp', 'tls', name]);
    return name === 'keyFile' ? secretText({ keyFile: file }, place) : publicText(file, place);
  };
  const [ca, cert, key] = [tlsText('caFile'), tlsText('certFile'), tlsText('keyFile')];
  if ((cert === null) !== (key === null)) {
    throw own.fail(['hdp', 'tls'], 'certFile and keyFile go together');
  }
  return {
    url: new URL(raw.url),
    key: { keyId: raw.keyId, key: machineKey(raw, placeAt(own, env, ['hdp'])) },
    tls: raw.tls ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } : null,
  };
}

export function wechatAccess(
  raw: NonNullable<Raw['wechat']>,
  merchant: Merchant,
  own: MerchantSources,
  env: NodeJS.ProcessEnv,
): WechatAccess {
  const place = placeAt(own, env, ['wechat']);
  const ownNo = merchant.channels.find(({ channel }) => channel === 'WECHAT')?.merchantNo ?? '';
  const mchid = raw.mchid ?? ownNo;
  return {
    url: new URL(raw.url ?? WECHAT_URL),
    key: { mchid, serialNo: raw.serialNo, privateKey: rsaPrivateKey(raw, place) },
    platformKeys: new Map(
      raw.platformKeys.map(({ serialNo, file }) => [serialNo, rsaPublicKey(file, place)]),
    ),
    subMchid: mchid === ownNo ? null : ownNo,
  };
}

export function alipayAccess(
  raw: NonNullable<Raw['alipay']>,
  own: MerchantSources,
  env: NodeJS.ProcessEnv,
): AlipayAccess {
  const place = placeAt(own, env, ['alipay']);
  const token = {
    ...(raw.authTokenFile === undefined ? {} : { keyFile: raw.authTokenFile }),
    ...(raw.authTokenEnv === undefined ? {} : { keyEnv: raw.authTokenEnv }),
  };
  return {
    url: new URL(raw.url ?? ALIPAY_URL),
    appId: raw.appId,
    privateKey: String(rsaPrivateKey(raw, place).export({ type: 'pkcs1', format: 'pem' })),
    alipayPublicKey: String(rsaPublicKey(raw.alipayKeyFile, place).export({ type: 'spki', format: 'pem' })),
    appAuthToken: Object.keys(token).length > 0 ? secretText(token, place) : null,
  };
}

function placeAt(
  { folder, fail }: MerchantSources,
  env: NodeJS.ProcessEnv,
  steps: readonly string[],
): SecretPlace {
  return { folder, env, fail: (message) => fail(steps, message) };
}
