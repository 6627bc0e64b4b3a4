import type { AlertKind, AlertSeverity, AlertState } from '../../domain/alert.ts';
import type { CaseStatus } from '../../domain/apiPorts.ts';
import type { AuditField, AuditKind, AuditWay } from '../../domain/auditKinds.ts';
import type { Book, Channel, Kind } from '../../domain/entry.ts';
import type { MenuId } from '../../domain/menus.ts';
import type { FailureReason, Outcome } from '../../domain/ports.ts';
import type { Role } from '../../domain/principal.ts';
import type { Mode, VerdictCode } from '../../domain/verdict.ts';

type Table<Code extends string> = Readonly<Record<Code, string>>;

/** What each code is called. Nobody is ever shown a code: one that is new makes both languages fail to compile. */
export type Codes = {
  readonly verdict: Table<VerdictCode>;
  readonly mode: Table<Mode>;
  readonly kind: Table<Kind>;
  readonly channel: Table<Channel>;
  readonly outcome: Table<Outcome>;
  readonly caseStatus: Table<CaseStatus>;
  readonly alertKind: Table<AlertKind>;
  /** What to do about one. */
  readonly alertAdvice: Table<AlertKind>;
  readonly alertSeverity: Table<AlertSeverity>;
  readonly alertState: Table<AlertState>;
  /** A bill or book of accounts. */
  readonly book: Table<Book>;
  /** Who tells what stands in a book while the day is open. */
  readonly feed: Table<Book>;
  readonly failureReason: Table<FailureReason>;
  readonly role: Table<Role>;
  readonly auditKind: Table<AuditKind>;
  readonly auditWay: Table<AuditWay>;
  readonly auditField: Table<AuditField>;
  /** Codes that are open: platforms send others, which are shown as they are (`nameOf`). */
  readonly businessType: Readonly<Record<string, string>>;
  readonly deadLetter: Readonly<Record<string, string>>;
  /** What to do about one. @param sender whom to ask */
  readonly deadLetterAdvice: Readonly<Record<string, (sender: string) => string>>;
};

export type MenuLabels = Table<MenuId>;
