import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { AlertRules } from '../../domain/alertRules.ts';
import type { AlertRoute } from '../../domain/deliveryPorts.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import type { SettingsRevision } from '../../domain/settings.ts';
import { NO_OVERLAY } from '../../domain/settings.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import type { MerchantBooks } from '../bills/mapped/bookMapping.ts';
import type { Config } from './loadConfig.ts';
import { loadConfig } from './loadConfig.ts';

export type ConfigChange = {
  /** SHA-256 of the file as it was read before, and as it was read now, hex. */
  readonly before: string;
  readonly after: string;
  /** What is set in the console: its revision before and now; 0: nothing. */
  readonly revisions: readonly [before: number, after: number];
  /** Hospitals that came, went or are otherwise than before. */
  readonly merchants: readonly string[];
  /** Settings that differ from those of the start and hold from the next one only. */
  readonly settings: readonly string[];
};

export type LiveOptions = {
  /** Told after hospitals were read again. @param needsRestart settings that changed and hold from the next start only */
  readonly onLoaded: (needsRestart: readonly string[], change: ConfigChange) => void;
  /** The file, or what is set in the console, is wrong now: what was read before still holds. */
  readonly onRefused: (error: Error) => void;
};

const LOOK_MS = 2_000;

/** As much of a revision as counts here. */
export type SettingsNow = Pick<SettingsRevision, 'revision' | 'changeId' | 'overlay'>;

/** The configuration of a process that runs: its hospitals follow the file, and what is set in the console, without a restart. */
export class LiveConfig {
  readonly #path: string;
  readonly #options: LiveOptions;
  readonly #merchants: Map<string, Merchant>;
  readonly #books: Map<string, MerchantBooks>;
  readonly #resolution: Map<string, ResolutionRules>;
  readonly #alertRules: Map<string, AlertRules>;
  readonly #healing: Map<string, HealingRules>;
  readonly #routes: AlertRoute[];
  readonly #fixed: Config;
  #hash: string;
  /** Asked for, and read last. */
  #wanted: SettingsNow | null;
  #settings: SettingsNow | null;
  #timer: NodeJS.Timeout | null = null;

  /** @param settings what is set in the console; null: nothing. @throws DZ_CONFIG_INVALID */
  constructor(path: string, options: LiveOptions, settings: SettingsNow | null = null) {
    this.#path = path;
    this.#options = options;
    this.#hash = hashOf(path);
    this.#wanted = settings;
    this.#settings = settings;
    this.#fixed = loadConfig(path, settings?.overlay);
    this.#routes = [...(this.#fixed.alerts?.routes ?? [])];
    this.#merchants = new Map(this.#fixed.merchants);
    this.#books = new Map(this.#fixed.books);
    this.#resolution = new Map(this.#fixed.resolution);
    this.#alertRules = new Map(this.#fixed.alertRules);
    this.#healing = new Map(this.#fixed.healing);
  }

  /** SHA-256 of the file that was read last, hex. */
  get hash(): string {
    return this.#hash;
  }

  /** The same object for ever, with the hospitals of now. */
  get config(): Config {
    const { alerts } = this.#fixed;
    return {
      ...this.#fixed,
      merchants: this.#merchants,
      books: this.#books,
      resolution: this.#resolution,
      alertRules: this.#alertRules,
      healing: this.#healing,
      alerts: alerts === null ? null : { ...alerts, routes: this.#routes },
    };
  }

  /** The revision of what is set in the console that was read last; 0: none. */
  get revision(): number {
    return this.#settings?.revision ?? 0;
  }

  /** What is set in the console is this now. */
  use(settings: SettingsNow | null): void {
    this.#wanted = settings;
    this.look();
  }

  /** What of another configuration would hold from the next start only. */
  needsRestart(next: Config): readonly string[] {
    return fixedThatDiffer(this.#fixed, next);
  }

  watch(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Reads again what has changed: the file, or what is set in the console. */
  look(): void {
    try {
      const hash = hashOf(this.#path);
      const settings = this.#wanted;
      const before = { hash: this.#hash, settings: this.#settings };
      if (hash === before.hash && settings?.changeId === before.settings?.changeId) return;
      this.#hash = hash;
      this.#settings = settings;
      const next = loadConfig(this.#path, settings?.overlay ?? NO_OVERLAY);
      const merchants = merchantsThatDiffer(this.config, next);
      replace(this.#merchants, next.merchants);
      replace(this.#books, next.books);
      replace(this.#resolution, next.resolution);
      replace(this.#alertRules, next.alertRules);
      replace(this.#healing, next.healing);
      const needsRestart = fixedThatDiffer(this.#fixed, next);
      // Contacts hold their keys from the start on; routes to others would lead nowhere.
      if (!needsRestart.includes('alerts')) this.#routes.splice(0, Infinity, ...(next.alerts?.routes ?? []));
      this.#options.onLoaded(needsRestart, {
        before: before.hash,
        after: hash,
        revisions: [before.settings?.revision ?? 0, this.revision],
        merchants,
        settings: needsRestart,
      });
    } catch (error) {
      // Said once a change: a file that an editor is just replacing is there again at the next look.
      this.#options.onRefused(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function replace<V>(into: Map<string, V>, from: ReadonlyMap<string, V>): void {
  into.clear();
  for (const [key, value] of from) into.set(key, value);
}

function merchantsThatDiffer(a: Config, b: Config): readonly string[] {
  const of = (config: Config, id: string): unknown => {
    const { merchants, books, resolution, alertRules, healing } = config;
    const own = [merchants, books, resolution, alertRules, healing].map((map) => map.get(id));
    return { own, sources: config.sources.get(id)?.raw };
  };
  const ids = new Set([...a.merchants.keys(), ...b.merchants.keys()]);
  return [...ids].filter((id) => !isDeepStrictEqual(of(a, id), of(b, id)));
}

function fixedThatDiffer(a: Config, b: Config): readonly string[] {
  const settings = [
    ['slots', a.slots, b.slots],
    ['port', a.port, b.port],
    ['log.partitions', a.log.partitions, b.log.partitions],
    ['log.maxBytes', a.log.maxBytes, b.log.maxBytes],
    ['log.kafka', JSON.stringify(a.log.kafka?.raw), JSON.stringify(b.log.kafka?.raw)],
    ['sources', rawOf(a.sources.values()), rawOf(b.sources.values())],
    ['refunds', gatewaysOf(a.refunds), gatewaysOf(b.refunds)],
    ['machines', rawOf(a.machines), rawOf(b.machines)],
    ['alerts', contactsText(a), contactsText(b)],
    ['access', JSON.stringify(a.access), JSON.stringify(b.access)],
    ['archive', JSON.stringify(a.archive), JSON.stringify(b.archive)],
  ] as const;
  return settings.filter(([, before, after]) => before !== after).map(([name]) => name);
}

function rawOf(said: Iterable<{ readonly raw: unknown }>): string {
  return JSON.stringify(Array.from(said, ({ raw }) => raw));
}

function contactsText({ alerts }: Config): string {
  if (alerts === null) return '';
  return JSON.stringify(Array.from(alerts.contacts, ([name, { raw }]) => [name, raw]));
}

function gatewaysOf(refunds: Config['refunds']): string {
  return JSON.stringify(Array.from(refunds, ([id, { upp, routes }]) => [id, upp?.raw ?? null, [...routes]]));
}
