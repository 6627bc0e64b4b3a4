import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { AlertKind, AlertSeverity } from '../../domain/alert.ts';
import { ALERT_KINDS, ALERT_SEVERITIES } from '../../domain/alert.ts';
import type { AlertRoute, QuietHours } from '../../domain/deliveryPorts.ts';
import { AlertRulesSchema } from './alertRulesConfig.ts';
import type { Fail, FailSetting } from './complaints.ts';
import { complaint } from './complaints.ts';
import { DURATION, TIME_OF_DAY } from './durations.ts';
import type { FailAt, RawSecret } from './sourcesConfig.ts';
import { checkSecret, Secret } from './sourcesConfig.ts';

// `alerts`: who outside is told of an alert, and how. Without it nobody is. Secrets are named, never written.

const strict = { additionalProperties: false } as const;
const Word = Type.String({ minLength: 1 });
/** Messages travel as they are: on the machine itself only without TLS. */
export const ALERT_URL = '^(https://|http://(127\\.0\\.0\\.1|localhost|\\[::1\\])[:/])[^\\s?#]*$';
export const MAIL_ADDRESS = '^[^\\s@<>,;"]+@[^\\s@<>,;"]+$';
const MAX_STEPS = 8;
const LOCAL = new Set(['127.0.0.1', 'localhost', '::1']);

const Url = Type.String({ pattern: ALERT_URL });
const MailAddress = Type.String({ pattern: MAIL_ADDRESS });
const Severity = Type.Unsafe<AlertSeverity>({ type: 'string', enum: [...ALERT_SEVERITIES] });
const Kind = Type.Unsafe<AlertKind>({ type: 'string', enum: [...ALERT_KINDS] });

export const CONTACT_TYPES = ['dingtalk', 'wecom', 'feishu', 'webhook', 'email'] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

/** One object for all types, so that a complaint is about what was written; what each type takes is checked below. */
const ContactSchema = Type.Object(
  {
    type: Type.Unsafe<ContactType>({ type: 'string', enum: [...CONTACT_TYPES] }),
    url: Type.Optional(Url),
    ...Secret,
    signFile: Type.Optional(Word),
    signEnv: Type.Optional(Word),
    host: Type.Optional(Word),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    tls: Type.Optional(
      Type.Unsafe<'always' | 'starttls' | 'none'>({ type: 'string', enum: ['always', 'starttls', 'none'] }),
    ),
    user: Type.Optional(Word),
    /** Of a server whose certificate is of an authority of one's own. */
    caFile: Type.Optional(Word),
    from: Type.Optional(MailAddress),
    to: Type.Optional(Type.Array(MailAddress, { minItems: 1, uniqueItems: true })),
  },
  strict,
);

const TimeOfDay = Type.String({ pattern: TIME_OF_DAY });
const QuietSchema = Type.Object({ from: TimeOfDay, to: TimeOfDay, below: Type.Optional(Severity) }, strict);

const RouteSchema = Type.Object(
  {
    merchants: Type.Optional(Type.Array(Word, { minItems: 1, uniqueItems: true })),
    severities: Type.Optional(Type.Array(Severity, { minItems: 1, uniqueItems: true })),
    kinds: Type.Optional(Type.Array(Kind, { minItems: 1, uniqueItems: true })),
    steps: Type.Array(
      Type.Object(
        {
          to: Type.Array(Word, { minItems: 1, uniqueItems: true }),
          after: Type.Optional(Type.String({ pattern: DURATION })),
        },
        strict,
      ),
      { minItems: 1, maxItems: MAX_STEPS },
    ),
    quietHours: Type.Optional(QuietSchema),
  },
  strict,
);

export const AlertsSchema = Type.Object(
  {
    contacts: Type.Optional(Type.Record(Type.String({ pattern: '^[\\w.-]{1,64}$' }), ContactSchema)),
    routes: Type.Optional(Type.Array(RouteSchema)),
    /** From when on what is told, whether or not somebody outside is. */
    rules: Type.Optional(AlertRulesSchema),
    /** Of routes that say nothing else. */
    quietHours: Type.Optional(QuietSchema),
  },
  strict,
);

export type RawContact = Static<typeof ContactSchema>;

export type ContactConfig = { readonly raw: RawContact; readonly folder: string; readonly fail: FailAt };

export type AlertsConfig = {
  /** By name; the secrets that they name are not read yet. */
  readonly contacts: ReadonlyMap<string, ContactConfig>;
  /** The first one that fits an alert counts. */
  readonly routes: readonly AlertRoute[];
};

type Place = {
  readonly merchants: { has(merchantId: string): boolean };
  readonly folder: string;
  readonly fail: Fail;
  readonly ms: (duration: string) => number | null;
};

/** @returns null when nobody outside is named @throws what `fail` makes of an unknown contact or merchant, or of a contact that is not whole */
export function alertsOf(raw: Static<typeof AlertsSchema> | undefined, place: Place): AlertsConfig | null {
  if (raw === undefined || (raw.contacts === undefined && raw.routes === undefined)) {
    if (raw?.quietHours !== undefined)
      throw place.fail(['alerts', 'quietHours'], complaint('quietWithoutRoutes'));
    return null;
  }
  if (raw.contacts === undefined) throw place.fail(['alerts'], complaint('noContacts'));
  if (raw.routes === undefined) throw place.fail(['alerts'], 'lacks routes: by which its contacts are told');
  const contacts = new Map<string, ContactConfig>();
  for (const [name, contact] of Object.entries(raw.contacts)) {
    const fail: FailAt = (steps, message) => place.fail(['alerts', 'contacts', name, ...steps], message);
    checkContact(contact, fail);
    contacts.set(name, { raw: contact, folder: place.folder, fail });
  }
  const routes = raw.routes.map((route, index) => {
    const fail: FailSetting = (steps, message) =>
      place.fail(['alerts', 'routes', String(index), ...steps], message);
    const quiet = route.quietHours ?? raw.quietHours;
    return routeOf(route, quiet === undefined ? null : quietOf(quiet, fail), { ...place, fail, contacts });
  });
  return { contacts, routes };
}

type RoutePlace = Omit<Place, 'fail'> & {
  readonly fail: FailSetting;
  readonly contacts: ReadonlyMap<string, unknown>;
};

function routeOf(
  route: Static<typeof RouteSchema>,
  quietHours: QuietHours | null,
  { merchants, contacts, fail, ms }: RoutePlace,
): AlertRoute {
  const unknown = route.merchants?.find((id) => !merchants.has(id));
  if (unknown !== undefined) throw fail(['merchants'], complaint('noMerchant', { merchant: unknown }));
  let lastMs = -1;
  const steps = route.steps.map(({ to, after }, n) => {
    const missing = to.find((name) => !contacts.has(name));
    if (missing !== undefined) {
      const known = [...contacts.keys()].join(', ') || 'none';
      throw fail(['steps', String(n), 'to'], complaint('noContact', { contact: missing, known }));
    }
    if (n === 0 && after !== undefined) throw fail(['steps', '0', 'after'], complaint('firstAtOnce'));
    if (n > 0 && after === undefined) throw fail(['steps', String(n)], complaint('laterAfter'));
    const afterMs = after === undefined ? 0 : (ms(after) ?? 0);
    if (afterMs <= lastMs) throw fail(['steps', String(n), 'after'], complaint('afterNotLonger'));
    lastMs = afterMs;
    return { to, afterMs };
  });
  const setOf = <T>(said: readonly T[] | undefined): ReadonlySet<T> | null =>
    said === undefined ? null : new Set(said);
  return {
    merchants: setOf(route.merchants),
    severities: setOf(route.severities),
    kinds: setOf(route.kinds),
    steps,
    quietHours,
  };
}

function quietOf({ from, to, below }: Static<typeof QuietSchema>, fail: FailSetting): QuietHours {
  if (from === to) throw fail(['quietHours'], complaint('quietNothing'));
  return { fromMinute: minuteOf(from), toMinute: minuteOf(to), below: below ?? 'CRITICAL' };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** What each type has to have, and what it may have, beside its type. */
const FIELDS: Readonly<
  Record<
    ContactType,
    { readonly must: readonly (keyof RawContact)[]; readonly may: readonly (keyof RawContact)[] }
  >
> = {
  dingtalk: { must: [], may: ['url', 'keyFile', 'keyEnv', 'signFile', 'signEnv'] },
  wecom: { must: [], may: ['url', 'keyFile', 'keyEnv'] },
  feishu: { must: [], may: ['url', 'keyFile', 'keyEnv', 'signFile', 'signEnv'] },
  webhook: { must: ['url'], may: ['keyFile', 'keyEnv', 'caFile'] },
  email: { must: ['host', 'from', 'to'], may: ['port', 'tls', 'user', 'keyFile', 'keyEnv', 'caFile'] },
};

function checkContact(contact: RawContact, fail: FailAt): void {
  const { must, may } = FIELDS[contact.type];
  const missing = must.filter((field) => contact[field] === undefined);
  if (missing.length > 0) throw fail([], `${contact.type} lacks ${missing.join(', ')}`);
  const allowed = new Set<string>(['type', ...must, ...may]);
  const foreign = Object.keys(contact).find((field) => !allowed.has(field));
  if (foreign !== undefined) throw fail([foreign], `is not known of ${contact.type}`);
  if (contact.type !== 'email' || contact.user !== undefined) checkSecret(contact, (said) => fail([], said));
  else if (contact.keyFile !== undefined || contact.keyEnv !== undefined)
    throw fail(['user'], 'lacks: a key of a mail server is the password of a user');
  if (contact.tls === 'none' && contact.user !== undefined && !LOCAL.has(contact.host ?? ''))
    throw fail(['tls'], 'must not be none where a password is sent');
  if (contact.signFile !== undefined && contact.signEnv !== undefined)
    throw fail([], 'name signFile or signEnv, not both');
}

/** The secret that messages are signed with; null where the robot wants none. */
export function signSecretOf({ signFile, signEnv }: RawContact): RawSecret | null {
  if (signFile !== undefined) return { keyFile: signFile };
  return signEnv === undefined ? null : { keyEnv: signEnv };
}
