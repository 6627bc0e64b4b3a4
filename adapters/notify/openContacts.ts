import type { AlertContact } from '../../domain/deliveryPorts.ts';
import { unreachable } from '../../domain/errors.ts';
import type { AlertsConfig, ContactConfig } from '../config/alertsConfig.ts';
import { signSecretOf } from '../config/alertsConfig.ts';
import type { SecretPlace } from '../sources/secrets.ts';
import { machineKey, publicText, secretText } from '../sources/secrets.ts';
import { mailContact } from './mail.ts';
import type { NotifyDeps } from './postJson.ts';
import type { RobotAccess } from './robots.ts';
import { robotContact } from './robots.ts';
import { webhookContact } from './signedWebhook.ts';

/**
 * The contacts of the configuration, ready to be told.
 * @throws DZ_CONFIG_INVALID naming the file, the line and the contact of a secret that is not there or no good
 */
export function openContacts(
  alerts: AlertsConfig,
  env: NodeJS.ProcessEnv,
  deps: NotifyDeps,
): ReadonlyMap<string, AlertContact> {
  return new Map(Array.from(alerts.contacts, ([name, config]) => [name, openContact(config, env, deps)]));
}

export function openContact(
  { raw, folder, fail }: ContactConfig,
  env: NodeJS.ProcessEnv,
  deps: NotifyDeps,
): AlertContact {
  const place: SecretPlace = { folder, env, fail: (message) => fail([], message) };
  const ca = raw.caFile === undefined ? null : publicText(raw.caFile, place);
  switch (raw.type) {
    case 'dingtalk':
    case 'wecom':
    case 'feishu': {
      const sign = signSecretOf(raw);
      const { url, token } = robotAddress(raw.type, secretText(raw, place), raw.url, place);
      return robotContact(
        raw.type,
        { url, token, signSecret: sign === null ? null : secretText(sign, place) },
        deps,
      );
    }
    case 'webhook':
      return webhookContact(new URL(raw.url ?? ''), machineKey(raw, place), { ...deps, ca });
    case 'email': {
      const { host = '', from = '', to = [], tls = 'starttls', user } = raw;
      const port = raw.port ?? { always: 465, starttls: 587, none: 25 }[tls];
      const account = user === undefined ? null : { name: user, password: secretText(raw, place) };
      return mailContact({ host, port, tls, user: account, from, to, ca }, deps.withinMs);
    }
    default:
      return unreachable(raw.type);
  }
}

const ADDRESSES = {
  dingtalk: { url: 'https://oapi.dingtalk.com/robot/send', parameter: 'access_token' },
  wecom: { url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send', parameter: 'key' },
  // The token is the last part of the path.
  feishu: { url: 'https://open.feishu.cn/open-apis/bot/v2/hook', parameter: null },
} as const;

const TOKEN = /^[\w.-]{1,256}$/;

/** @param secret the token alone, or the robot's whole address as its page shows it */
function robotAddress(
  kind: keyof typeof ADDRESSES,
  secret: string,
  base: string | undefined,
  { fail }: SecretPlace,
): Pick<RobotAccess, 'url' | 'token'> {
  const known = ADDRESSES[kind];
  const url = new URL(base ?? known.url);
  const token = secret.includes('://') ? tokenInside(secret, known.parameter) : secret;
  if (!TOKEN.test(token)) throw fail('its key is neither a token of a robot nor the whole address of one');
  if (known.parameter === null) url.pathname = `${url.pathname.replace(/\/$/, '')}/${token}`;
  else url.searchParams.set(known.parameter, token);
  return { url, token };
}

function tokenInside(address: string, parameter: string | null): string {
  if (!URL.canParse(address)) return '';
  const url = new URL(address);
  return (parameter === null ? url.pathname.split('/').at(-1) : url.searchParams.get(parameter)) ?? '';
}
