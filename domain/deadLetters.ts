import type { Page } from './apiPorts.ts';
import type { Scope } from './scope.ts';
import type { DeadLetter, PartitionId, Position } from './ports.ts';

export type StoredLetter = DeadLetter & {
  /** null: not replayed yet. */
  readonly replayedAtMs: number | null;
};

/** What can be told of a letter from its bytes, by the rules and hospitals of now. */
export type LetterFacts = {
  /** As the sender wrote it; null: the bytes do not tell. */
  readonly merchantId: string | null;
  readonly orderNo: string | null;
  /** What is wrong with it still; null: nothing that its bytes show, it may be replayed. */
  readonly fault: {
    readonly code: string;
    readonly field: string | null;
    readonly reasonZh: string;
  } | null;
};
export type LetterReader = (letter: Pick<DeadLetter, 'partition' | 'value'>) => LetterFacts;

export type LetterPlace = { readonly partition: PartitionId; readonly position: Position };

export type LetterFilter = {
  /** Only those that were not replayed yet. */
  readonly isOpen?: boolean;
  readonly cursor?: string;
  readonly limit: number;
};

/**
 * Events that could not become entries of a book, as the ledger keeps them. Nobody knows of which hospital they are: a scope
 * of single hospitals has none.
 */
export interface DeadLetterStore {
  /** The newest first. */
  letters(scope: Scope, filter: LetterFilter): Promise<Page<StoredLetter>>;
  counts(): Promise<{ readonly all: number; readonly open: number }>;
  letterAt(scope: Scope, place: LetterPlace): Promise<StoredLetter | null>;
  /** The last letter's place of each partition. */
  lastPlaces(): Promise<readonly LetterPlace[]>;
  /** Letters of a partition that were not replayed, by position, from behind `after` to `last`. */
  openLetters(
    range: { readonly partition: PartitionId; readonly after: Position; readonly last: Position },
    limit: number,
  ): Promise<readonly StoredLetter[]>;
  /** @param letters of one partition */
  markReplayed(letters: readonly StoredLetter[], atMs: number): Promise<void>;
}
