import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import { BOOKS_OF_MODE } from '../../domain/verdict.ts';
import type { ReconciledFiles } from './books.ts';

export type MissingBill = {
  readonly channel: Channel;
  /** Exceptions whose channel side is missing for that. */
  readonly exceptions: number;
};

/** Channels whose orders the other books have and whose bill was not given: nearly always a file that was forgotten. */
export function missingBills({
  result,
  billChannels,
}: Pick<ReconciledFiles, 'result' | 'billChannels'>): readonly MissingBill[] {
  if (billChannels === null || !BOOKS_OF_MODE[result.mode].includes('CHANNEL')) return [];
  return CHANNELS.filter((channel) => !billChannels.has(channel))
    .map((channel) => ({
      channel,
      exceptions: result.exceptions.filter((e) => e.channel === channel && e.channelFen === null).length,
    }))
    .filter(({ exceptions }) => exceptions > 0);
}
