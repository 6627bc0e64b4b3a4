/** W3C Trace Context, version 00: version, trace, parent and flags; later versions may append to it. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

export const TRACEPARENT_LENGTH = 55;

/** @returns the four parts that every version has; null for what is none: a trace that is wrong is as good as no trace */
export function traceparentOf(header: unknown): string | null {
  if (typeof header !== 'string' || header.length > 512) return null;
  const found = TRACEPARENT.exec(header);
  if (!found || (found[1] === '00' && header.length !== TRACEPARENT_LENGTH)) return null;
  return header.slice(0, TRACEPARENT_LENGTH);
}
