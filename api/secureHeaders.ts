import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Of answers that no browser has to draw: nothing may be loaded by them, and nobody may frame them. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Of a printable page of ours, which brings its own style and no script. */
export const PAGE_POLICY = `${NOTHING}; style-src 'unsafe-inline'; sandbox allow-modals`;

/**
 * Of the console: its own files, no inline script and nothing from elsewhere. Its components make their styles while it
 * runs; only those that carry this answer's nonce are let in.
 */
export function consolePolicy(nonce: string): string {
  return `${NOTHING}; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self'; connect-src 'self'`;
}

/** Of /docs. Served over plain HTTP inside a house, an upgrade would leave it without its scripts. */
export function docsPolicy(policy: string): string {
  const kept = policy.replace(/upgrade-insecure-requests;?/, '').replace(/frame-ancestors[^;]*;?/, '');
  return `${kept.trim().replace(/;?$/, ';')} frame-ancestors 'none'`;
}

/** For answers that are given before any hook has run: an address that is none. */
export function bareHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': NOTHING,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
}

/**
 * No CORS header is ever sent: pages of other sites read nothing. Strict-Transport-Security is the TLS proxy's to send
 * (docs/design.md).
 */
export async function secureHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
}
