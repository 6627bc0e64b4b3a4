import type { BusinessDate } from './businessDate.ts';
import type { Book } from './entry.ts';
import type { Bill, Topic } from './ports.ts';
import type { Scope } from './scope.ts';

/** A machine of a hospital that fetches bills here, brings its own, or sends events. */
export type Machine = {
  readonly id: string;
  readonly merchants: ReadonlySet<string>;
  /** Books whose bills it may bring. */
  readonly mayUpload: ReadonlySet<Book>;
  /** Of which kinds it may send events. */
  readonly mayProduce: ReadonlySet<Topic>;
  /** Two while one replaces the other. */
  readonly keys: readonly Uint8Array[];
};

export interface NonceStore {
  /** Whether a nonce is seen for the first time; it is remembered for so long. */
  isFirstUse(machineId: string, nonce: string, keepMs: number): Promise<boolean>;
}

/** Bills on record in a scope, and their original bytes. */
export interface BillLibrary {
  /** Of one date, superseded ones too. */
  billsOf(scope: Scope, merchantId: string, date: BusinessDate): Promise<readonly Bill[]>;
  /** All bills on record under an id. */
  billsById(scope: Scope, billId: string): Promise<readonly Bill[]>;
  /** The original bytes; null when they are not kept. */
  bytesOf(bill: Bill): Promise<AsyncIterable<Uint8Array> | null>;
}

/** Bytes that were received whole. */
export type ReceivedBytes = {
  /** Hex. */
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array>;
  dispose(): Promise<void>;
};

/** @throws DZ_SOURCE_TOO_LARGE */
export type ReceiveBytes = (bytes: AsyncIterable<Uint8Array>, maxBytes: number) => Promise<ReceivedBytes>;
