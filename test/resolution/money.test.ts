import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { redisMoneyEpoch } from '../../adapters/redis/money/orderLocks.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { attemptsOf } from '../../domain/refundIntent.ts';
import { approve, reject } from '../../resolution/approvals.ts';
import { recoverRefunds } from '../../resolution/recoverRefunds.ts';
import { Random } from '../../simulator/random.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import {
  APPROVER,
  DATE,
  OPERATOR,
  line,
  matchedLines,
  person,
  request,
  startCaseSystem,
} from './resolutionHarness.ts';

const DUE = 10_000n;
/** npm test keeps it short; bench/RESULTS.md has a longer run. */
const ATTEMPTS = Number(process.env['DZ_ATTEMPTS'] ?? 200);
const CLIENTS = 20;
/** The number is 1000. */
const RANDOM_ORDERS = Number(process.env['DZ_ORDERS'] ?? 12);

let system: CaseSystem;

beforeAll(async () => {
  system = await startCaseSystem();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => {
  system.gateway.faults.length = 0;
  system.rules = { ...system.rules, approvalFromFen: null };
});

const unbooked = () => system.unbooked();

/** What is open is asked for until it has ended. */
async function recover(): Promise<void> {
  for (let rounds = 0; rounds < 10; rounds += 1) {
    system.nowMs += 3_600_000;
    system.gateway.settleAll();
    await recoverRefunds(system.deps);
    if ((await system.ledger.ordersWithOpenRefunds()).length === 0) return;
  }
  throw new Error('refunds are open still');
}

test(`${ATTEMPTS} attempts of ${CLIENTS} clients at once, with lost answers and an emptied Redis, refund once`, async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('LOST_BEFORE', 'LOST_AFTER', 'PROCESSING', 'NOT_ENOUGH', 'LOST_AFTER');
  const codes = new Map<string, number>();
  let left = ATTEMPTS;
  const client = async (n: number): Promise<void> => {
    const operator = person(`operator-${n}`, 'operator');
    while (left > 0) {
      left -= 1;
      if (left === Math.floor(ATTEMPTS / 2)) {
        await system.close.redis.flushall();
        await redisMoneyEpoch(system.close.redis, () => system.nowMs).begin();
      }
      if (left % 50 === 0) {
        system.nowMs += 60_000;
        await recoverRefunds(system.deps);
      }
      try {
        const result = await system.actWithCode(request('REFUND', orderNo), DUE, operator);
        codes.set(result.state, (codes.get(result.state) ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof DuizhangError)) throw error;
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  await recover();
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
  expect([...system.gateway.refunds.values()].filter((refund) => refund.orderNo === orderNo)).toHaveLength(1);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND' });
  expect([...codes.values()].reduce((a, b) => a + b, 0)).toBe(ATTEMPTS);
}, 1_800_000);

test(`over ${RANDOM_ORDERS} random orders the gateway has paid what the cases say`, async () => {
  const orders = await Promise.all(
    Array.from({ length: RANDOM_ORDERS }, () => Promise.resolve(system.newOrderNo())),
  );
  await system.close.writeEvents([
    ...matchedLines('BG-random'),
    ...orders.flatMap((no) => [line('PLATFORM', no), line('CHANNEL', no)]),
  ]);
  await system.close.close(DATE);
  const random = new Random('7');
  const [done, refused] = [new Set<string>(), new Set<string>()];
  for (let i = 0; i < 5 * RANDOM_ORDERS; i += 1) {
    const orderNo = orders[random.int(0, orders.length - 1)] ?? '';
    const fault = random.pick([
      'LOST_BEFORE',
      'LOST_AFTER',
      'PROCESSING',
      'NOT_ENOUGH',
      'CLOSED',
      'NONE',
      'NONE',
    ] as const);
    system.gateway.faults.splice(0, Infinity, ...(fault === 'NONE' ? [] : [fault]));
    const partFen = BigInt(random.int(1, 6_000));
    const restFen = DUE - system.gateway.totalOf(orderNo);
    const [asked, amountFen] = random.pick([
      [request('SELF_REFUND', orderNo, { caseId: null, amountFen: partFen }), partFen],
      [request('SELF_REFUND', orderNo, { caseId: null, amountFen: partFen }), partFen],
      [request('REFUND', orderNo), restFen],
      [request('EXTERNAL_REFUND', orderNo, { channelRefundNo: `b-${i}` }), 0n],
      [request('WRITE_OFF', orderNo), 0n],
    ] as const);
    try {
      done.add(`${asked.action} ${(await system.actWithCode(asked, amountFen)).state}`);
    } catch (error) {
      if (!(error instanceof DuizhangError)) throw error;
      refused.add(error.code);
    }
    if (random.chance(0.3)) {
      system.nowMs += random.pick([120_000, 900_000]);
      system.gateway.settleAll();
      await recoverRefunds(system.deps);
    }
  }
  await recover();
  for (const orderNo of orders) {
    const rows = await system.rowsOf(orderNo);
    const said = attemptsOf(rows).filter(({ state }) => state === 'SUCCEEDED');
    const sumOf = (own: typeof said) => own.reduce((total, { amountFen }) => total + amountFen, 0n);
    const isOutside = ({ refundNo }: { readonly refundNo: string }) => refundNo.startsWith('external ');
    expect(sumOf(said.filter((each) => !isOutside(each)))).toBe(system.gateway.totalOf(orderNo));
    expect(sumOf(said)).toBeLessThanOrEqual(DUE);
    for (const chain of Map.groupBy(rows, (row) => row.caseId).values())
      expect(chainFaults(chain)).toEqual([]);
  }
  // Few orders come as far as two ways of paying; a thousand, as every one and as giving a number up.
  expect([...done]).toEqual(expect.arrayContaining(['SELF_REFUND DONE', 'REFUND DONE']));
  if (RANDOM_ORDERS < 1000) return;
  expect([...done]).toEqual(expect.arrayContaining(['EXTERNAL_REFUND DONE', 'WRITE_OFF DONE']));
  expect([...refused]).toEqual(expect.arrayContaining(['DZ_REFUND_NUMBER_TAKEN', 'DZ_ACTION_UNFINISHED']));
}, 1_800_000);

test('an answer that was lost keeps the order from everything else until the gateway has told', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('LOST_AFTER');
  expect(await system.actWithCode(request('REFUND', orderNo), DUE)).toMatchObject({ state: 'PROCESSING' });
  await expect(system.actWithCode(request('REFUND', orderNo), DUE)).rejects.toMatchObject({
    code: 'DZ_ACTION_UNFINISHED',
  });
  await expect(
    system.actWithCode(request('SELF_REFUND', orderNo, { caseId: null, amountFen: 1n }), 1n),
  ).rejects.toMatchObject({ code: 'DZ_ACTION_UNFINISHED' });
  await recover();
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED' });
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('what the gateway does not know is sent again, under the same number', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('LOST_BEFORE');
  await system.actWithCode(request('REFUND', orderNo), DUE);
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
  await recover();
  expect(
    new Set(system.gateway.sent.filter((sent) => sent.orderNo === orderNo).map(({ refundNo }) => refundNo))
      .size,
  ).toBe(1);
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
});

test('too little balance: the same number is sent when it is tried again', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('NOT_ENOUGH');
  const failed = await system.actWithCode(request('REFUND', orderNo), DUE);
  expect(failed).toMatchObject({ state: 'FAILED', code: 'NOT_ENOUGH', caseStatus: 'OPEN' });
  const done = await system.actWithCode(request('REFUND', orderNo), DUE);
  expect(done).toMatchObject({ state: 'DONE', refundNo: failed.refundNo });
  await expect(system.actWithCode(request('REFUND', orderNo), DUE)).rejects.toMatchObject({
    code: 'DZ_ACTION_SETTLED',
  });
});

test('a refusal for good opens the external refund, and the next refund of the order has another number', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('CLOSED');
  const refused = await system.actWithCode(request('REFUND', orderNo), DUE);
  expect(refused).toMatchObject({ state: 'REFUSED', caseStatus: 'OPEN' });
  expect(
    await system.act(
      request('EXTERNAL_REFUND', orderNo, { channelRefundNo: 'back-office-1', amountFen: DUE }),
    ),
  ).toMatchObject({ state: 'DONE', caseStatus: 'IN_PROGRESS' });
  await expect(
    system.actWithCode(request('SELF_REFUND', orderNo, { caseId: null, amountFen: 1n }), 1n),
  ).rejects.toMatchObject({ code: 'DZ_REFUND_EXCEEDS' });
  expect(await system.act(request('WRITE_OFF', orderNo))).toMatchObject({ caseStatus: 'RESOLVED' });
});

test('the same request again gives the first answer, another under its key is refused', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('PROCESSING');
  const asked = request('REFUND', orderNo);
  const first = await system.actWithCode(asked, DUE);
  await recover();
  expect(await system.act(asked)).toEqual(first);
  expect(first.state).toBe('PROCESSING');
  await expect(system.act({ ...asked, requestHash: 'b'.repeat(64) })).rejects.toMatchObject({
    code: 'DZ_IDEMPOTENCY_KEY_USED',
  });
});

test('from the threshold on another person decides, never the one who asked', async () => {
  system.rules = { ...system.rules, approvalFromFen: DUE };
  const orderNo = await unbooked();
  const asked = await system.actWithCode(request('REFUND', orderNo), DUE);
  expect(asked).toMatchObject({ state: 'AWAITS_APPROVAL', caseStatus: 'PENDING_APPROVAL' });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
  const { actionId } = asked;
  const both = person('li', 'operator', 'approver');
  await expect(approve(both, { actionId, note: '' }, system.deps)).rejects.toMatchObject({
    code: 'DZ_APPROVAL_OWN',
  });
  await expect(approve(OPERATOR, { actionId, note: '' }, system.deps)).rejects.toMatchObject({
    code: 'DZ_FORBIDDEN',
  });
  expect(await reject(APPROVER, { actionId, note: 'ask the ward first' }, system.deps)).toMatchObject({
    state: 'REJECTED',
    caseStatus: 'OPEN',
  });
  await expect(approve(APPROVER, { actionId, note: '' }, system.deps)).rejects.toMatchObject({
    code: 'DZ_APPROVAL_DECIDED',
  });

  const again = await system.actWithCode(request('REFUND', orderNo), DUE);
  const approvals = await Promise.allSettled(
    [1, 2, 3].map(() => approve(APPROVER, { actionId: again.actionId, note: 'agreed' }, system.deps)),
  );
  expect(approvals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(system.gateway.totalOf(orderNo)).toBe(DUE);
  expect(await system.caseOf(orderNo)).toMatchObject({ status: 'RESOLVED' });
});

test('parts of an order add up to the threshold', async () => {
  system.rules = { ...system.rules, approvalFromFen: 5_000n };
  const orderNo = await unbooked();
  const part = () => request('SELF_REFUND', orderNo, { caseId: null, amountFen: 3_000n });
  expect(await system.actWithCode(part(), 3_000n)).toMatchObject({ state: 'DONE' });
  expect(await system.actWithCode(part(), 3_000n)).toMatchObject({ state: 'AWAITS_APPROVAL' });
  expect(system.gateway.totalOf(orderNo)).toBe(3_000n);
});

test('a row of a refund that somebody has changed is told, and neither paid nor passed over', async () => {
  const orderNo = await unbooked();
  system.gateway.faults.push('LOST_BEFORE');
  await system.actWithCode(request('REFUND', orderNo), DUE);
  const { client } = system.close;
  await client.command({
    query: `ALTER TABLE exception_actions UPDATE intent = '{}' WHERE order_no = '${orderNo}' AND step = 'INTENT' SETTINGS mutations_sync = 2`,
  });
  system.nowMs += 3_600_000;
  const stuck: string[] = [];
  await recoverRefunds(system.deps, (order, error) => stuck.push(`${order.orderNo} ${error.code}`));
  expect(stuck).toEqual([`${orderNo} DZ_CASE_ROW_BROKEN`]);
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
  const [chain = []] = Map.groupBy(await system.rowsOf(orderNo), (row) => row.caseId).values();
  expect(chainFaults(chain)).toHaveLength(1);
  await client.command({
    query: `ALTER TABLE exception_actions DELETE WHERE order_no = '${orderNo}' SETTINGS mutations_sync = 2`,
  });
});

test('what healed while it waited for approval is not refunded any more', async () => {
  system.rules = { ...system.rules, approvalFromFen: DUE };
  const orderNo = await unbooked();
  const { actionId } = await system.actWithCode(request('REFUND', orderNo), DUE);
  await system.close.writeEvents([line('MERCHANT', orderNo)]);
  await system.close.close(DATE);
  await expect(approve(APPROVER, { actionId, note: '' }, system.deps)).rejects.toMatchObject({
    code: 'DZ_ACTION_SETTLED',
  });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('a code is for its user, case and amount, five tries, once', async () => {
  const [orderNo, other] = [await unbooked(), await unbooked()];
  const asked = request('REFUND', orderNo);
  const code = await system.codeFor(asked, DUE);
  await expect(system.act({ ...request('REFUND', other), code })).rejects.toMatchObject({
    code: 'DZ_CODE_EXPIRED',
  });
  await expect(system.act({ ...asked, code }, person('zhao', 'operator'))).rejects.toMatchObject({
    code: 'DZ_CODE_EXPIRED',
  });
  const wrong = code === '000000' ? '000001' : '000000';
  for (const triesLeft of [4, 3, 2, 1, 0]) {
    await expect(system.act({ ...request('REFUND', orderNo), code: wrong })).rejects.toMatchObject({
      code: 'DZ_CODE_WRONG',
      details: { triesLeft },
    });
  }
  await expect(system.act({ ...asked, code })).rejects.toMatchObject({ code: 'DZ_CODE_EXPIRED' });
  expect(system.gateway.totalOf(orderNo)).toBe(0n);
});

test('while Redis is new nothing is acted upon', async () => {
  const orderNo = await unbooked();
  await system.close.redis.flushall();
  await expect(system.actWithCode(request('REFUND', orderNo), DUE)).rejects.toMatchObject({
    code: 'DZ_MONEY_WAITS',
  });
  await redisMoneyEpoch(system.close.redis, () => system.nowMs).begin();
  expect(await system.actWithCode(request('REFUND', orderNo), DUE)).toMatchObject({ state: 'DONE' });
});

test('another hospital’s exception is not there', async () => {
  const orderNo = await unbooked();
  const stranger = { ...OPERATOR, merchants: new Set(['H009']) };
  await expect(system.act(request('WRITE_OFF', orderNo), stranger)).rejects.toMatchObject({
    code: 'DZ_NOT_FOUND',
  });
  await expect(system.act(request('WRITE_OFF', orderNo), person('v', 'viewer'))).rejects.toMatchObject({
    code: 'DZ_FORBIDDEN',
  });
});
