import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { clickHouseCaseLedger } from '../../adapters/clickhouse/caseLedger.ts';
import { clickHouseHealing } from '../../adapters/clickhouse/healingLedger.ts';
import { redisMoneyEpoch, redisOrderLocks } from '../../adapters/redis/money/orderLocks.ts';
import { redisRefundOffers } from '../../adapters/redis/money/refundOffers.ts';
import { redisVerificationCodes } from '../../adapters/redis/money/verificationCodes.ts';
import type { HisOrder } from '../../domain/billSource.ts';
import { caseIdOf } from '../../domain/caseId.ts';
import type { CaseRow } from '../../domain/caseHistory.ts';
import { chainFaults } from '../../domain/caseHistory.ts';
import type { Book, Entry } from '../../domain/entry.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { businessDateOf } from '../../domain/businessDate.ts';
import type { Principal, Role } from '../../domain/principal.ts';
import type { CaseLedger, ResolutionRules } from '../../domain/resolutionPorts.ts';
import { DEFAULT_RESOLUTION_RULES } from '../../domain/resolutionPorts.ts';
import type { HealingRules } from '../../domain/selfHealing.ts';
import { HEALING_OFF } from '../../domain/selfHealing.ts';
import { act } from '../../resolution/act.ts';
import type { ActionRequest } from '../../resolution/actionRequest.ts';
import type { ActionResult } from '../../resolution/actionResult.ts';
import { keepCases } from '../../resolution/keepCases.ts';
import type { ResolutionDeps } from '../../resolution/resolution.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from '../integration/closeHarness.ts';
import { GatewayBook } from './gatewayBook.ts';

export const DATE = '2026-03-09';
/** 10:00 in Shanghai. */
export const AT_MS = Date.UTC(2026, 2, 9, 2);

export function person(userId: string, ...roles: readonly Role[]): Principal {
  return { userId, roles: new Set(roles), merchants: null };
}

export const OPERATOR = person('li', 'operator');
export const APPROVER = person('wang', 'approver');

/** A ledger and a Redis of a test's own with the use cases of cases on them; days are closed by the real close. */
export class CaseSystem implements AsyncDisposable {
  readonly close: CloseSystem;
  readonly ledger: CaseLedger;
  readonly gateway: GatewayBook;
  readonly hisOrders = new Map<string, HisOrder | Error>();
  rules: ResolutionRules = { ...DEFAULT_RESOLUTION_RULES, approvalFromFen: null };
  healingRules: HealingRules = HEALING_OFF;
  nowMs = Date.UTC(2026, 2, 10, 6);
  #since = 0;
  #orders = 0;

  constructor(close: CloseSystem) {
    this.close = close;
    this.ledger = clickHouseCaseLedger(close.client);
    this.gateway = new GatewayBook(() => this.nowMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close[Symbol.asyncDispose]();
  }

  get deps(): ResolutionDeps {
    const { redis } = this.close;
    return {
      ledger: this.ledger,
      locks: redisOrderLocks(redis),
      codes: redisVerificationCodes(redis, () => this.nowMs),
      offers: redisRefundOffers(redis),
      notifier: { deliver: () => Promise.resolve() },
      gateways: this.gateway,
      his: {
        orderNow: (_, orderNo) => {
          const found =
            this.hisOrders.get(orderNo) ?? new DuizhangError('DZ_HDP_FAILED', 'it does not answer');
          return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
        },
      },
      merchants: new Map(
        ['H001', 'H002'].map((merchantId) => [merchantId, { ...SAMPLE_MERCHANT, merchantId }]),
      ),
      rulesOf: () => this.rules,
      healing: clickHouseHealing(this.close.client),
      healingRulesOf: () => this.healingRules,
      now: () => this.nowMs,
      newId: randomUUID,
      pause: (ms) => pause(ms),
    };
  }

  /** A number that no other test of the file uses. */
  newOrderNo(): string {
    this.#orders += 1;
    return `HP${String(this.#orders).padStart(6, '0')}`;
  }

  idOf(merchantId: string, orderNo: string, keyPart: string): string {
    return caseIdOf(merchantId, orderNo, keyPart);
  }

  /**
   * A new order that platform and channel have, found by the close of DATE: an order beside it that all books have.
   * @param payments how often it was paid; HIS has one of several, and lacks a single one
   */
  async unbooked(payments = 1): Promise<string> {
    const orderNo = this.newOrderNo();
    const paid = Array.from({ length: payments }, (_, i) =>
      (['PLATFORM', 'CHANNEL'] as const).map((book) =>
        line(book, orderNo, { channelTxnNo: `T-${orderNo}-${i}`, sourceRef: `${book}-${orderNo}-${i}` }),
      ),
    );
    const booked = payments > 1 ? [line('MERCHANT', orderNo)] : [];
    await this.close.writeEvents([...paid.flat(), ...booked, ...matchedLines(`${orderNo}-bg`)]);
    await this.close.close(DATE);
    return orderNo;
  }

  async keepCases(): Promise<number> {
    const { nextSinceMs, written } = await keepCases(this.#since, this.deps);
    this.#since = nextSinceMs;
    return written;
  }

  rowsOf(orderNo: string): Promise<readonly CaseRow[]> {
    return this.ledger.rowsOf(SAMPLE_MERCHANT.merchantId, [orderNo]);
  }

  /** The state of a case, whose chain has to hold. */
  async caseOf(orderNo: string, keyPart = 'P'): Promise<CaseRow['state'] | null> {
    const rows = (await this.rowsOf(orderNo)).filter((row) => row.keyPart === keyPart);
    const faults = chainFaults(rows);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return rows.at(-1)?.state ?? null;
  }

  async codeFor(request: ActionRequest, amountFen: bigint, principal: Principal = OPERATOR): Promise<string> {
    const subject = request.caseId ?? `${request.merchantId} ${request.orderNo}`;
    const { code } = await this.deps.codes.issue({ userId: principal.userId, subject, amountFen });
    return code;
  }

  act(request: ActionRequest, principal: Principal = OPERATOR): Promise<ActionResult> {
    return act(principal, request, this.deps);
  }

  /** Asks for a code and acts with it. */
  async actWithCode(
    request: ActionRequest,
    amountFen: bigint,
    principal: Principal = OPERATOR,
  ): Promise<ActionResult> {
    await this.close.redis.del(...(await this.close.redis.keys('dz:codes-asked:*')), 'none');
    return this.act({ ...request, code: await this.codeFor(request, amountFen, principal) }, principal);
  }
}

export async function startCaseSystem(): Promise<CaseSystem> {
  const system = new CaseSystem(await startCloseSystem());
  await redisMoneyEpoch(system.close.redis, () => system.nowMs).begin();
  return system;
}

/** A request about the exception of an order's key, as the API makes it. */
export function request(
  action: ActionRequest['action'],
  orderNo: string,
  more: Partial<ActionRequest> & { readonly keyPart?: string } = {},
): ActionRequest {
  const { keyPart = 'P', ...said } = more;
  const { merchantId } = SAMPLE_MERCHANT;
  return {
    action,
    merchantId,
    orderNo,
    caseId: caseIdOf(merchantId, orderNo, keyPart),
    amountFen: null,
    note: 'seen by finance',
    code: null,
    confirmCrossDay: false,
    confirmNotCrossDay: false,
    method: null,
    proofs: [],
    channelRefundNo: null,
    idempotencyKey: randomUUID(),
    requestHash: 'a'.repeat(64),
    ...said,
  };
}

/** An order that all three books have: no book of its date is empty. */
export function matchedLines(orderNo: string, more: Partial<Entry> = {}): readonly Entry[] {
  return (['MERCHANT', 'PLATFORM', 'CHANNEL'] as const).map((book) => line(book, orderNo, more));
}

export function line(book: Book, orderNo: string, more: Partial<Entry> = {}): Entry {
  const occurredAtMs = more.occurredAtMs ?? AT_MS;
  return {
    book,
    merchantId: SAMPLE_MERCHANT.merchantId,
    kind: 'PAYMENT',
    orderNo,
    refundNo: null,
    channel: 'WECHAT',
    channelTxnNo: book === 'MERCHANT' ? null : `T-${orderNo}`,
    hisOrderNo: book === 'MERCHANT' ? `R-${orderNo}` : null,
    amountFen: 10_000n,
    occurredAtMs,
    businessDate: businessDateOf(occurredAtMs),
    businessType: 'REGISTRATION',
    source: 'EVENT',
    sourceRef: `${book}-${orderNo}`,
    ...more,
  };
}
