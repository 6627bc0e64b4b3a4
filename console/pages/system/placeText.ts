import type { Labels } from '../../labels/zh.ts';

type Words = Labels['system']['secretPlace'];

const OF_HOSPITAL =
  /^(\S+) (hdp|hdp\.tls|wechat|alipay|alipay\.authTokenFile|alipay\.authTokenEnv|refunds\.upp)$/;
const OF_MACHINE = /^machine (.+) keys\.\d+$/;
const OF_CONTACT = /^alerts contact (.+) (?:key|sign)$/;

/** What a secret is for, of the place of the configuration that names it (adapters/sources/namedSecrets.ts). */
export function placeText(place: string, words: Words, nameOf: (merchantId: string) => string): string {
  const [, merchantId = '', what = ''] = OF_HOSPITAL.exec(place) ?? [];
  if (merchantId !== '') return `${nameOf(merchantId)} · ${ofHospital(what, words)}`;
  const [, machine] = OF_MACHINE.exec(place) ?? [];
  if (machine !== undefined) return words.machine(machine);
  const [, contact] = OF_CONTACT.exec(place) ?? [];
  if (contact !== undefined) return words.contact(contact);
  if (place === 'access oidc.login') return words.login;
  return place.startsWith('log.kafka ') ? words.kafka : place;
}

function ofHospital(what: string, words: Words): string {
  if (what.startsWith('hdp')) return words.hdp;
  if (what === 'wechat') return words.wechat;
  return what === 'refunds.upp' ? words.upp : words.alipay;
}
