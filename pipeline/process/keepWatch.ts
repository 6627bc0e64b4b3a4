import { clickHouseDeliveries } from '../../adapters/clickhouse/alertDeliveries.ts';
import { clickHouseAlertChanges } from '../../adapters/clickhouse/alertChanges.ts';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { isAway } from '../../adapters/clickhouse/patientLedger.ts';
import { clickHouseSlowFacts } from '../../adapters/clickhouse/slowFacts.ts';
import { openContacts } from '../../adapters/notify/openContacts.ts';
import { redisAlertsSent } from '../../adapters/redis/alertsSent.ts';
import { redisLiveChanges, redisLiveVerdicts } from '../../adapters/redis/liveChanges.ts';
import { redisWatchRelay } from '../../adapters/redis/watchRelay.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { DEFAULT_ALERT_RULES } from '../../domain/alertRules.ts';
import type { DifferingOrder } from '../../domain/alertPorts.ts';
import type { CloseLease } from '../../domain/closePorts.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import { hasLeft } from '../../domain/merchant.ts';
import { knownPartitions } from '../join/knownPartitions.ts';
import { HEARTBEAT_STALE_MS, lowestWatermark } from '../join/watermark.ts';
import { AlertQueue } from '../outputs/alertQueue.ts';
import type { PipelineParts } from './parts.ts';
import { AlertKeeper } from '../watch/keepAlerts.ts';
import { keepDelivering } from '../watch/keepDelivering.ts';
import { Lookout } from '../watch/lookout.ts';
import { SlowFindings } from '../watch/slow/slowFindings.ts';
import { VerdictFeed } from '../watch/verdictFeed.ts';
import { Watch } from '../watch/watch.ts';

/** With the verdicts' own way to the ledger well below the two seconds in which a deadline has to be told. */
const ALERTS_ROUND_MS = 100;
/** Where very many orders differ, looking at them takes no more than this share of the time. */
const ALERTS_SHARE = 0.1;
const LONGEST_ALERTS_ROUND_MS = 500;
const SLOW_LOOK_MS = 60_000;
/** After a close it is looked again, but no oftener: in the morning one follows the other. */
const LEAST_LOOK_MS = 5_000;
const VERDICTS_ROUND_MS = 500;
/** What nobody waits for. */
const SELDOM_MS = 2_000;
const DELIVERY_ROUND_MS = 1_000;
/** A keeper begins with the ledger, and with what was relayed while that may not have had it yet. */
const RELAY_BEFORE_MS = 10_000;
const HOLD_AGAINST_LEDGER_MS = 5 * 60_000;
const MOST_DIFFERING = 100_000;

/** What is seen of the stream, and the alerts that come of it, which one process keeps for all. */
export function watchOf(parts: PipelineParts) {
  const { pino: log, config, clock, metrics, clickhouse, windowRedis, board, eventLog, closedDays } = parts;
  const { rest, keepRounds, stopping } = parts;
  const now = (): number => clock.now();

  /** @param merchantId '' : of no hospital in particular */
  function alertRulesOf(merchantId: string): AlertRules {
    return config.alertRules.get(merchantId) ?? DEFAULT_ALERT_RULES;
  }
  /** What a hospital without a HIS tells has nothing that it could be held against. */
  const isWatched = (merchantId: string): boolean => config.merchants.get(merchantId)?.mode === 'THREE_WAY';
  const watch = new Watch(
    (merchantId) => {
      const merchant = config.merchants.get(merchantId);
      if (merchant?.mode !== 'THREE_WAY') return null;
      const { cutOffMs, windowMs } = merchant.rules;
      const rules = { ...alertRulesOf(merchantId), windowMs };
      // One that has left falls silent.
      return hasLeft(merchant, businessDateOf(now(), cutOffMs)) ? { ...rules, feedSilence: null } : rules;
    },
    () => alertRulesOf('').deadLetters,
  );
  const partitions = knownPartitions(eventLog.log, () => clock.wallMs());
  const watermark = async (): Promise<number | null> =>
    lowestWatermark(await partitions(), await board.read(), clock.wallMs(), HEARTBEAT_STALE_MS);
  const alertLedger = clickHouseAlertLedger(clickhouse);
  const slowFindings = new SlowFindings({
    merchants: () => config.merchants.values(),
    rulesOf: alertRulesOf,
    days: parts.schedule,
    isClosed: (merchantId, date) => closedDays.isClosed(merchantId, date),
    fetches: parts.fetches,
    facts: clickHouseSlowFacts(clickhouse),
    alerts: alertLedger,
  });
  const forOthers =
    parts.outputs === null
      ? null
      : new AlertQueue({
          ledger: clickHouseAlertChanges(clickhouse),
          sent: redisAlertsSent(windowRedis),
          outputs: parts.outputs,
          now,
        });
  let held: CloseLease | null = null;
  const alertKeeper = new AlertKeeper({
    watch,
    slow: slowFindings,
    ledger: alertLedger,
    ...(forOthers === null ? {} : { onKept: (alerts) => forOthers.add(alerts) }),
    live: redisLiveChanges(windowRedis),
    assertKeeps: async () => held?.assertHeld(),
    watermark,
    now,
  });
  const verdictFeed = new VerdictFeed(redisLiveVerdicts(windowRedis), now);
  const relay = eventLog.hasGroup ? redisWatchRelay(windowRedis) : null;
  const lookout = new Lookout({ relay, isWatched });
  let relayedTo = '';

  const differingNow = (): Promise<readonly DifferingOrder[]> => alertLedger.differingOrders(MOST_DIFFERING);

  async function readRelay(): Promise<void> {
    if (relay === null) return;
    for (;;) {
      const { sights, last } = await relay.read(relayedTo);
      for (const sight of sights) watch.take(sight);
      if (last === relayedTo) return;
      relayedTo = last;
    }
  }

  /**
   * From now on alerts are kept here, where they were left.
   * @param lease of the duties; null: there is no other process
   */
  async function takeOver(lease: CloseLease | null): Promise<void> {
    held = lease;
    if (relay !== null) relayedTo = await relay.idBefore(RELAY_BEFORE_MS);
    await forOthers?.resume();
    await alertKeeper.resume();
    await readRelay();
    lookout.handTo(watch);
  }

  /** Before a process empties outboxes that were another's: orders that differ by what that one told, or could not tell. */
  async function learnDiffering(): Promise<void> {
    if (lookout.isKeeper) await holdAgainstLedger();
    else lookout.learn(await differingNow());
  }

  function keepAlerts(): Promise<void> {
    let heldAtMs = clock.wallMs();
    const round = async (): Promise<void> => {
      await readRelay();
      watch.dropClosed((merchantId, date) => closedDays.isClosed(merchantId, date));
      if (relay !== null && clock.wallMs() - heldAtMs > HOLD_AGAINST_LEDGER_MS) {
        heldAtMs = clock.wallMs();
        await holdAgainstLedger();
      }
      for (const { alertId, kind, merchantId, state, severity, orders, left } of await alertKeeper.round()) {
        metrics.alertChanges.inc({ kind, state });
        log.info({ alertId, kind, merchantId, state, severity, orders, left }, 'an alert changed');
      }
      metrics.alertsOpen.set(alertKeeper.open.size);
    };
    const measure = (): Promise<void> => Promise.resolve(measureOneSided());
    return Promise.all([
      keepRounds(round, (tookMs) =>
        rest(Math.max(ALERTS_ROUND_MS, Math.min(tookMs / ALERTS_SHARE, LONGEST_ALERTS_ROUND_MS))),
      ),
      keepRounds(measure, () => rest(SELDOM_MS)),
    ]).then(() => undefined);
  }

  async function holdAgainstLedger(): Promise<void> {
    await watch.holdAgainst(async () => {
      const differing = await differingNow();
      return differing.length < MOST_DIFFERING ? differing : null;
    });
  }

  /** Alerts to the topic for others. */
  function keepAlertsForOthers(): readonly Promise<void>[] {
    if (forOthers === null) return [];
    const round = async (): Promise<void> => void (await forOthers.round());
    return [keepRounds(round, () => rest(ALERTS_ROUND_MS))];
  }

  /** What can wait a minute, apart from what cannot: a question that fails or takes long holds up no other alert. */
  function keepLooking(): Promise<void> {
    let closedAtLook = 0;
    const round = async (): Promise<void> => {
      closedAtLook = closedDays.size;
      for (const { kind, error } of await slowFindings.look([...alertKeeper.open.values()], now())) {
        if (stopping.signal.aborted) return;
        log.warn({ kind, err: error }, 'the ledger could not be asked; alerts of the kind stay as they are');
      }
    };
    const stepMs = parts.atRate(LEAST_LOOK_MS);
    const minuteOrClose = async (): Promise<void> => {
      let leftMs = parts.atRate(SLOW_LOOK_MS);
      do {
        await rest(stepMs);
        leftMs -= stepMs;
      } while (leftMs > 0 && closedDays.size === closedAtLook && !stopping.signal.aborted);
    };
    return keepRounds(round, minuteOrClose);
  }

  /** What this process sees, told to whoever keeps the alerts; and live verdicts, on which nothing rests. */
  function keepTelling(): Promise<void> {
    const verdicts = (): Promise<void> =>
      verdictFeed.round().catch((error: unknown) => {
        log.warn({ err: error }, 'live verdicts were not told');
      });
    const sights = async (): Promise<void> => {
      await lookout.tell(await watermark());
    };
    const closed = (): Promise<void> =>
      Promise.resolve(lookout.dropClosed((merchantId, date) => closedDays.isClosed(merchantId, date)));
    return Promise.all([
      keepRounds(verdicts, () => rest(VERDICTS_ROUND_MS)),
      ...(relay === null
        ? []
        : [keepRounds(sights, () => rest(ALERTS_ROUND_MS)), keepRounds(closed, () => rest(SELDOM_MS))]),
    ]).then(() => undefined);
  }

  function measureOneSided(): void {
    const oneSided = watch.oneSided();
    if (config.metrics.merchantLabels) {
      for (const [merchant, orders] of oneSided) metrics.openOneSided.set({ merchant }, orders);
    } else {
      const all = [...oneSided.values()].reduce((sum, orders) => sum + orders, 0);
      metrics.openOneSided.set({ merchant: '' }, all);
    }
  }

  /** null: nobody outside is told. Services refuse signatures of another time, so that theirs is the machine's. */
  const contacts =
    config.alerts === null ? null : openContacts(config.alerts, parts.env, { now: () => Date.now() });

  /** @returns null when nobody is told */
  function keepAlertsTold(): Promise<void> | null {
    if (contacts === null) return null;
    return keepDelivering({
      delivery: {
        ledger: clickHouseDeliveries(clickhouse),
        contacts,
        routes: config.alerts?.routes ?? [],
        hospitalOf: (merchantId) => config.merchants.get(merchantId)?.name ?? null,
      },
      now,
      everyMs: parts.atRate(DELIVERY_ROUND_MS),
      onRound: ({ sent, failures }) => {
        if (sent > 0) log.info({ sent }, 'alerts were told');
        for (const failure of failures) log.warn(failure, 'an alert could not be told; it is tried again');
      },
      isAway,
      onAway: (error) => log.warn({ err: error }, 'telling alerts waits: the ledger does not answer'),
      onBroken: (error) => log.error({ err: error }, 'alerts are not told: this needs a person'),
      signal: stopping.signal,
    });
  }

  return {
    lookout,
    verdictFeed,
    tellRest: () => lookout.tell(null),
    takeOver,
    learnDiffering,
    keepAlerts,
    keepLooking,
    keepTelling,
    keepAlertsTold,
    keepAlertsForOthers,
  };
}
