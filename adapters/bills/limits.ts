import { refusal } from './messages.ts';

/** What an untrusted file may unpack to. */
export type UnpackLimits = {
  readonly maxBytes: number;
  /** Unpacked bytes a packed one, once `freeBytes` are passed: real bills stay below 30. */
  readonly maxRatio: number;
  readonly freeBytes: number;
  /** Packed size of an archive, which is spooled to disk. */
  readonly maxArchiveBytes: number;
  readonly maxEntries: number;
};

const MIB = 1 << 20;

export const DEFAULT_UNPACK_LIMITS: UnpackLimits = {
  maxBytes: 4096 * MIB,
  maxRatio: 300,
  freeBytes: 16 * MIB,
  maxArchiveBytes: 1024 * MIB,
  maxEntries: 1000,
};

/** @throws DZ_BILL_BOMB when `unpacked` bytes out of `packed` are more than the limits allow */
export function checkUnpacked(unpacked: number, packed: number, limits: UnpackLimits): void {
  const tooMuch = unpacked > limits.maxBytes;
  if (tooMuch || (unpacked > limits.freeBytes && unpacked > packed * limits.maxRatio)) {
    throw tooMuch
      ? refusal('bombBytes', { maxBytes: limits.maxBytes })
      : refusal('bombRatio', { maxRatio: limits.maxRatio });
  }
}

/** What an unpacking library said, for the sentence that refuses the file. */
export function whyOf(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
