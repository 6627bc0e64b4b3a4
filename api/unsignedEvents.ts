import type { FastifyRequest } from 'fastify';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const OWN_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** A proxy adds one of these: what it hands on is not from here. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/**
 * Whether a request was made on this machine and for it: not handed on by a proxy, and not by a page in a browser that was
 * led here by another name (DNS rebinding) or from another site.
 */
export function isFromHere({ socket, headers, hostname }: FastifyRequest): boolean {
  if (!LOOPBACK.has(socket.remoteAddress ?? '') || !OWN_NAMES.has(hostname)) return false;
  return headers.origin === undefined && OF_PROXIES.every((name) => headers[name] === undefined);
}
