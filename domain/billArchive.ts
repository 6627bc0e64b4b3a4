/** Where a bill's original bytes lie: under what they are. */
export type KeptBytes = {
  /** Of the original bytes, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
};

/** Keeps the original bytes of every bill for ever. */
export interface BillArchive {
  /** Keeps bytes; durable when it resolves. Keeping the same bytes again changes nothing. */
  keep(bytes: AsyncIterable<Uint8Array>): Promise<KeptBytes>;
  /**
   * The bytes, which are held against their name while they are read.
   * @throws DZ_ARCHIVE_MISSING; DZ_ARCHIVE_DAMAGED behind the last byte when they are not what was kept
   */
  read(sha256: string): AsyncIterable<Uint8Array>;
}
