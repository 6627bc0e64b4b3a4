import { TRACEPARENT_LENGTH, traceparentOf } from '../../../domain/traceparent.ts';

// A record with a trace: two bytes that begin no event, the traceparent, then the event as it is. One without is the event.

const MARK = Buffer.from([0xc3, 0x54]);
const EVENT_AT = MARK.length + TRACEPARENT_LENGTH;

export function withTrace(value: Uint8Array, traceparent: string | undefined): Uint8Array {
  return traceparent === undefined ? value : Buffer.concat([MARK, Buffer.from(traceparent, 'latin1'), value]);
}

/** @returns the event, a view, with its trace where it has one */
export function readTraced(bytes: Buffer): { readonly value: Buffer; readonly traceparent?: string } {
  if (bytes[0] !== MARK[0] || bytes[1] !== MARK[1]) return { value: bytes };
  const traceparent = traceparentOf(bytes.toString('latin1', MARK.length, EVENT_AT));
  return traceparent === null ? { value: bytes } : { value: bytes.subarray(EVENT_AT), traceparent };
}
