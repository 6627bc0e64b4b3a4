import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { clickHouseDeliveries } from '../../adapters/clickhouse/alertDeliveries.ts';
import { timeText } from '../../adapters/clickhouse/tsv.ts';
import { webhookContact } from '../../adapters/notify/signedWebhook.ts';
import { startReceiver } from '../../adapters/notify/testReceiver.ts';
import type { Alert } from '../../domain/alert.ts';
import type { AlertMessage, AlertRoute, DeliveryLedger, SendAnswer } from '../../domain/deliveryPorts.ts';
import type { DeliveryParts } from '../../pipeline/watch/deliverAlerts.ts';
import { backOffMs, deliverRound } from '../../pipeline/watch/deliverAlerts.ts';
import { keepDelivering } from '../../pipeline/watch/keepDelivering.ts';
import type { TestLedger } from '../integration/ledgerHarness.ts';
import { startLedger } from '../integration/ledgerHarness.ts';

const KILLED_DELIVERY = new URL('killedDelivery.ts', import.meta.url).pathname;
const MINUTE = 60_000;
/** 2026-03-09 10:10 in Beijing. */
const T0 = Date.UTC(2026, 2, 9, 2, 10);
const SENT: SendAnswer = { state: 'SENT', detail: 'ok' };

let ledger: TestLedger;
let store: DeliveryLedger;

beforeAll(async () => {
  ledger = await startLedger();
  store = clickHouseDeliveries(ledger.client);
});
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ['alerts', 'alert_acknowledgements', 'alert_deliveries']) {
    await ledger.client.command({ query: `TRUNCATE TABLE ${table}` });
  }
});

type Told = Pick<AlertMessage, 'id' | 'title' | 'what' | 'lines'>;

/** A contact that keeps what it was told and answers as a test says. */
function recorder(answer: () => SendAnswer = () => SENT, readsSummaries = true) {
  const told: Told[] = [];
  return {
    told,
    readsSummaries,
    async send({ id, title, what, lines }: AlertMessage) {
      const said = answer();
      if (said.state === 'SENT') told.push({ id, title, what, lines });
      return said;
    },
  };
}

function route(more: Partial<AlertRoute> = {}): AlertRoute {
  return {
    merchants: null,
    severities: null,
    kinds: null,
    steps: [{ to: ['duty'], afterMs: 0 }],
    quietHours: null,
    ...more,
  };
}

function partsWith(
  contacts: Record<string, ReturnType<typeof recorder>>,
  routes: readonly AlertRoute[] = [route()],
): DeliveryParts {
  return {
    ledger: store,
    contacts: new Map(Object.entries(contacts)),
    routes,
    hospitalOf: () => '西城示范医院',
  };
}

async function raise(more: Partial<Alert> & { readonly alertId: string }): Promise<void> {
  const alert = { version: 1, state: 'OPEN', severity: 'WARNING', openedAtMs: T0, left: 312, ...more };
  const values = {
    alert_id: alert.alertId,
    version: alert.version,
    kind: alert.kind ?? 'FEED_SILENT',
    merchant_id: 'H012',
    book: 'MERCHANT',
    channel: '',
    detail: '',
    state: alert.state,
    severity: alert.severity,
    since: timeText(alert.openedAtMs - 8 * MINUTE),
    opened_at: timeText(alert.openedAtMs),
    updated_at: timeText(alert.closedAtMs ?? alert.openedAtMs),
    closed_at:
      alert.closedAtMs === undefined || alert.closedAtMs === null ? null : timeText(alert.closedAtMs),
    orders: 312,
    left_orders: alert.left,
    amount_fen: '4821000',
    evidence: { silentMs: '480000' },
  };
  await ledger.client.insert({ table: 'alerts', values: [values], format: 'JSONEachRow' });
}

async function close(alertId: string, closedAtMs: number): Promise<void> {
  await raise({ alertId, version: 2, state: 'CLOSED', closedAtMs, left: 1 });
}

async function acknowledge(alertId: string, atMs: number): Promise<void> {
  const values = { alert_id: alertId, acknowledged_by: 'li', acknowledged_at: timeText(atMs), note: '' };
  await ledger.client.insert({ table: 'alert_acknowledgements', values: [values], format: 'JSONEachRow' });
}

function whats({ told }: { readonly told: readonly Told[] }): readonly string[] {
  return told.map(({ what }) => what);
}

test('an alert is told when it opens and when it closes, once each, over any number of rounds', async () => {
  const duty = recorder();
  const parts = partsWith({ duty });
  await raise({ alertId: 'a1' });
  for (let n = 0; n < 3; n += 1) await deliverRound(parts, T0 + n * 5_000);
  await close('a1', T0 + MINUTE);
  for (let n = 0; n < 3; n += 1) await deliverRound(parts, T0 + MINUTE + n * 5_000);
  expect(duty.told.map(({ title }) => title)).toEqual([
    'H012 HIS 自 10:02 起无数据：312 笔尚未对平，¥48,210.00',
    'H012 HIS 已于 10:11 恢复：312 笔中 311 笔已对平，剩 1 笔',
  ]);
  expect(duty.told[0]?.lines).toContain('医院：H012 西城示范医院');
});

test('without routes nobody is told, and nothing is written down', async () => {
  await raise({ alertId: 'a1' });
  expect(await deliverRound(partsWith({}, []), T0)).toEqual({ sent: 0, failures: [] });
  expect(await store.deliveriesOf(['a1'])).toEqual([]);
});

test('killed between the message and its row, it is told again under the same id, and then no more', async () => {
  const duty = recorder();
  const parts = partsWith({ duty });
  const dying: DeliveryLedger = {
    ...store,
    async record(rows) {
      if (rows.length > 0) throw new Error('killed');
    },
  };
  await raise({ alertId: 'a1' });
  await expect(deliverRound({ ...parts, ledger: dying }, T0)).rejects.toThrow('killed');
  for (let n = 1; n < 4; n += 1) await deliverRound(parts, T0 + n * 5_000);
  expect(whats(duty)).toEqual(['OPENED', 'OPENED']);
  expect(new Set(duty.told.map(({ id }) => id)).size).toBe(1);
});

test('a contact that fails is tried at growing distances up to ten minutes, and then told', async () => {
  let isAway = true;
  const times: number[] = [];
  const duty = recorder(() => (isAway ? { state: 'LATER', detail: 'away', waitMs: null } : SENT));
  const parts = partsWith({ duty });
  await raise({ alertId: 'a1' });
  for (let second = 0; second <= 3600; second += 15) {
    const { failures } = await deliverRound(parts, T0 + second * 1000);
    if (failures.length > 0) times.push(second);
  }
  expect(times).toEqual([0, 15, 45, 105, 225, 465, 945, 1545, 2145, 2745, 3345]);
  isAway = false;
  await deliverRound(parts, T0 + 3945_000);
  expect(whats(duty)).toEqual(['OPENED']);
  expect(await store.deliveriesOf(['a1'])).toMatchObject([{ attempt: 12, state: 'SENT', nextTryAtMs: null }]);
}, 60_000);

test('back-off doubles from 15 s and stops at ten minutes', () => {
  expect([1, 2, 3, 6, 7, 100].map(backOffMs)).toEqual([15_000, 30_000, 60_000, 480_000, 600_000, 600_000]);
});

test('a limit that the service names is kept, for new alerts of the contact, too', async () => {
  let answer: SendAnswer = { state: 'LATER', detail: '130101', waitMs: 10 * MINUTE };
  const [duty, chief] = [recorder(() => answer), recorder()];
  const parts = partsWith({ duty, chief }, [route({ steps: [{ to: ['duty', 'chief'], afterMs: 0 }] })]);
  await raise({ alertId: 'a1' });
  expect((await deliverRound(parts, T0)).failures).toMatchObject([{ contact: 'duty', state: 'LATER' }]);
  answer = SENT;
  await raise({ alertId: 'a2', openedAtMs: T0 + MINUTE });
  await deliverRound(parts, T0 + MINUTE);
  expect([duty.told.length, chief.told.length]).toEqual([0, 2]);
  await deliverRound(parts, T0 + 10 * MINUTE);
  expect(duty.told.length).toBe(2);
});

test('a refusal is tried every ten minutes: a key may be put right while the alert is open', async () => {
  let answer: SendAnswer = { state: 'REFUSED', detail: 'sign not match; compare' };
  const duty = recorder(() => answer);
  await raise({ alertId: 'a1' });
  await deliverRound(partsWith({ duty }), T0);
  expect(await store.deliveriesOf(['a1'])).toMatchObject([
    { state: 'FAILED', detail: 'sign not match; compare', nextTryAtMs: T0 + 10 * MINUTE },
  ]);
  answer = SENT;
  await deliverRound(partsWith({ duty }), T0 + 10 * MINUTE);
  expect(whats(duty)).toEqual(['OPENED']);
});

const STEPS = [
  { to: ['duty'], afterMs: 0 },
  { to: ['duty', 'chief'], afterMs: 10 * MINUTE },
  { to: ['director'], afterMs: 30 * MINUTE },
];

test('while nobody acknowledges it, an alert goes on to the next steps; all who were told hear that it is over', async () => {
  const contacts = { duty: recorder(), chief: recorder(), director: recorder() };
  const parts = partsWith(contacts, [route({ steps: STEPS })]);
  await raise({ alertId: 'a1' });
  for (let minute = 0; minute <= 40; minute += 1) {
    await deliverRound(parts, T0 + minute * MINUTE);
    if (minute === 9) expect(whats(contacts.chief)).toEqual([]);
  }
  await close('a1', T0 + 41 * MINUTE);
  await deliverRound(parts, T0 + 41 * MINUTE);
  expect(whats(contacts.duty)).toEqual(['OPENED', 'ESCALATED 1', 'CLOSED']);
  expect(whats(contacts.chief)).toEqual(['ESCALATED 1', 'CLOSED']);
  expect(whats(contacts.director)).toEqual(['ESCALATED 2', 'CLOSED']);
  expect(contacts.chief.told[0]?.title).toMatch(/^【升级】H012 HIS/);
});

test('an alert that somebody has acknowledged goes no further', async () => {
  const contacts = { duty: recorder(), chief: recorder(), director: recorder() };
  const parts = partsWith(contacts, [route({ steps: STEPS })]);
  await raise({ alertId: 'a1' });
  await deliverRound(parts, T0);
  await deliverRound(parts, T0 + 10 * MINUTE);
  await acknowledge('a1', T0 + 12 * MINUTE);
  await deliverRound(parts, T0 + 45 * MINUTE);
  expect([whats(contacts.chief), whats(contacts.director)]).toEqual([['ESCALATED 1'], []]);
});

test('a first contact that cannot be reached does not keep the next step from being told', async () => {
  const contacts = {
    duty: recorder(() => ({ state: 'REFUSED', detail: 'no' })),
    chief: recorder(),
    director: recorder(),
  };
  const parts = partsWith(contacts, [route({ steps: STEPS })]);
  await raise({ alertId: 'a1' });
  for (const minute of [0, 5, 10]) await deliverRound(parts, T0 + minute * MINUTE);
  expect(whats(contacts.chief)).toEqual(['ESCALATED 1']);
});

test('a system that was down when an alert was due tells the first step first', async () => {
  const contacts = { duty: recorder(), chief: recorder(), director: recorder() };
  const parts = partsWith(contacts, [route({ steps: STEPS })]);
  await raise({ alertId: 'a1' });
  for (const minute of [60, 61, 69, 70]) await deliverRound(parts, T0 + minute * MINUTE);
  expect([whats(contacts.duty), whats(contacts.chief)]).toEqual([['OPENED', 'ESCALATED 1'], ['ESCALATED 1']]);
  expect(whats(contacts.director)).toEqual([]);
});

const NIGHT = { fromMinute: 22 * 60, toMinute: 7 * 60, below: 'CRITICAL' } as const;
/** 23:30 of 2026-03-09 in Beijing; the hours end at 07:00. */
const LATE = Date.UTC(2026, 2, 9, 15, 30);
const MORNING = Date.UTC(2026, 2, 9, 23, 0);

test('quiet hours hold back what is less severe, drop what is over by then, and let the rest through at their end', async () => {
  const duty = recorder();
  const parts = partsWith({ duty }, [route({ quietHours: NIGHT })]);
  await raise({ alertId: 'short', openedAtMs: LATE });
  await raise({ alertId: 'long', openedAtMs: LATE });
  await raise({ alertId: 'grave', openedAtMs: LATE, severity: 'CRITICAL' });
  await deliverRound(parts, LATE);
  expect(duty.told.map(({ lines }) => lines.at(-1))).toEqual(['编号：grave']);
  expect(await store.deliveriesOf(['long'])).toMatchObject([
    { state: 'PENDING', nextTryAtMs: MORNING, attempt: 0, detail: 'quiet hours' },
  ]);
  await close('short', LATE + MINUTE);
  await deliverRound(parts, LATE + MINUTE);
  await deliverRound(parts, MORNING - 1);
  expect(duty.told).toHaveLength(1);
  await deliverRound(parts, MORNING);
  await deliverRound(parts, MORNING + MINUTE);
  expect(duty.told.map(({ lines }) => lines.at(-1))).toEqual(['编号：grave', '编号：long']);
  expect(await store.deliveriesOf(['short'])).toMatchObject([
    { state: 'GAVE_UP', detail: 'over before the quiet hours were' },
  ]);
});

test('steps that the night held back count from the morning', async () => {
  const contacts = { duty: recorder(), chief: recorder(), director: recorder() };
  const parts = partsWith(contacts, [route({ steps: STEPS, quietHours: NIGHT })]);
  await raise({ alertId: 'a1', openedAtMs: LATE });
  for (const at of [LATE, LATE + 20 * MINUTE, MORNING, MORNING + 9 * MINUTE]) await deliverRound(parts, at);
  expect([whats(contacts.duty), whats(contacts.chief)]).toEqual([['OPENED'], []]);
  await deliverRound(parts, MORNING + 10 * MINUTE);
  expect(whats(contacts.chief)).toEqual(['ESCALATED 1']);
});

test('an alert that grows severe in the night is told at once', async () => {
  const duty = recorder();
  const parts = partsWith({ duty }, [route({ quietHours: NIGHT })]);
  await raise({ alertId: 'a1', openedAtMs: LATE });
  await deliverRound(parts, LATE);
  await raise({ alertId: 'a1', openedAtMs: LATE, version: 2, severity: 'CRITICAL' });
  await deliverRound(parts, LATE + MINUTE);
  expect(whats(duty)).toEqual(['OPENED']);
});

test('many at once come to people as one message, and to programs one by one', async () => {
  const [duty, tickets] = [recorder(), recorder(() => SENT, false)];
  const parts = partsWith({ duty, tickets }, [route({ steps: [{ to: ['duty', 'tickets'], afterMs: 0 }] })]);
  for (let n = 0; n < 40; n += 1) await raise({ alertId: `a${n}` });
  expect(await deliverRound(parts, T0)).toEqual({ sent: 80, failures: [] });
  await deliverRound(parts, T0 + 5_000);
  expect(duty.told).toMatchObject([{ what: 'SUMMARY', title: '对账告警 40 条' }]);
  expect(duty.told[0]?.lines.slice(-2)).toEqual(['另有 10 条，请到系统中查看', '级别：汇总']);
  expect(new Set(tickets.told.map(({ id }) => id)).size).toBe(40);
});

test('who was not told that it began is not told that it is over', async () => {
  const duty = recorder(() => ({ state: 'LATER', detail: 'away', waitMs: null }));
  await raise({ alertId: 'a1' });
  await deliverRound(partsWith({ duty }), T0);
  await close('a1', T0 + MINUTE);
  const back = recorder();
  await deliverRound(partsWith({ duty: back }), T0 + MINUTE);
  expect(back.told).toEqual([]);
  expect(await store.deliveriesOf(['a1'])).toMatchObject([
    { state: 'GAVE_UP', detail: 'over before it was told: away' },
  ]);
});

test('the first route that fits counts', async () => {
  const contacts = { duty: recorder(), chief: recorder() };
  const routes = [
    route({ merchants: new Set(['H001']), steps: [{ to: ['duty'], afterMs: 0 }] }),
    route({ severities: new Set(['CRITICAL'] as const), steps: [{ to: ['chief'], afterMs: 0 }] }),
    route({ kinds: new Set(['FEED_SILENT'] as const) }),
  ];
  await raise({ alertId: 'a1', severity: 'CRITICAL' });
  await raise({ alertId: 'a2' });
  await raise({ alertId: 'a3', kind: 'DEAD_LETTERS' });
  expect((await deliverRound(partsWith(contacts, routes), T0)).sent).toBe(2);
  expect([contacts.duty.told.length, contacts.chief.told.length]).toEqual([1, 1]);
});

test('a contact that the configuration has no more is given up', async () => {
  await raise({ alertId: 'a1' });
  await deliverRound(partsWith({ duty: recorder() }), T0);
  await close('a1', T0 + MINUTE);
  const others = partsWith({ chief: recorder() }, [route({ steps: [{ to: ['chief'], afterMs: 0 }] })]);
  expect(await deliverRound(others, T0 + MINUTE)).toEqual({ sent: 0, failures: [] });
  expect(await store.deliveriesOf(['a1'])).toMatchObject([
    { what: 'CLOSED', state: 'GAVE_UP' },
    { what: 'OPENED' },
  ]);
});

test('a process killed with -9 before it wrote a message down: the next one sends it again, and its id tells so', async () => {
  await using receiver = await startReceiver((_, response) => response.writeHead(204).end());
  const key = randomBytes(32);
  await raise({ alertId: 'a1' });
  const args = [KILLED_DELIVERY, ledger.url, receiver.url, key.toString('base64'), String(T0)];
  const [, signal] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  expect([signal, receiver.received.length]).toEqual(['SIGKILL', 1]);
  expect(await store.deliveriesOf(['a1'])).toEqual([]);
  const tickets = webhookContact(new URL(receiver.url), key, { now: Date.now });
  const parts: DeliveryParts = {
    ...partsWith({}, [route({ steps: [{ to: ['tickets'], afterMs: 0 }] })]),
    contacts: new Map([['tickets', tickets]]),
  };
  for (let n = 1; n < 4; n += 1) await deliverRound(parts, T0 + n * 5_000);
  const ids = receiver.received.map(({ headers }) => headers['x-duizhang-id']);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('a round that fails is told and followed by the next, until the signal comes', async () => {
  const stopping = new AbortController();
  const [broken, rounds]: [unknown[], number[]] = [[], []];
  let asked = 0;
  const duty = recorder();
  await raise({ alertId: 'a1' });
  await keepDelivering({
    delivery: {
      ...partsWith({ duty }),
      ledger: {
        ...store,
        async changedAlerts(sinceMs) {
          asked += 1;
          if (asked === 1) throw new Error('a bug');
          return store.changedAlerts(sinceMs);
        },
      },
    },
    now: () => T0,
    everyMs: 1,
    onRound: ({ sent }) => {
      rounds.push(sent);
      stopping.abort();
    },
    isAway: () => false,
    onAway: () => undefined,
    onBroken: (error) => broken.push(error),
    signal: stopping.signal,
  });
  expect([broken.length, rounds]).toEqual([1, [1]]);
});
