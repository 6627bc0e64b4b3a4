import type { Channel } from '../domain/entry.ts';

/** A format of one channel speaks for that channel alone; a plain CSV may hold several, and may be any book. */
const FORMAT_CHANNEL: readonly { readonly prefix: string; readonly channel: Channel }[] = [
  { prefix: 'wechat', channel: 'WECHAT' },
  { prefix: 'alipay', channel: 'ALIPAY' },
  { prefix: 'unionpay', channel: 'UNIONPAY' },
];

export function channelOfFormat(format: string): Channel | null {
  return FORMAT_CHANNEL.find(({ prefix }) => format.startsWith(prefix))?.channel ?? null;
}
