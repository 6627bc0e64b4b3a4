import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import { CHANNELS } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { CloseSchedule, Merchant } from '../../domain/merchant.ts';
import { DEFAULT_RULES, DEFAULT_SCHEDULE } from '../../domain/merchant.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import type { Overlay } from '../../domain/settings.ts';
import { NO_OVERLAY } from '../../domain/settings.ts';
import type { MerchantBooks } from '../bills/mapped/bookMapping.ts';
import type { AccessConfig, OidcLoginConfig } from './accessConfig.ts';
import { accessOf, AccessSchema, oidcLoginOf } from './accessConfig.ts';
import type { AlertRules } from '../../domain/alertRules.ts';
import { alertRulesOf, MerchantAlertRulesSchema } from './alertRulesConfig.ts';
import type { AlertsConfig } from './alertsConfig.ts';
import { alertsOf, AlertsSchema } from './alertsConfig.ts';
import type { ArchiveConfig } from './archiveConfig.ts';
import { ArchiveSchema } from './archiveConfig.ts';
import { BooksSchema, booksOf } from './bookMappings.ts';
import type { Complaint, Fail } from './complaints.ts';
import { DEFAULT_GRACE_MS, DURATION, ms, SIGNED_DURATION, TIME_OF_DAY } from './durations.ts';
import { checkHealingOutside, healingOf, HealingSchema } from './healingConfig.ts';
import type { KafkaConfig } from './kafkaConfig.ts';
import { checkKafka, KafkaSchema } from './kafkaConfig.ts';
import { LAST_DATE, lastDateOf } from './lastDate.ts';
import { channelOf, ChannelSchema, MERCHANT_ID } from './merchantConfig.ts';
import { overrideAt, withOverlay } from './overlay.ts';
import type { MerchantRefunds } from './refundsConfig.ts';
import { allRefunds, DefaultRefundsSchema, RefundsSchema } from './refundsConfig.ts';
import { resolutionOf, ResolutionParts } from './resolutionConfig.ts';
import { meantOf, schemaComplaint } from './schemaComplaints.ts';
import type { MachineConfig, MerchantSources } from './sourcesConfig.ts';
import { checkSecret, checkSources, MachinesSchema, SourcesSchema } from './sourcesConfig.ts';

const Duration = Type.String({ pattern: DURATION });
const SignedDuration = Type.String({ pattern: SIGNED_DURATION });
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
          id: Type.String({ pattern: MERCHANT_ID }),
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
  if (syntaxError) {
    const { line } = lines.linePos(syntaxError.pos[0]);
    throw invalid({ path, line, where: '', setBy: null }, syntaxError.message);
  }
  const value: unknown = withOverlay(document.toJS(), overlay);
  const fail: Fail = (steps, said) => {
    const set = overrideAt(value, steps, overlay);
    const setBy = set === null ? null : (overlay.get(set)?.by ?? null);
    return invalid({ path, line: lineOf(document, lines, steps), where: steps.join('.'), setBy }, said);
  };
  if (!check.Check(value)) {
    const error = meantOf(check.Errors(value));
    throw fail((error?.instancePath ?? '').split('/').slice(1), schemaComplaint(error));
  }
  const config = configOf(value, fail);
  const folder = dirname(resolve(path));
  const log = { ...config.log, kafka: kafkaOf(value.log?.kafka, folder, fail) };
  const oidcLogin = oidcLoginOf(value.access?.oidc, folder, (steps, said) =>
    fail(['access', 'oidc', 'login', ...steps], said),
  );
  return { ...config, ...outsideOf(value, config.merchants, folder, fail), log, oidcLogin };
}

function kafkaOf(raw: KafkaConfig['raw'] | undefined, folder: string, fail: Fail): KafkaConfig | null {
  if (raw === undefined) return null;
  const failHere: Fail = (steps, said) => fail(['log', 'kafka', ...steps], said);
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
    const failHere: Fail = (steps, said) => fail(['merchants', String(index), 'selfHealing', ...steps], said);
    const rules = healingOf(selfHealing, merchant, ms, failHere);
    checkHealingOutside(rules, { sources: sources.get(id), refunds: refunds.get(id) }, failHere);
    healing.set(id, rules);
  });
  const ids = new Set<string>();
  const machines = (raw.machines ?? []).map((machine, index) => {
    const failHere: Fail = (steps, said) => fail(['machines', String(index), ...steps], said);
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
  const failAlerts: Fail = (steps, said) => fail(['alerts', 'rules', ...steps], said);
  const rulesOfAll = alertRulesOf(raw.alerts?.rules, { fail: failAlerts, ms });
  const alertRules = new Map([['', rulesOfAll]]);
  const merchants = new Map<string, Merchant>();
  const books = new Map<string, MerchantBooks>();
  raw.merchants.forEach((merchant, index) => {
    const place = ['merchants', String(index)];
    if (merchants.has(merchant.id)) throw fail(place, `the merchant ${merchant.id} stands twice`);
    if (merchant.books !== undefined) {
      const failBook: Fail = (steps, said) => fail([...place, 'books', ...steps], said);
      books.set(merchant.id, booksOf(merchant.id, merchant.books, failBook));
    }
    resolution.set(merchant.id, resolutionOf(raw.defaults ?? {}, merchant));
    const failRules: Fail = (steps, said) => fail([...place, 'alertRules', ...steps], said);
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
      ...lastDateOf(merchant.lastDate, (said) => fail([...place, 'lastDate'], said)),
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

type Place = {
  readonly path: string;
  readonly line: number;
  readonly where: string;
  /** Who set it in the console; null: it stands in the file. */
  readonly setBy: string | null;
};

function invalid({ path, line, where, setBy }: Place, said: Complaint | string): DuizhangError {
  const { code, en, zh } = typeof said === 'string' ? { code: null, en: said, zh: null } : said;
  const who = setBy === null ? '' : ` (set in the console by ${setBy})`;
  return new DuizhangError(
    'DZ_CONFIG_INVALID',
    `${path}:${line}: ${where === '' ? '' : `${where}: `}${en}${who}`,
    { messageZh: zh === null ? null : `设置无效：${zh}`, details: { complaint: code, setBy } },
  );
}
