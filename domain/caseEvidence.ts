import type { CaseStatus } from './apiPorts.ts';
import type { BusinessDate } from './businessDate.ts';
import type { CaseFacts, CaseKey, CaseRow } from './caseHistory.ts';
import type { NearbyKey } from './causeFacts.ts';
import type { ComparedField } from './compareBooks.ts';
import type { Book, Entry, Kind } from './entry.ts';
import type { LikelyCause } from './likelyCause.ts';
import type { OrderMoney, RefundAttempt } from './orderMoney.ts';
import type { Action, Need, RefusalCode } from './policy.ts';
import type { OrderRef } from './resolutionPorts.ts';
import type { Mode, VerdictCode } from './verdict.ts';

// All that a person needs to see of a case before deciding on it.

/** Where a line came from. */
export type LineOrigin =
  /** partition and position in the event log; null where the entry was not read from it. */
  | {
      readonly source: 'EVENT';
      readonly eventId: string;
      readonly partition: string | null;
      readonly position: number | null;
      /** It came after its date was closed. */
      readonly isLate: boolean;
    }
  | {
      readonly source: 'BILL';
      readonly billId: string;
      readonly fileName: string;
      readonly line: number;
    }
  /** A refund of ours. */
  | { readonly source: 'ACTION'; readonly actionId: string };

/** A line of a book, with where it came from. */
export type OriginLine = {
  readonly entry: Entry;
  /** It stands for its book now; false where a bill, or a later one, took its place. */
  readonly counts: boolean;
  readonly origin: LineOrigin;
};

export type EvidenceLine = OriginLine & {
  /** HIS told the refund without a number: it is the order's one refund of that amount. */
  readonly isPairedByAmount: boolean;
};

/** An exception that realtime told of the key, or its latest word. */
export type RealtimeWord = {
  readonly code: VerdictCode;
  /** It grows with knowledge (docs/design.md, "The realtime join"). */
  readonly version: bigint;
  /** How many distinct lines of the key were known. */
  readonly linesKnown: number;
  /** The time that a counterpart is waited for was over. */
  readonly isWindowOver: boolean;
  readonly isLatest: boolean;
  /** When it was written; known of the latest alone. */
  readonly writtenAtMs: number | null;
};

/** What a run of a close said of the key. */
export type RunWord = {
  readonly runId: string;
  readonly runDate: BusinessDate;
  readonly mode: Mode;
  readonly standing: 'PUBLISHED' | 'SUPERSEDED' | 'FAILED';
  readonly operator: string;
  readonly endedAtMs: number;
  /** null: the run that counts for the date does not know the key. */
  readonly code: VerdictCode | null;
  readonly businessDate: BusinessDate | null;
  readonly amounts: Readonly<Record<Book, bigint | null>>;
  readonly isPossiblyCrossDay: boolean;
  /** The earlier date that it settles. */
  readonly refersTo: BusinessDate | null;
  readonly possibleDuplicateOf: string | null;
};

/** By version; by the end of the run. */
export type VerdictHistory = {
  readonly realtime: readonly RealtimeWord[];
  readonly runs: readonly RunWord[];
};

/** A row of the case's chain. */
export type TimelineStep = Pick<
  CaseRow,
  'seq' | 'step' | 'action' | 'actionId' | 'operator' | 'note' | 'amountFen' | 'outcome' | 'atMs' | 'hash'
> & {
  readonly status: CaseStatus;
  /** Why it has this status. */
  readonly reason: string;
  /** What the step fixed or was told, by name. */
  readonly details: Readonly<Record<string, string>>;
};

/** A refund of the order, whoever knows of it. */
export type OrderRefund = {
  readonly caseId: string;
  readonly refundNo: string | null;
  /** Lines that stand for their book now. */
  readonly amounts: Readonly<Record<Book, bigint | null>>;
  /** Our own; null: it was not begun here. */
  readonly attempt: RefundAttempt | null;
};

export type ActionRuling =
  | { readonly action: Action; readonly allowed: true; readonly needs: readonly Need[] }
  | {
      readonly action: Action;
      readonly allowed: false;
      readonly code: RefusalCode;
      readonly reason: string;
      readonly reasonZh: string;
    };

/** Another key that has to do with the case. */
export type RelatedCase = {
  readonly caseId: string;
  readonly orderNo: string;
  /** SAME_ORDER: of another of the order's keys. POSSIBLE_ORIGINAL: this payment probably repeats it. */
  readonly relation: 'SAME_ORDER' | 'POSSIBLE_ORIGINAL';
  readonly kind: Kind;
  /** null: it is no exception. */
  readonly type: VerdictCode | null;
  readonly status: CaseStatus | null;
};

export type CaseEvidence = {
  readonly key: CaseKey;
  readonly status: CaseStatus;
  readonly reason: string;
  readonly assignee: string | null;
  /** What the books say, as the case has it; null: the key was never an exception, and a refund of the order began the chain. */
  readonly facts: CaseFacts | null;
  readonly likelyCause: LikelyCause;
  readonly lines: readonly EvidenceLine[];
  readonly compared: readonly ComparedField[];
  /** Books of the case's mode that lack the key. */
  readonly missingIn: readonly Book[];
  readonly history: VerdictHistory;
  readonly timeline: readonly TimelineStep[];
  readonly money: OrderMoney;
  readonly refunds: readonly OrderRefund[];
  readonly actions: readonly ActionRuling[];
  readonly related: readonly RelatedCase[];
};

/** What evidence is taken from, beside the cases themselves. */
export interface EvidenceLedger {
  /** All lines of the order, as `OrderFile.lines`. */
  linesOf(order: OrderRef): Promise<readonly OriginLine[]>;
  historyOf(key: CaseKey): Promise<VerdictHistory>;
  /** What the hospital's books have around an instant, by nearness. */
  surroundingsOf(merchantId: string, atMs: number): Promise<readonly NearbyKey[]>;
}
