const SYSTEM_FAILURE = /^DZ_(SYSTEM|NOT_RUNNING|CLOSE_|ARCHIVE_DAMAGED)/;

/** Nothing is wrong with what was asked: the system is not there, not ready for it, or damaged. */
export function isSystemFailure(code: string): boolean {
  return SYSTEM_FAILURE.test(code);
}
