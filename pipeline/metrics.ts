import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The pipeline's metrics; units stand in the names, labels are few and bounded. */
export function pipelineMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'duizhang_pipeline_' });
  return {
    registry,
    events: new Counter({
      name: 'duizhang_events_total',
      help: 'Events read from the log and joined, repeats and replays included',
      labelNames: ['topic'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'duizhang_dead_letters_total',
      help: 'Records of the log that are no event of a known merchant',
      labelNames: ['topic'],
      registers,
    }),
    lateEvents: new Counter({
      name: 'duizhang_late_events_total',
      help: 'Events that came after their date had been closed',
      registers,
    }),
    verdicts: new Counter({
      name: 'duizhang_realtime_verdicts_total',
      help: 'Realtime verdicts stored, by verdict; a key that changes counts again',
      labelNames: ['code'],
      registers,
    }),
    lag: new Gauge({
      name: 'duizhang_log_lag_records',
      help: 'Records of a partition that are not read yet',
      labelNames: ['partition'],
      registers,
    }),
    watermarkDelay: new Gauge({
      name: 'duizhang_watermark_delay_seconds',
      help: 'How far event time of a partition is behind the clock',
      labelNames: ['partition'],
      registers,
    }),
    batch: new Histogram({
      name: 'duizhang_join_batch_seconds',
      help: 'From a range read to its last slot applied',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    caseRows: new Counter({
      name: 'duizhang_case_rows_total',
      help: 'Rows by which cases followed the verdicts: opened, changed, healed, opened again',
      registers,
    }),
    refundsEnded: new Counter({
      name: 'duizhang_refunds_recovered_total',
      help: 'Refunds without a final outcome that were followed to one',
      registers,
    }),
    healingDecisions: new Counter({
      name: 'duizhang_healing_decisions_total',
      help: 'Decisions of self-healing that are new on their case, by what was decided and why',
      labelNames: ['decision', 'reason'],
      registers,
    }),
    ledgerAway: new Counter({
      name: 'duizhang_ledger_away_total',
      help: 'Stretches in which the ledger did not answer and reading stood still',
      registers,
    }),
    besideAway: new Counter({
      name: 'duizhang_beside_log_away_total',
      help: 'Stretches in which the topics for others, or the schema registry, did not answer: reading stood still, but for kept schemas',
      labelNames: ['server'],
      registers,
    }),
    billFetches: new Counter({
      name: 'duizhang_bill_fetches_total',
      help: 'Calls for bills, by source and how the asking stands after them',
      labelNames: ['source', 'status'],
      registers,
    }),
    alertChanges: new Counter({
      name: 'duizhang_alert_changes_total',
      help: 'Alerts opened, updated and closed, by kind',
      labelNames: ['kind', 'state'],
      registers,
    }),
    alertsOpen: new Gauge({
      name: 'duizhang_alerts_open',
      help: 'Alerts that are open',
      registers,
    }),
    feedLateness: new Histogram({
      name: 'duizhang_feed_lateness_seconds',
      help: 'From a payment or a receipt to its event being read, of some of the events',
      labelNames: ['topic'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600],
      registers,
    }),
    feedNewest: new Gauge({
      name: 'duizhang_feed_newest_event_timestamp_seconds',
      help: 'When the newest event of a hospital occurred, where hospitals are told apart',
      labelNames: ['topic', 'merchant'],
      registers,
    }),
    openOneSided: new Gauge({
      name: 'duizhang_open_one_sided',
      help: 'Orders past their window that one of the two books lacks',
      labelNames: ['merchant'],
      registers,
    }),
    ledgerInsert: new Histogram({
      name: 'duizhang_ledger_insert_seconds',
      help: 'From rows being sent to their being on the disk of the ledger, retries included',
      labelNames: ['table'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    windowBytes: new Gauge({
      name: 'duizhang_window_redis_bytes',
      help: 'Memory that the Redis of the windows uses',
      registers,
    }),
    outboxEntries: new Gauge({
      name: 'duizhang_outbox_entries',
      help: 'Changes of the windows that the ledger does not have yet, a batch an entry',
      registers,
    }),
    openOrders: new Gauge({
      name: 'duizhang_open_orders',
      help: 'Orders in the realtime window that are not matched',
      registers,
    }),
  };
}

export type PipelineMetrics = ReturnType<typeof pipelineMetrics>;
