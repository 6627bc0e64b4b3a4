/**
 * The one error class of the system. `code` is stable (`DZ_…`) and may be relied on by callers and operators;
 * the message says what happened, where, and what to do.
 */
export class DuizhangError extends Error {
  override readonly name = 'DuizhangError';
  readonly code: DuizhangErrorCode;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
  /** The same sentence in Chinese, where hospital staff read it; null elsewhere. */
  readonly messageZh: string | null;

  constructor(
    code: DuizhangErrorCode,
    message: string,
    options: {
      cause?: unknown;
      details?: Readonly<Record<string, string | number | boolean | null>>;
      messageZh?: string | null;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.messageZh = options.messageZh ?? null;
  }
}

export type DuizhangErrorCode = `DZ_${Uppercase<string>}`;

/** Thrown where the types say that a place cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
