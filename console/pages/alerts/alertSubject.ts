import type { Labels } from '../../labels/zh.ts';
import type { AlertItem } from './queries.ts';

/** What an alert is about, without its kind and hospital: the book, the channel, what else tells it apart. */
export function alertSubject({ book, channel, detail }: AlertItem, { codes, common }: Labels): string {
  const parts = [
    book === null ? '' : codes.feed[book],
    channel === null ? '' : codes.channel[channel],
    codes.businessType[detail] ?? detail,
  ];
  const named = parts.filter((part) => part !== '').join(' · ');
  return named === '' ? common.none : named;
}
