import { makeEventDecoder } from '../../adapters/events/eventCodec.ts';
import { orderKeyOf } from '../../domain/entry.ts';
import type { DeadLetter } from '../../domain/ports.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { EXCEPTION_CODES } from '../../domain/verdict.ts';
import { EntryWriter } from '../join/entryWriter.ts';
import type { RealtimeJoin } from '../join/realtime.ts';
import { startRealtime } from '../join/realtime.ts';
import { acceptedLossOf } from '../join/resumePositions.ts';
import type { watchOf } from './keepWatch.ts';
import type { PipelineParts } from './parts.ts';
import { pauseMs } from '../rounds.ts';
import type { Share } from '../share.ts';

/** How long an event may be on its way to the log, and how wrong a producer's clock may be. */
const IDLE_GRACE_MS = 300;
const CLOCK_SKEW_MS = 60_000;
/** Rows in one insert: fewer would give ClickHouse many small parts. */
const ENTRIES_A_WRITE = 50_000;
const ENTRY_DELAY_MS = 1_000;

type Watching = Pick<ReturnType<typeof watchOf>, 'lookout' | 'verdictFeed'>;

/** Joins what the log gives this process, and says of it what metrics, logs and the watch want to know. */
export function joinEvents(parts: PipelineParts, watching: Watching, share: Share): Promise<RealtimeJoin> {
  const { pino: log, config, clock, metrics, traces, lateness } = parts;
  const { lookout, verdictFeed } = watching;

  /** Of all orders there would be too many lines: of those that somebody traces there is one. */
  function tellOneSided({ merchantId, kind, orderNo, refundNo, code }: Verdict): void {
    const traceparent = traces.of(orderKeyOf(merchantId, orderNo));
    if (traceparent === undefined || !traces.mayTell(clock.wallMs())) return;
    const matchKey = [kind, orderNo, ...(refundNo === null ? [] : [refundNo])].join(' ');
    log.info({ merchantId, matchKey, code, traceparent }, 'the books differ about an order');
  }

  function tellDeadLetter({ partition, position, code }: DeadLetter, traceparent: string | undefined): void {
    if (!traces.mayTell(clock.wallMs())) return;
    log.warn({ partition, position, code, traceparent }, 'a record of the log is no event');
  }

  return startRealtime({
    log: parts.eventLog.log,
    window: parts.window,
    ledger: parts.ledger,
    board: parts.board,
    clock,
    pause: pauseMs,
    entries: new EntryWriter(parts.ledger, { maxRows: ENTRIES_A_WRITE, maxDelayMs: ENTRY_DELAY_MS }),
    decode: makeEventDecoder({ merchants: config.merchants, registry: parts.eventLog.registry }),
    rulesOf: parts.rulesOf,
    closedDays: parts.closedDays,
    watermark: { skewMs: CLOCK_SKEW_MS },
    idleGraceMs: IDLE_GRACE_MS,
    acceptedLoss: acceptedLossOf(parts.env),
    ownSlots: () => share.slots,
    onLate: () => metrics.lateEvents.inc(),
    onTrace: ({ merchantId, orderNo }, traceparent) =>
      traces.remember(orderKeyOf(merchantId, orderNo), traceparent),
    onDeadLetter: tellDeadLetter,
    onEvent: (entry, nowMs) => {
      lookout.seeEvent(entry, nowMs);
      lateness.see(entry, nowMs);
    },
    watcher: {
      wants: (judged) => lookout.knows(judged) || verdictFeed.wants(judged),
      see: (judged) => {
        lookout.seeDifference(judged);
        verdictFeed.see(judged);
        if (EXCEPTION_CODES.has(judged.verdict.code)) tellOneSided(judged.verdict);
      },
    },
    ...(parts.outputs === null ? {} : { outputs: parts.outputs }),
    onVerdicts: (counts) => {
      for (const [code, count] of counts) metrics.verdicts.inc({ code }, count);
    },
    onLetGo: (partitions) => {
      for (const partition of partitions) {
        metrics.lag.remove({ partition });
        metrics.watermarkDelay.remove({ partition });
      }
    },
    onBatch: ({ partition, end, partitionEnd }, summary, joinMs) => {
      const topic = partition.slice(0, partition.lastIndexOf('/'));
      metrics.events.inc({ topic }, summary.events);
      metrics.deadLetters.inc({ topic }, summary.deadLetters);
      lookout.seeDeadLetters(summary.deadLetters, clock.now());
      metrics.lag.set({ partition }, partitionEnd - end);
      if (summary.latestEventMs !== null) {
        metrics.watermarkDelay.set({ partition }, (clock.now() - summary.latestEventMs) / 1000);
      }
      if (summary.events > 0) metrics.batch.observe(joinMs / 1000);
    },
  });
}
