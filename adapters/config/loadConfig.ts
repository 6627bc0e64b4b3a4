import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import type { Channel } from '../../domain/entry.ts';
import { CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { CloseSchedule, Merchant, MerchantChannel } from '../../domain/merchant.ts';
import { DEFAULT_RULES, DEFAULT_SCHEDULE } from '../../domain/merchant.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import type { Overlay } from '../../domain/settings.ts';
import { NO_OVERLAY } from '../../domain/settings.ts';
import type { MerchantBooks } from '../bills/mapped/bookMapping.ts';
import type { AccessConfig, OidcLoginConfig } from './accessConfig.ts';
import { accessOf, AccessSchema, oidcLoginOf } from './accessConfig.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import {
  ALERT_AMOUNT,
  alertRulesOf,
  MerchantAlertRulesSchema,
  OFF_OR_DURATION,
  OFF_OR_TIME_OF_DAY,
} from './alertRulesConfig.ts';
import type { AlertsConfig } from './alertsConfig.ts';
import { ALERT_URL, alertsOf, AlertsSchema, MAIL_ADDRESS } from './alertsConfig.ts';
import type { ArchiveConfig } from './archiveConfig.ts';
import { ArchiveSchema } from './archiveConfig.ts';
import { BooksSchema, booksOf } from './bookMappings.ts';
import { checkHealingOutside, healingOf, HealingSchema, HEALING_AMOUNT } from './healingConfig.ts';
import { DEFAULT_GRACE_MS, ms } from './durations.ts';
import type { KafkaConfig } from './kafkaConfig.ts';
import { checkKafka, KafkaSchema } from './kafkaConfig.ts';
import { LAST_DATE, lastDateOf, NOT_A_LAST_DATE } from './lastDate.ts';
import { overrideAt, withOverlay } from './overlay.ts';
import type { MerchantRefunds } from './refundsConfig.ts';
import { allRefunds, DefaultRefundsSchema, RefundsSchema } from './refundsConfig.ts';
import { APPROVAL_AMOUNT, resolutionOf, ResolutionParts } from './resolutionConfig.ts';
import type { MachineConfig, MerchantSources } from './sourcesConfig.ts';
import { checkSecret, checkSources, MachinesSchema, SourcesSchema } from './sourcesConfig.ts';

const DURATION = '^\\d+(ms|s|m|h|d)$';
const SIGNED_DURATION = '^-?\\d+(ms|s|m|h|d)$';
const TIME_OF_DAY = '^([01]\\d|2[0-3]):[0-5]\\d$';
const PERCENT = '^\\d{1,2}(\\.\\d{1,4})?%$';
const DURATION_PATTERNS = [DURATION, SIGNED_DURATION];
const Duration = Type.String({ pattern: DURATION });
const SignedDuration = Type.String({ pattern: SIGNED_DURATION });
const Texts = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }));
/** The hospital's number at the channel; with more to say of it, an object. */
const ChannelSchema = Type.Optional(
  Type.Union([
    Type.String({ minLength: 1 }),
    Type.Object(
      {
        merchantNo: Type.String({ minLength: 1 }),
        feeRate: Type.Optional(Type.String({ pattern: PERCENT })),
        ownRows: Type.Optional(
          Type.Object(
            { appIds: Texts, subMerchantNos: Texts, orderNoPrefixes: Texts },
            { additionalProperties: false, minProperties: 1 },
          ),
        ),
      },
      { additionalProperties: false },
    ),
  ]),
);

const Rules = {
  window: Type.Optional(Duration),
  crossDayMargin: Type.Optional(Duration),
  crossDayDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 31 })),
  cutOff: Type.Optional(SignedDuration),
  grace: Type.Optional(Duration),
};

const ScheduleSchema = Type.Object(
  {
    at: Type.Optional(Type.String({ pattern: TIME_OF_DAY })),
    billPatience: Type.Optional(Duration),
  },
  { additionalProperties: false },
);

const ConfigSchema = Type.Object(
  {
    defaults: Type.Optional(Type.Object({ ...Rules, ...ResolutionParts }, { additionalProperties: false })),
    schedule: Type.Optional(ScheduleSchema),
    refunds: Type.Optional(DefaultRefundsSchema),
    merchants: Type.Array(
      Type.Object(
        {
          id: Type.String({ pattern: '^[!-}]{1,64}$' }),
          name: Type.String({ minLength: 1 }),
          mode: Type.Optional(
            Type.Unsafe<'THREE_WAY' | 'TWO_WAY'>({ type: 'string', enum: ['THREE_WAY', 'TWO_WAY'] }),
          ),
          channels: Type.Object(
            { WECHAT: ChannelSchema, ALIPAY: ChannelSchema, UNIONPAY: ChannelSchema },
            { additionalProperties: false, minProperties: 1 },
          ),
          books: Type.Optional(BooksSchema),
          isv: Type.Optional(Type.String({ minLength: 1 })),
          lastDate: Type.Optional(Type.String({ pattern: LAST_DATE })),
          schedule: Type.Optional(ScheduleSchema),
          rules: Type.Optional(Type.Object(Rules, { additionalProperties: false })),
          sources: Type.Optional(SourcesSchema),
          refunds: Type.Optional(RefundsSchema),
          alertRules: Type.Optional(MerchantAlertRulesSchema),
          selfHealing: Type.Optional(HealingSchema),
          ...ResolutionParts,
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    log: Type.Optional(
      Type.Object(
        {
          partitions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })),
          maxBytes: Type.Optional(Type.Integer({ minimum: 1_000_000 })),
          kafka: Type.Optional(KafkaSchema),
        },
        { additionalProperties: false },
      ),
    ),
    archive: Type.Optional(ArchiveSchema),
    metrics: Type.Optional(
      Type.Object({ merchantLabels: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
    ),
    access: Type.Optional(AccessSchema),
    alerts: Type.Optional(AlertsSchema),
    machines: Type.Optional(MachinesSchema),
    slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })),
    port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  },
  { additionalProperties: false },
);

type LogSize = { readonly partitions: number; readonly maxBytes: number };

export type Config = {
  readonly merchants: ReadonlyMap<string, Merchant>;
  /** How hospitals' own files are read, by merchant. */
  readonly books: ReadonlyMap<string, MerchantBooks>;
  /** Where bills come from, by merchant; the secrets that they name are not read yet. */
  readonly sources: ReadonlyMap<string, MerchantSources>;
  /** Through which gateway payments are refunded, by merchant; as above. A merchant without any is not in it. */
  readonly refunds: ReadonlyMap<string, MerchantRefunds>;
  /** By merchant; every one is in it. */
  readonly resolution: ReadonlyMap<string, ResolutionRules>;
  /** By merchant; one that says nothing of it is not in it. */
  readonly healing: ReadonlyMap<string, HealingRules>;
  /** Who may fetch bills here; as above. */
  readonly machines: readonly MachineConfig[];
  /** kafka: the settings of a cluster, where DUIZHANG_LOG_URL names one; null: nothing is said of it. Secrets as above. */
  readonly log: LogSize & { readonly kafka: KafkaConfig | null };
  /** null: in the data folder. */
  readonly archive: ArchiveConfig | null;
  /** merchantLabels: /metrics, which asks for no login, tells hospitals apart; three series each. */
  readonly metrics: { readonly merchantLabels: boolean };
  readonly access: AccessConfig;
  /** How the console sends people to the provider of `access`; null: it does not. Secrets as above. */
  readonly oidcLogin: OidcLoginConfig | null;
  /** Whom to tell of alerts; null: nobody outside. Secrets as above. */
  readonly alerts: AlertsConfig | null;
  /** What raises alerts, by merchant; every one is in it, and '' stands for what is of no hospital. */
  readonly alertRules: ReadonlyMap<string, AlertRules>;
  readonly slots: number;
  /** Where the API listens; 0: a free port. */
  readonly port: number;
};

const check = Compile(ConfigSchema);

/**
 * Reads duizhang.config.yaml.
 * @param overlay what is set in the console, on top of it
 * @throws DZ_CONFIG_INVALID naming the file, the line and the path of what is wrong, and whether it was set in the console
 */
export function loadConfig(path: string, overlay: Overlay = NO_OVERLAY): Config {
  return configOfText(path, readText(path), overlay);
}

/** The same of a text. @param path of its file: what it names is relative to it */
export function configOfText(path: string, text: string, overlay: Overlay = NO_OVERLAY): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError) throw invalid(path, lines.linePos(syntaxError.pos[0]).line, '', syntaxError.message);
  const value: unknown = withOverlay(document.toJS(), overlay);
  const fail: Fail = (steps, message) => {
    const set = overrideAt(value, steps, overlay);
    const who = set === null ? undefined : overlay.get(set)?.by;
    const more = who === undefined ? '' : ` (set in the console by ${who})`;
    return invalid(path, lineOf(document, lines, steps), steps.join('.'), `${message}${more}`);
  };
  if (!check.Check(value)) {
    const error = meantOf(check.Errors(value));
    throw fail((error?.instancePath ?? '').split('/').slice(1), complaint(error));
  }
  const config = configOf(value, fail);
  const folder = dirname(resolve(path));
  const log = { ...config.log, kafka: kafkaOf(value.log?.kafka, folder, fail) };
  const oidcLogin = oidcLoginOf(value.access?.oidc, folder, (steps, message) =>
    fail(['access', 'oidc', 'login', ...steps], message),
  );
  return { ...config, ...outsideOf(value, config.merchants, folder, fail), log, oidcLogin };
}

type CheckError = ReturnType<typeof check.Errors>[number];

/** Where several forms are allowed each of them complains: the one that was meant came furthest. */
function meantOf(errors: readonly CheckError[]): CheckError | undefined {
  const says: Readonly<Record<string, number>> = { type: 0, anyOf: 0, enum: 1 };
  const rank = ({ instancePath, keyword }: CheckError) =>
    3 * instancePath.split('/').length + (says[keyword] ?? 2);
  return errors.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** The checker speaks of schemas; people think of what they wrote. */
function complaint(error: CheckError | undefined): string {
  if (error?.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`;
  if (error?.keyword === 'required') return `lacks ${error.params.requiredProperties.join(', ')}`;
  if (error?.keyword === 'pattern' && DURATION_PATTERNS.includes(String(error.params.pattern))) {
    return 'must be a duration like 30s, 5m or 24h';
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === OFF_OR_DURATION) {
    return 'must be a duration like 30s, 5m or 24h, or off';
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === OFF_OR_TIME_OF_DAY) {
    return "must be a time of day like '10:30', or off";
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === ALERT_AMOUNT) {
    return "must be an amount in yuan like '500.00'";
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === TIME_OF_DAY) {
    return 'must be a time of day like 12:00';
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === LAST_DATE) return NOT_A_LAST_DATE;
  if (error?.keyword === 'pattern' && String(error.params.pattern) === APPROVAL_AMOUNT) {
    return "must be an amount in yuan like '500.00', or never";
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === HEALING_AMOUNT) {
    return "must be an amount in yuan like '500.00'";
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === ALERT_URL) {
    return 'must be an https address without a query (http on this machine only)';
  }
  if (error?.keyword === 'pattern' && String(error.params.pattern) === MAIL_ADDRESS) {
    return 'must be an e-mail address alone';
  }
  if (error?.keyword === 'boolean') return 'is not known here';
  return error?.message ?? 'not as expected';
}

type Fail = (steps: readonly string[], message: string) => Error;

function kafkaOf(raw: KafkaConfig['raw'] | undefined, folder: string, fail: Fail): KafkaConfig | null {
  if (raw === undefined) return null;
  const failHere: Fail = (steps, message) => fail(['log', 'kafka', ...steps], message);
  checkKafka(raw, failHere);
  return { raw, folder, fail: failHere };
}

function outsideOf(
  raw: Static<typeof ConfigSchema>,
  merchants: Config['merchants'],
  folder: string,
  fail: Fail,
): Pick<Config, 'sources' | 'machines' | 'refunds' | 'alerts' | 'healing'> {
  const sources = new Map<string, MerchantSources>();
  raw.merchants.forEach((merchant, index) => {
    if (merchant.sources === undefined) return;
    const place = ['merchants', String(index), 'sources'];
    const own: MerchantSources = {
      raw: merchant.sources,
      folder,
      fail: (steps, message) => fail([...place, ...steps], message),
    };
    checkSources(own, merchants.get(merchant.id)?.channels.map(({ channel }) => channel) ?? []);
    sources.set(merchant.id, own);
  });
  const refunds = allRefunds(raw, { sources, merchants, folder, fail });
  const healing = new Map<string, HealingRules>();
  raw.merchants.forEach(({ id, selfHealing }, index) => {
    const merchant = merchants.get(id);
    if (selfHealing === undefined || merchant === undefined) return;
    const failHere: Fail = (steps, message) =>
      fail(['merchants', String(index), 'selfHealing', ...steps], message);
    const rules = healingOf(selfHealing, merchant, ms, failHere);
    checkHealingOutside(rules, { sources: sources.get(id), refunds: refunds.get(id) }, failHere);
    healing.set(id, rules);
  });
  const ids = new Set<string>();
  const machines = (raw.machines ?? []).map((machine, index) => {
    const failHere: Fail = (steps, message) => fail(['machines', String(index), ...steps], message);
    if (ids.has(machine.id)) throw failHere([], `the machine ${machine.id} stands twice`);
    ids.add(machine.id);
    const unknown = machine.merchants.find((id) => !merchants.has(id));
    if (unknown !== undefined) throw failHere(['merchants'], `there is no merchant ${unknown}`);
    machine.keys.forEach((key, n) => checkSecret(key, (message) => failHere(['keys', String(n)], message)));
    return { raw: machine, folder, fail: failHere };
  });
  return {
    sources,
    machines,
    refunds,
    healing,
    alerts: alertsOf(raw.alerts, { merchants, folder, fail, ms }),
  };
}

function configOf(
  raw: Static<typeof ConfigSchema>,
  fail: Fail,
): Omit<Config, 'sources' | 'machines' | 'refunds' | 'alerts' | 'healing' | 'log' | 'oidcLogin'> & {
  readonly log: LogSize;
} {
  const resolution = new Map<string, ResolutionRules>();
  const failAlerts: Fail = (steps, message) => fail(['alerts', 'rules', ...steps], message);
  const rulesOfAll = alertRulesOf(raw.alerts?.rules, { fail: failAlerts, ms });
  const alertRules = new Map([['', rulesOfAll]]);
  const merchants = new Map<string, Merchant>();
  const books = new Map<string, MerchantBooks>();
  raw.merchants.forEach((merchant, index) => {
    const place = ['merchants', String(index)];
    if (merchants.has(merchant.id)) throw fail(place, `the merchant ${merchant.id} stands twice`);
    if (merchant.books !== undefined) {
      const failBook: Fail = (steps, message) => fail([...place, 'books', ...steps], message);
      books.set(merchant.id, booksOf(merchant.id, merchant.books, failBook));
    }
    resolution.set(merchant.id, resolutionOf(raw.defaults ?? {}, merchant));
    const failRules: Fail = (steps, message) => fail([...place, 'alertRules', ...steps], message);
    alertRules.set(merchant.id, alertRulesOf(merchant.alertRules, { fail: failRules, ms }, rulesOfAll));
    const rules = { ...raw.defaults, ...merchant.rules };
    merchants.set(merchant.id, {
      merchantId: merchant.id,
      name: merchant.name,
      mode: merchant.mode ?? 'THREE_WAY',
      channels: CHANNELS.flatMap((channel) => {
        const said = merchant.channels[channel];
        return said === undefined ? [] : [channelOf(channel, said)];
      }),
      rules: {
        windowMs: ms(rules.window) ?? DEFAULT_RULES.windowMs,
        crossDayMarginMs: ms(rules.crossDayMargin) ?? DEFAULT_RULES.crossDayMarginMs,
        crossDayDays: rules.crossDayDays ?? DEFAULT_RULES.crossDayDays,
        cutOffMs: ms(rules.cutOff) ?? DEFAULT_RULES.cutOffMs,
      },
      graceMs: ms(rules.grace) ?? DEFAULT_GRACE_MS,
      schedule: scheduleOf({ ...raw.schedule, ...merchant.schedule }),
      ...(merchant.isv === undefined ? {} : { isv: merchant.isv }),
      ...lastDateOf(merchant.lastDate, (message) => fail([...place, 'lastDate'], message)),
    });
  });
  return {
    merchants,
    books,
    resolution,
    alertRules,
    log: { partitions: raw.log?.partitions ?? 4, maxBytes: raw.log?.maxBytes ?? 4_000_000_000 },
    archive: raw.archive ?? null,
    metrics: { merchantLabels: raw.metrics?.merchantLabels ?? false },
    access: accessOf(raw.access, ms),
    slots: raw.slots ?? 16,
    port: raw.port ?? 0,
  };
}

function scheduleOf({ at, billPatience }: Static<typeof ScheduleSchema>): CloseSchedule {
  const [hours = 0, minutes = 0] = at === undefined ? [] : at.split(':').map(Number);
  return {
    atMs: at === undefined ? DEFAULT_SCHEDULE.atMs : (hours * 60 + minutes) * 60_000,
    billPatienceMs: ms(billPatience) ?? DEFAULT_SCHEDULE.billPatienceMs,
  };
}

function channelOf(channel: Channel, said: Static<typeof ChannelSchema>): MerchantChannel {
  if (typeof said === 'string') return { channel, merchantNo: said };
  const { merchantNo, feeRate, ownRows } = said;
  return {
    channel,
    merchantNo,
    // A percentage of at most four decimals is a whole number of millionths.
    ...(feeRate === undefined ? {} : { feeRatePpm: Math.round(Number.parseFloat(feeRate) * 10_000) }),
    ...(ownRows === undefined ? {} : { ownRows }),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DuizhangError(
      'DZ_CONFIG_INVALID',
      `the configuration ${path} cannot be read: ${String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Line of the deepest node on a path: what is missing is named by what it is missing from. */
function lineOf(
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  steps: readonly string[],
): number {
  for (let depth = steps.length; depth >= 0; depth -= 1) {
    const keys = steps.slice(0, depth).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const node: unknown = document.getIn(keys, true);
    if (hasRange(node)) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function hasRange(node: unknown): node is { range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

function invalid(path: string, line: number, where: string, message: string): DuizhangError {
  return new DuizhangError(
    'DZ_CONFIG_INVALID',
    `${path}:${line}: ${where === '' ? '' : `${where}: `}${message}`,
  );
}
