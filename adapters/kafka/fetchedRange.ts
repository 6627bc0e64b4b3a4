import type Cluster from 'kafkajs/src/cluster/index.js';
import filterAbortedMessages from 'kafkajs/src/consumer/filterAbortedMessages.js';
import type { Position } from '../../domain/ports.ts';
import { traceparentOf } from '../../domain/traceparent.ts';
import type { FetchedRange } from './partitionFeed.ts';

const NOTHING = new Uint8Array(0);

/**
 * The records of an answer from a position on. Markers of transactions, records of those that were given up, and what
 * compaction took leave gaps; the range ends behind them, or a partition that ends with one would never be fully read.
 * Its end is the high watermark: what an open transaction holds back is a backlog, not silence.
 */
export function fetchedRangeOf(
  fetched: Cluster.FetchedPartition,
  from: Position,
  askedAtMs: number,
): FetchedRange {
  const { messages, abortedTransactions, highWatermark } = fetched;
  const shown = abortedTransactions?.length ? filterAbortedMessages(fetched) : messages;
  const records = [];
  for (const { offset, value, headers, isControlRecord } of shown) {
    const position = Number(offset);
    if (position < from || isControlRecord) continue;
    const traceparent = traceIn(headers);
    const record = { position, value: value ?? NOTHING };
    records.push(traceparent === null ? record : { ...record, traceparent });
  }
  return { records, end: Math.max(from, endOf(messages)), partitionEnd: Number(highWatermark), askedAtMs };
}

/** What is no W3C trace context, or several, is left out. */
function traceIn(headers: Cluster.FetchedMessage['headers']): string | null {
  const said = headers?.['traceparent'];
  return Buffer.isBuffer(said) ? traceparentOf(said.toString('latin1')) : null;
}

/** Behind the last batch, whatever of it is left. */
function endOf(messages: readonly Cluster.FetchedMessage[]): Position {
  const last = messages.at(-1);
  if (last === undefined) return 0;
  const { batchContext } = last;
  if (batchContext === undefined) return Number(last.offset) + 1;
  return Number(batchContext.firstOffset) + batchContext.lastOffsetDelta + 1;
}
