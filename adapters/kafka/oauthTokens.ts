import { DuizhangError } from '../../domain/errors.ts';
import type { OauthToken } from './kafkaSettings.ts';

export type OauthClient = {
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Read for every token: it may be replaced meanwhile. */
  readonly secret: () => string;
  readonly scope: string;
};

const ANSWERS_WITHIN_MS = 10_000;
/** A token is asked for anew this long before it ends. */
const SPARE_MS = 30_000;

/** Tokens of the client credentials grant (RFC 6749, 4.4), each used until shortly before it ends. */
export function oauthTokens(client: OauthClient, nowMs: () => number = Date.now): OauthToken {
  let held: { readonly value: string; readonly untilMs: number } | null = null;
  return async () => {
    if (held === null || nowMs() >= held.untilMs) held = await newToken(client, nowMs);
    return { value: held.value };
  };
}

async function newToken(
  { tokenUrl, clientId, secret, scope }: OauthClient,
  nowMs: () => number,
): Promise<{ readonly value: string; readonly untilMs: number }> {
  const askedAtMs = nowMs();
  const user = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret())}`;
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }),
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  });
  // It is not well, and says nothing against us.
  if (answer.status === 429 || answer.status >= 500) throw new Error(`${tokenUrl} answered ${answer.status}`);
  if (!answer.ok) throw noToken(tokenUrl, `answered ${answer.status}`);
  const said: unknown = await answer.json();
  if (typeof said !== 'object' || said === null) throw noToken(tokenUrl, 'answered no object');
  const fields = new Map<string, unknown>(Object.entries(said));
  const value = fields.get('access_token');
  if (typeof value !== 'string' || value === '') throw noToken(tokenUrl, 'answered without access_token');
  const seconds = Number(fields.get('expires_in') ?? 0);
  return { value, untilMs: askedAtMs + seconds * 1000 - SPARE_MS };
}

function noToken(tokenUrl: string, what: string): DuizhangError {
  return new DuizhangError(
    'DZ_LOG_NO_TOKEN',
    `${tokenUrl} ${what}: no token for Kafka; see log.kafka.sasl (user, secret, scope)`,
  );
}
