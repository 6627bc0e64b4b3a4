import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisMoneyEpoch } from '../../adapters/redis/money/orderLocks.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { act } from '../../resolution/act.ts';
import type { ActionRequest } from '../../resolution/actionRequest.ts';
import { approve } from '../../resolution/approvals.ts';
import { recoverRefunds } from '../../resolution/recoverRefunds.ts';
import type { MoneyStep, ResolutionDeps } from '../../resolution/resolution.ts';
import { RefundBook } from '../../simulator/endpoints/refunds/refundBook.ts';
import { RefundDesk } from '../../simulator/endpoints/refunds/refundDesk.ts';
import { startUpp } from '../../simulator/endpoints/refunds/upp.ts';
import type { Endpoint } from '../../simulator/endpoints/serve.ts';
import type { WorkerOrder } from './moneyWorker.ts';
import { workerDeps } from './moneyWorker.ts';
import type { CaseSystem } from './resolutionHarness.ts';
import { APPROVER, AT_MS, DATE, OPERATOR, line, request, startCaseSystem } from './resolutionHarness.ts';

// Each money action is ended with -9 at each of its steps, with Redis as it was and with Redis emptied meanwhile. Whoever
// comes after, the person with the same request or the recovery, ends in the same state, with exactly one refund.

const WORKER = new URL('moneyWorker.ts', import.meta.url).pathname;
const DUE = 10_000n;
const UPP_KEY = randomBytes(32);

const BEFORE_MONEY: readonly MoneyStep[] = ['LOCKED', 'READ', 'CODE_REDEEMED'];
const AT_MONEY: readonly MoneyStep[] = [
  'INTENT_WRITTEN',
  'GATEWAY_ANSWERED',
  'ENTRY_WRITTEN',
  'OUTCOME_WRITTEN',
];

type Kill = {
  readonly kind: WorkerOrder['what']['kind'];
  readonly step: MoneyStep;
  readonly redis: 'kept' | 'emptied';
  readonly orderNo: string;
};

function kills(kind: Kill['kind'], steps: readonly MoneyStep[]): readonly Kill[] {
  return steps.flatMap((step) =>
    (['kept', 'emptied'] as const).map((redis) => ({
      kind,
      step,
      redis,
      orderNo: `K-${kind}-${step}-${redis}`,
    })),
  );
}

const KILLS: readonly Kill[] = [
  ...kills('REFUND', [...BEFORE_MONEY, ...AT_MONEY]),
  ...kills('SELF_REFUND', [...BEFORE_MONEY, ...AT_MONEY]),
  ...kills('APPROVE', ['LOCKED', 'READ', ...AT_MONEY]),
  ...kills('WRITE_OFF', ['READ', 'RECORDED']),
  ...kills('SUPPLEMENT', ['READ', 'RECORDED']),
  ...kills('EXTERNAL_REFUND', ['READ', 'RECORDED']),
];

let system: CaseSystem;
let upp: Endpoint;
let book: RefundBook;
let deps: ResolutionDeps;
const redisUrl = (): string => `redis://127.0.0.1:${system.close.redis.options.port ?? 0}`;

beforeAll(async () => {
  system = await startCaseSystem();
  const matched = (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).map((side) => line(side, 'K-matched'));
  await system.close.writeEvents([...matched, ...KILLS.flatMap(linesOf)]);
  await system.close.close(DATE);
  await system.keepCases();
  const now = (): number => system.nowMs;
  book = new RefundBook({ orders: [], now });
  for (const { orderNo } of KILLS) {
    book.addOrder({
      merchantNo: 'H001',
      orderNo,
      channel: 'WECHAT',
      channelTxnNo: `T-${orderNo}`,
      paidFen: DUE,
      paidAtMs: AT_MS,
    });
  }
  const desk = new RefundDesk({ book, fault: () => null, processingMs: 0 });
  upp = await startUpp({ desk, now, keyId: 'duizhang', key: UPP_KEY });
  deps = workerDeps(
    { uppUrl: upp.url, uppKey: UPP_KEY.toString('base64'), nowMs: system.nowMs },
    { clickhouse: system.close.client, redis: connectRedis(redisUrl()) },
  );
}, 120_000);
afterAll(async () => {
  await upp.close();
  await system[Symbol.asyncDispose]();
});

/** What gives the exception that the action is for. */
function linesOf({ kind, orderNo }: Kill) {
  switch (kind) {
    case 'REFUND':
    case 'APPROVE':
    case 'SELF_REFUND':
      return [line('PLATFORM', orderNo), line('CHANNEL', orderNo)];
    case 'WRITE_OFF':
      return [
        line('MERCHANT', orderNo, { amountFen: 1n }),
        line('PLATFORM', orderNo),
        line('CHANNEL', orderNo),
      ];
    case 'SUPPLEMENT':
      return [line('MERCHANT', orderNo)];
    case 'EXTERNAL_REFUND': {
      const paid = (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).map((side) => line(side, orderNo));
      return [...paid, line('PLATFORM', orderNo, { kind: 'REFUND', refundNo: 'F1', amountFen: 100n })];
    }
  }
}

test.each(KILLS)(
  '$kind ended at $step, Redis $redis: the same end, and one refund at most',
  async (kill) => {
    const { kind, orderNo } = kill;
    const asked = askedFor(kill);
    const amountFen = asked.amountFen ?? DUE;
    const needsCode = kind === 'REFUND' || kind === 'SELF_REFUND' || kind === 'APPROVE';
    const code = needsCode ? await newCode(asked, amountFen) : '';
    let actionId = '';
    if (kind === 'APPROVE') {
      const asks = { ...deps, rulesOf: () => ({ ...deps.rulesOf('H001'), approvalFromFen: 1n }) };
      actionId = (await act(OPERATOR, { ...asked, code }, asks)).actionId;
    }
    await killed(kill, asked, code, actionId);

    if (kill.redis === 'emptied') {
      await system.close.redis.flushall();
      await redisMoneyEpoch(system.close.redis, deps.now).begin();
    } else await letLocksEnd();

    // The person sends the same request again; the standing recovery runs.
    if (kind === 'APPROVE') await settled(approve(APPROVER, { actionId, note: 'agreed' }, deps));
    else await again(asked, amountFen, needsCode);
    await recoverRefunds({ ...deps, now: () => system.nowMs + 3_600_000 });

    const own = (await system.rowsOf(orderNo)).filter((row) => row.caseId === caseOf(kill));
    expect(chainFaults(own)).toEqual([]);
    const paid = paidFor(orderNo);
    switch (kind) {
      case 'REFUND':
      case 'APPROVE':
        expect(own.at(-1)?.state).toMatchObject({ status: 'RESOLVED', resolvedBy: 'REFUND', underWay: null });
        expect(paid).toEqual([DUE]);
        expect(await actionEntries(orderNo)).toEqual([DUE]);
        break;
      case 'SELF_REFUND':
        expect(own.at(-1)?.state).toMatchObject({ status: 'OPEN', hasSelfRefund: false, underWay: null });
        expect(paid).toEqual([4_000n]);
        expect(await actionEntries(orderNo)).toEqual([4_000n]);
        break;
      case 'WRITE_OFF':
      case 'SUPPLEMENT':
        expect(own.at(-1)?.state).toMatchObject({ status: 'RESOLVED', resolvedBy: kind });
        expect(own.filter(({ step }) => step === 'RECORDED')).toHaveLength(1);
        expect(paid).toEqual([]);
        break;
      case 'EXTERNAL_REFUND':
        expect(own.at(-1)?.state).toMatchObject({ hasExternalRefund: true });
        expect(own.filter(({ step }) => step === 'RECORDED')).toHaveLength(1);
        expect(paid).toEqual([]);
    }
  },
  60_000,
);

function caseOf({ kind, orderNo }: Kill): string {
  return caseIdOf('H001', orderNo, kind === 'EXTERNAL_REFUND' ? 'RF1' : 'P');
}

function askedFor(kill: Kill): ActionRequest {
  const { kind, orderNo } = kill;
  const isSelf = kind === 'SELF_REFUND';
  return request(kind === 'APPROVE' ? 'REFUND' : kind, orderNo, {
    caseId: isSelf ? null : caseOf(kill),
    amountFen: isSelf ? 4_000n : null,
    method: 'CASH',
    channelRefundNo: 'BACK-OFFICE-1',
    idempotencyKey: randomUUID(),
  });
}

async function newCode(asked: ActionRequest, amountFen: bigint): Promise<string> {
  await system.close.redis.del('none', ...(await system.close.redis.keys('dz:codes-asked:*')));
  const subject = asked.caseId ?? `${asked.merchantId} ${asked.orderNo}`;
  return (await deps.codes.issue({ userId: OPERATOR.userId, subject, amountFen })).code;
}

async function killed(kill: Kill, asked: ActionRequest, code: string, actionId: string): Promise<void> {
  const order: WorkerOrder = {
    clickhouseUrl: system.close.url,
    redisUrl: redisUrl(),
    uppUrl: upp.url,
    uppKey: UPP_KEY.toString('base64'),
    killAt: kill.step,
    nowMs: system.nowMs,
    what:
      kill.kind === 'APPROVE'
        ? { kind: 'APPROVE', actionId }
        : {
            kind: kill.kind,
            orderNo: kill.orderNo,
            caseId: asked.caseId,
            amountFen: asked.amountFen === null ? null : asked.amountFen.toString(),
            code,
            idempotencyKey: asked.idempotencyKey,
          },
  };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exitCode, signal]: unknown[] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the worker ended with ${String(exitCode)}: ${said}`);
}

/** What time does: the locks of the process that is gone end. */
async function letLocksEnd(): Promise<void> {
  const locks = await system.close.redis.keys('dz:order-lock:*');
  if (locks.length > 0) await system.close.redis.del(...locks);
}

/** A code that was used up or lost is asked for once more. */
async function again(asked: ActionRequest, amountFen: bigint, needsCode: boolean): Promise<void> {
  const code = needsCode ? await newCode(asked, amountFen) : null;
  await settled(act(OPERATOR, { ...asked, code }, deps));
}

/** Refused because it is under way or done is fine: the recovery has the word then. */
async function settled(doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    const isFine =
      error instanceof DuizhangError &&
      ['DZ_ACTION_UNFINISHED', 'DZ_ACTION_SETTLED', 'DZ_APPROVAL_DECIDED'].includes(error.code);
    if (!isFine) throw error;
  }
}

function paidFor(orderNo: string): readonly bigint[] {
  return book.refundsOf(orderNo).map(({ amountFen }) => amountFen);
}

async function actionEntries(orderNo: string): Promise<readonly bigint[]> {
  const { lines } = await system.ledger.orderFile('H001', orderNo);
  return lines.filter(({ entry }) => entry.source === 'ACTION').map(({ entry }) => entry.amountFen);
}
