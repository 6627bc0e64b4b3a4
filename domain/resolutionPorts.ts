import type { ActionState } from './actionState.ts';
import type { Page } from './apiPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import type { CaseFacts, CaseKey, CaseRow } from './caseHistory.ts';
import type { Channel, Entry } from './entry.ts';
import type { Scope } from './scope.ts';

// What the use cases of `resolution/` need of the outside.

// --- refunds -----------------------------------------------------------------------------------------------------

export const GATEWAY_ROUTES = ['upp', 'wechat', 'alipay'] as const;
export type GatewayRoute = (typeof GATEWAY_ROUTES)[number];

/** Fixed before the first try, and sent again unchanged. */
export type RefundOrder = {
  readonly merchantId: string;
  readonly channel: Channel;
  /** The hospital's number at the channel. */
  readonly merchantNo: string;
  readonly orderNo: string;
  /** transaction_id / trade_no of the payment that is refunded; null where no book names it. */
  readonly channelTxnNo: string | null;
  readonly refundNo: string;
  readonly amountFen: bigint;
  /** What the payment was, of which this is a part or all. */
  readonly paidFen: bigint;
  readonly reason: string;
};

/**
 * `code` is the gateway's own word, or one of ours where it gave none (NO_ANSWER, UNVERIFIED, OTHER_REFUND, …);
 * domain/refundAdvice.ts says what can be done. FAILED and REFUSED were held against the gateway's own book.
 */
export type RefundAnswer =
  | { readonly state: 'SUCCEEDED'; readonly gatewayRefundId: string | null; readonly refundedAtMs: number }
  /** Accepted, or stuck where only the channel's back office helps (its code says so): not final. */
  | { readonly state: 'PROCESSING'; readonly code: string | null; readonly detail: string }
  /** This number will never be carried out. */
  | { readonly state: 'REFUSED'; readonly code: string; readonly detail: string }
  /** Certainly not carried out now; the same number may be sent again later (balance, frequency). */
  | { readonly state: 'FAILED'; readonly code: string; readonly detail: string }
  /** Nobody knows: no answer, or one that says nothing. */
  | { readonly state: 'UNKNOWN'; readonly code: string | null; readonly detail: string }
  /** Only of `ask`: the gateway does not know the number. It never ends a refund; the same number may be sent again. */
  | { readonly state: 'NOT_FOUND'; readonly code: string | null; readonly detail: string };

export interface RefundGateway {
  /** Least time between two refunds of one order, milliseconds. */
  readonly minGapMs: number;
  /** Everything that may come back is an answer; it throws only when the program is wrong. Ends within `withinMs`. */
  send(order: RefundOrder, withinMs: number): Promise<RefundAnswer>;
  ask(order: RefundOrder, withinMs: number): Promise<RefundAnswer>;
}

/** Which gateway refunds an order: chosen when a refund begins, pinned by its intent. */
export interface RefundGateways {
  /** @throws DZ_REFUND_NO_ROUTE when the hospital has none for the channel */
  routeOf(merchantId: string, channel: Channel): GatewayRoute;
  /** @throws DZ_REFUND_NO_ROUTE when it is not configured (any more) */
  gateway(merchantId: string, route: GatewayRoute): RefundGateway;
}

// --- ledger ------------------------------------------------------------------------------------------------------

/** What the verdicts say now of one key. */
export type KeyWord = CaseKey & {
  /** null: no exception (any more); `how` says what became of it. */
  readonly facts: CaseFacts | null;
  /** In words, e.g. `MATCHED in run …`. */
  readonly how: string;
  /** The merchant's amount as it stands now, fen as text; null: HIS lacks it. */
  readonly merchantFen: string | null;
};

/** A line of a book. counts: it stands for its book now; false where a bill, or a later one, took its place. */
export type OrderLine = { readonly entry: Entry; readonly counts: boolean };

/** All that is known of an order's money and cases. */
export type OrderFile = {
  /** Of every book, date and stream. */
  readonly lines: readonly OrderLine[];
  /** Rows of all cases of the order, by case and seq. */
  readonly rows: readonly CaseRow[];
  /** What the verdicts say of the order's keys that are or were exceptions. */
  readonly words: readonly KeyWord[];
};

/** One order of one merchant. */
export type OrderRef = { readonly merchantId: string; readonly orderNo: string };

export interface CaseLedger {
  /** Orders whose verdicts were written, or whose runs were published, since an instant of the ledger's clock. */
  ordersTouchedSince(
    sinceMs: number,
  ): Promise<{ readonly orders: readonly OrderRef[]; readonly untilMs: number }>;
  /** Up to which instant of the ledger's clock cases follow the verdicts; 0: nobody has looked yet. */
  followedUntil(): Promise<number>;
  /** A lower instant changes nothing. */
  setFollowedUntil(untilMs: number): Promise<void>;
  /** What the verdicts say of keys that are or were exceptions, of many orders of one merchant. */
  wordsOf(merchantId: string, orderNos: readonly string[]): Promise<readonly KeyWord[]>;
  /** All rows of the orders' cases. */
  rowsOf(merchantId: string, orderNos: readonly string[]): Promise<readonly CaseRow[]>;
  /** All rows of a merchant's cases or of everyone's, case by case. */
  chains(merchantId: string | null): AsyncIterable<readonly CaseRow[]>;
  orderFile(merchantId: string, orderNo: string): Promise<OrderFile>;
  /** By order number; each as `orderFile` gives it. */
  orderFiles(merchantId: string, orderNos: readonly string[]): Promise<ReadonlyMap<string, OrderFile>>;
  rowsOfCase(scope: Scope, caseId: string): Promise<readonly CaseRow[]>;
  /** The key of a case, from its rows or from the verdicts; null: there is none in the scope. */
  keyOf(scope: Scope, caseId: string): Promise<CaseKey | null>;
  /** Rows of an action. */
  rowsOfAction(scope: Scope, actionId: string): Promise<readonly CaseRow[]>;
  /** Rows that began under an Idempotency-Key of a user. */
  rowsOfRequest(operator: string, idempotencyKey: string): Promise<readonly CaseRow[]>;
  rowsOfRequests(operator: string, idempotencyKeys: readonly string[]): Promise<readonly CaseRow[]>;
  /** Durable when it resolves. The same rows again change nothing. */
  append(rows: readonly CaseRow[]): Promise<void>;
  /** Whether anybody has ever acted on a case. */
  hasActions(): Promise<boolean>;
  /** Orders with a refund that has no final outcome, the earliest first. */
  ordersWithOpenRefunds(): Promise<readonly OrderRef[]>;
  /** Entries of refunds that we have carried out; the same again changes nothing. Durable when it resolves. */
  writeEntries(entries: readonly Entry[]): Promise<void>;
  /** Whether the order stands in rows of the merchant's bills that could not be read and that nobody has handled. */
  isNamedInBillError(merchantId: string, orderNo: string): Promise<boolean>;
  /** Those of the orders of which `isNamedInBillError` holds. */
  namedInBillErrors(merchantId: string, orderNos: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether a run of the date that did not fail is published. */
  isClosed(merchantId: string, date: string): Promise<boolean>;
}

export type ActionFilter = {
  readonly merchantId?: string;
  readonly state?: ActionState;
  /** Shanghai dates on which it was asked for, inclusive. */
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly cursor?: string;
  readonly limit: number;
};

export interface ActionQueries {
  /** Of each action its rows by seq; the newest action first. */
  actions(scope: Scope, filter: ActionFilter): Promise<Page<readonly CaseRow[]>>;
}

// --- proofs ------------------------------------------------------------------------------------------------------

/** Keeps what people upload as proof, by the SHA-256 of its bytes. */
export interface ProofStore {
  /** @returns the SHA-256, hex; durable then. The same bytes again change nothing */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws DZ_ARCHIVE_MISSING, DZ_ARCHIVE_DAMAGED while it is read */
  open(sha256: string): AsyncIterable<Uint8Array>;
}

// --- locks, codes, notices ---------------------------------------------------------------------------------------

/** All paths to an order's money share its lock. It ends by itself; whoever holds it looks how much is left. */
export type OrderLock = {
  remainingMs(): number;
  /** @throws DZ_ORDER_LOCK_LOST when it ended, or Redis was emptied */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
};

export interface OrderLocks {
  /**
   * @returns null while somebody else holds it
   * @throws DZ_MONEY_WAITS while the state in Redis is not rebuilt yet
   */
  hold(merchantId: string, orderNo: string): Promise<OrderLock | null>;
}

/** To what a verification code is bound. */
export type CodePurpose = {
  readonly userId: string;
  /** The case, or `<merchantId> <orderNo>` of a self refund. */
  readonly subject: string;
  readonly amountFen: bigint;
};

export interface VerificationCodes {
  /**
   * A new code of six digits; an earlier one for the same purpose is void.
   * @throws DZ_CODE_TOO_OFTEN
   */
  issue(purpose: CodePurpose): Promise<{ readonly code: string; readonly expiresAtMs: number }>;
  /**
   * Uses the code up.
   * @throws DZ_CODE_WRONG (with the tries that are left), DZ_CODE_EXPIRED when there is none (any more)
   */
  redeem(purpose: CodePurpose, code: string): Promise<void>;
}

/** A refund that is offered for a short while, because HIS has just said that it lacks the order. */
export type RefundOffer = OrderRef & {
  readonly userId: string;
  /** The exception of the order's payment, where it has one that allows a refund. */
  readonly caseId: string | null;
  readonly amountFen: bigint;
};

export interface RefundOffers {
  /** @returns its id */
  put(offer: RefundOffer, livesMs: number): Promise<string>;
  /** null: there is none (any more), or it is another user's. */
  find(userId: string, id: string): Promise<RefundOffer | null>;
}

/** A message to one user. It is never logged. */
export type Notice = {
  readonly userId: string;
  readonly kind: 'VERIFICATION_CODE';
  readonly text: string;
  readonly atMs: number;
};

export interface Notifier {
  deliver(notice: Notice): Promise<void>;
}

// --- rules of a hospital -----------------------------------------------------------------------------------------

export type ResolutionRules = {
  /** Refunds, write-offs and supplements from this amount on need a second person; null: none does. */
  readonly approvalFromFen: bigint | null;
  /** Bulk write-offs that come to this sum or more need one. */
  readonly bulkApprovalFromFen: bigint | null;
  /** What a supplement may name, e.g. `CASH`. */
  readonly supplementMethods: readonly string[];
};

export const DEFAULT_SUPPLEMENT_METHODS = ['CASH', 'TRANSFER', 'NEXT_PAYMENT', 'REPOST_TO_HIS'] as const;

export const DEFAULT_RESOLUTION_RULES: ResolutionRules = {
  approvalFromFen: 50_000n,
  bulkApprovalFromFen: 100_000n,
  supplementMethods: DEFAULT_SUPPLEMENT_METHODS,
};
