import type { SourceName } from '../../domain/billSource.ts';
import type { Book, Channel } from '../../domain/entry.ts';
import type { Config } from '../config/loadConfig.ts';

export type SourcePlace = {
  readonly source: Extract<SourceName, 'hdp' | 'wechat' | 'alipay'>;
  readonly book: Book;
  readonly channel: Channel | null;
};

/** The bills that a merchant's sources bring. */
export function placesOf(config: Config, merchantId: string): readonly SourcePlace[] {
  const raw = config.sources.get(merchantId)?.raw;
  const books = raw?.hdp ? (raw.hdp.books ?? ['merchant' as const]) : [];
  return [
    ...books.map((book) => {
      return { source: 'hdp', book: book === 'merchant' ? 'MERCHANT' : 'PLATFORM', channel: null } as const;
    }),
    ...(raw?.wechat ? [{ source: 'wechat', book: 'CHANNEL', channel: 'WECHAT' } as const] : []),
    ...(raw?.alipay ? [{ source: 'alipay', book: 'CHANNEL', channel: 'ALIPAY' } as const] : []),
  ];
}
