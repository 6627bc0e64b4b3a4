import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickHouseAlertLedger } from '../../adapters/clickhouse/alerts.ts';
import { clickHouseRealtimeLedger } from '../../adapters/clickhouse/realtimeLedger.ts';
import { redisLiveChanges, redisLiveVerdicts } from '../../adapters/redis/liveChanges.ts';
import type { TwoHospitals } from '../access/twoHospitals.ts';
import { bearerOf, startTwoHospitals } from '../access/twoHospitals.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { aVerdict, insertVerdicts } from '../integration/ledgerHarness.ts';
import { alertOf } from './someAlert.ts';

let world: TwoHospitals;
beforeAll(async () => {
  world = await startTwoHospitals();
});
afterAll(() => world[Symbol.asyncDispose]());

const ledger = () => clickHouseAlertLedger(world.system.close.client);
const live = () => redisLiveChanges(world.system.close.redis);
const verdicts = () => redisLiveVerdicts(world.system.close.redis);
const publish = (alert: ReturnType<typeof alertOf>) =>
  live().publish([{ topic: 'alert', merchantId: alert.merchantId, alert }]);

async function streamed(name: 'H001' | 'H002', lastEventId?: string) {
  const { body, headers, statusCode } = await world.app.inject({
    url: '/api/v1/stream?once=true',
    headers: {
      ...bearerOf('viewer', name),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });
  return { body, headers, statusCode };
}

test('what is written is read back whole, the newest version, however often and in whatever order it was written', async () => {
  const alert = alertOf({ detail: 'versions', openedAtMs: Date.UTC(2026, 2, 9, 3) });
  const closed = {
    ...alert,
    version: 3,
    state: 'CLOSED',
    closedAtMs: alert.openedAtMs + 5,
    untilMs: 7,
    left: 0,
  } as const;
  await ledger().write([closed]);
  await ledger().write([alert, { ...alert, version: 2, orders: 9 }]);
  await ledger().write([closed, alert]);
  const found = await ledger().alertsSince(alert.openedAtMs);
  expect(found.filter(({ alertId }) => alertId === alert.alertId)).toEqual([closed]);
  expect((await ledger().alertsSince(alert.openedAtMs + 6)).map(({ alertId }) => alertId)).not.toContain(
    alert.alertId,
  );
});

test('a list shows what is of the own hospitals, page by page, and who has seen it', async () => {
  for (let n = 0; n < 3; n += 1) {
    await ledger().write([alertOf({ detail: `page-${n}`, openedAtMs: Date.UTC(2026, 2, 10, n) })]);
  }
  await ledger().write([alertOf({ merchantId: '', kind: 'DEAD_LETTERS', detail: '' })]);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await world.app.inject({
      url: `/api/v1/alerts?state=OPEN&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      headers: bearerOf('viewer', 'H001'),
    });
    const page: { items: { detail: string; merchantId: string }[]; nextCursor: string | null } =
      JSON.parse(body);
    for (const { detail, merchantId } of page.items) {
      expect(merchantId).toBe('H001');
      seen.push(detail);
    }
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  expect(seen).toEqual(['page-2', 'page-1', 'page-0', 'MARKONE']);
});

test('a link to an alert finds it when it is closed, and of another hospital it finds nothing', async () => {
  const openedAtMs = Date.UTC(2026, 2, 10, 9);
  const closed = alertOf({ detail: 'LINKED', state: 'CLOSED', openedAtMs, closedAtMs: openedAtMs + 60_000 });
  await ledger().write([closed]);
  const ask = (name: 'H001' | 'H002') =>
    world.app.inject({ url: `/api/v1/alerts/${closed.alertId}`, headers: bearerOf('viewer', name) });
  expect((await ask('H001')).json()).toMatchObject({
    alertId: closed.alertId,
    state: 'CLOSED',
    detail: 'LINKED',
  });
  expect((await ask('H002')).json()).toMatchObject({ code: 'DZ_NOT_FOUND' });
});

test('the orders of an alert are listed page by page, those of its hospital and type alone', async () => {
  const at = Date.UTC(2026, 2, 11, 3);
  const verdict = (merchantId: string, orderNo: string, more: Partial<Verdict> = {}) => {
    const side = {
      ...platformSide(),
      occurredAtMs: at + Number(orderNo.slice(1)),
      businessDate: '2026-03-11',
    };
    const sides = { MERCHANT: { ...side, amountFen: 2n }, PLATFORM: side, CHANNEL: null };
    const code = 'AMOUNT_MISMATCH' as const;
    const own = { merchantId, orderNo, code, sides, businessType: 'LISTED', businessDate: '2026-03-11' };
    return { verdict: aVerdict({ ...own, ...more }), version: 4_096n, span: 0 };
  };
  const rows = [
    ...['L1', 'L2', 'L3'].map((orderNo) => verdict('H001', orderNo)),
    verdict('H002', 'L4'),
    verdict('H001', 'L5', { businessType: 'OTHER' }),
    verdict('H001', 'L6', { code: 'MATCHED' }),
  ];
  const realtime = clickHouseRealtimeLedger(world.system.close.client);
  for (const batch of [rows, rows]) await insertVerdicts(realtime, batch);
  const alert = alertOf({ detail: 'LISTED', sinceMs: at, openedAtMs: at + 1 });
  await ledger().write([alert, alertOf({ kind: 'DAY_NOT_CLOSED', detail: '2026-03-11', openedAtMs: at })]);
  const ask = async (id: string, query: string, name: 'H001' | 'H002' = 'H001') =>
    world.app.inject({ url: `/api/v1/alerts/${id}/orders?${query}`, headers: bearerOf('viewer', name) });
  const first = (await ask(alert.alertId, 'limit=2')).json();
  const second = (await ask(alert.alertId, `limit=2&cursor=${first.nextCursor}`)).json();
  const items: { orderNo: string }[] = [...first.items, ...second.items];
  expect(items.map(({ orderNo }) => orderNo)).toEqual(['L1', 'L2', 'L3']);
  expect(second.nextCursor).toBeNull();
  expect(items[0]).toMatchObject({
    amountFen: '2500',
    occurredAt: '2026-03-11T03:00:00.001Z',
    verdict: 'AMOUNT_MISMATCH',
    healedAt: null,
  });
  expect((await ask(alert.alertId, 'limit=2', 'H002')).statusCode).toBe(404);
  const day = alertOf({ kind: 'DAY_NOT_CLOSED', detail: '2026-03-11', openedAtMs: at });
  expect((await ask(day.alertId, 'limit=2')).json()).toEqual({ items: [], nextCursor: null });
});

function platformSide() {
  const side = aVerdict().sides.PLATFORM;
  if (!side) throw new Error('a payment without its side');
  return side;
}

test('the first to acknowledge stays, and the watch goes on without taking it away', async () => {
  const { alertId } = world.hospitals.H001;
  const ask = (who: 'operator' | 'approver') =>
    world.app.inject({
      method: 'POST',
      url: `/api/v1/alerts/${alertId}/acknowledge`,
      headers: bearerOf(who, 'H001'),
      payload: { note: `${who} called` },
    });
  expect((await ask('operator')).json()).toMatchObject({
    acknowledgedBy: 'operator-H001',
    note: 'operator called',
  });
  const [alert] = (await ledger().alertsSince(0)).filter((each) => each.alertId === alertId);
  await ledger().write([{ ...alertOf(alert), version: 2, left: 1 }]);
  expect((await ask('approver')).json()).toMatchObject({
    acknowledgedBy: 'operator-H001',
    version: 2,
    left: 1,
  });
  const { body } = await world.app.inject({
    url: '/api/v1/audit?kind=ALERT_ACKNOWLEDGE',
    headers: bearerOf('auditor', 'H001'),
  });
  expect(JSON.parse(body).items[0]).toMatchObject({ user: 'approver-H001' });
});

test('a stream tells the changes of the own hospitals, and goes on behind the last one seen', async () => {
  const start = await live().newestId();
  await publish(alertOf({ detail: 'one' }));
  await publish(alertOf({ merchantId: 'H002', detail: 'other' }));
  await publish(alertOf({ detail: 'two' }));
  const { body, headers } = await streamed('H001', start);
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const ids = [...body.matchAll(/^id: (.+)$/gm)].map(([, id]) => id);
  const details = [...body.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? '').detail);
  expect(details).toEqual(['one', 'two']);
  expect((await streamed('H001', ids[0])).body).toContain('"two"');
  expect((await streamed('H001', ids[0])).body).not.toContain('"one"');
  expect((await streamed('H001', ids[1])).body).not.toContain('data:');
});

test('whoever was away for longer than changes are kept is told to ask again', async () => {
  expect((await streamed('H001', '1-0')).body).toContain('event: reset');
  await publish(alertOf({ detail: 'after' }));
  expect((await streamed('H001')).body).not.toContain('data:');
  expect((await streamed('H001', 'x')).statusCode).toBe(400);
});

test('verdicts are followed apart from alerts, of the own hospitals alone', async () => {
  const counts = { atMs: Date.UTC(2026, 2, 9), verdicts: 3, matched: 2, exceptions: 1, healed: 0 };
  const told = (merchantId: string) => ({
    topic: 'verdicts' as const,
    merchantId,
    batch: {
      merchantId,
      ...counts,
      items: [
        {
          kind: 'PAYMENT',
          orderNo: `of ${merchantId}`,
          refundNo: null,
          keyPart: 'P',
          code: 'PLATFORM_ONLY',
          channel: 'WECHAT',
          businessDate: '2026-03-09',
          merchantFen: null,
          platformFen: 2_500n,
          occurredAtMs: counts.atMs,
          atMs: counts.atMs,
          healedAfterMs: null,
        } as const,
      ],
    },
  });
  const start = await live().newestId();
  await verdicts().publish([told('H001')]);
  const behind = await verdicts().newestId();
  await verdicts().publish([told('H002'), told('H001')]);
  expect((await streamed('H001', start)).body).not.toContain('verdicts');
  const { body } = await world.app.inject({
    url: '/api/v1/stream?once=true&topic=verdicts',
    headers: { ...bearerOf('viewer', 'H001'), 'last-event-id': behind },
  });
  const data = [...body.matchAll(/^event: verdicts\nid: .+\ndata: (.+)$/gm)].map(([, text = '']) =>
    JSON.parse(text),
  );
  expect(data).toMatchObject([
    {
      merchantId: 'H001',
      verdicts: 3,
      at: '2026-03-09T00:00:00.000Z',
      items: [{ platformFen: '2500', merchantFen: null, healedAfterMs: null }],
    },
  ]);
});

test('a stream ends when its token does, and one person cannot hold them all', async () => {
  let isValid = true;
  const other = await startTwoHospitals({
    principals: () => {
      if (!isValid) throw new Error('the token has ended');
      return { userId: 'somebody', roles: new Set(['viewer']), merchants: null };
    },
    stream: { live: live(), verdicts: verdicts(), lookMs: 10, checkMs: 50 },
  });
  try {
    const address = await other.app.listen({ host: '127.0.0.1', port: 0 });
    const open = () => fetch(`${address}/api/v1/stream`, { headers: { authorization: 'Bearer x' } });
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const eleventh = await open();
    expect(eleventh.status).toBe(429);
    await eleventh.body?.cancel();
    await streams[0]?.body?.cancel();
    isValid = false;
    const rest = await Promise.all(streams.slice(1).map((stream) => stream.text()));
    expect(rest.every((text) => text.startsWith('retry: 2000'))).toBe(true);
    isValid = true;
    const again = await open();
    expect(again.status).toBe(200);
    await again.body?.cancel();
  } finally {
    await other[Symbol.asyncDispose]();
  }
}, 60_000);
