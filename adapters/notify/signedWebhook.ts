import { createHmac } from 'node:crypto';
import type { Alert } from '../../domain/alert.ts';
import type { AlertContact, AlertMessage } from '../../domain/deliveryPorts.ts';
import { yuanOfFen } from '../../domain/money.ts';
import { sent } from './answers.ts';
import type { NotifyDeps } from './postJson.ts';
import { postJson } from './postJson.ts';

/**
 * A program of the hospital's own. X-Duizhang-Signature is the HMAC-SHA256, hex, over X-Duizhang-Timestamp (epoch
 * milliseconds), "." and the body. X-Duizhang-Id is the same whenever the same is sent again. Any 2xx takes the message.
 */
export function webhookContact(
  url: URL,
  key: Buffer,
  deps: NotifyDeps & { readonly ca?: string | null },
): AlertContact {
  return {
    readsSummaries: false,
    async send(message) {
      const body = webhookBody(message);
      const timestamp = String(deps.now());
      const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
      const headers = {
        'x-duizhang-id': message.id,
        'x-duizhang-timestamp': timestamp,
        'x-duizhang-signature': signature,
      };
      // Some receivers know their senders by the path.
      const path = url.pathname === '/' ? '' : url.pathname;
      const secrets = [key.toString('base64'), path, url.username, url.password];
      const answer = await postJson({ url, body, headers, ca: deps.ca ?? null, secrets }, deps);
      return 'state' in answer ? answer : sent(`${url.host} took it`);
    },
  };
}

function webhookBody({ id, what, title, lines, alert }: AlertMessage): string {
  return JSON.stringify({ id, what, title, lines, alert: alert === null ? null : alertJson(alert) });
}

/** Fen do not fit a JSON number; who has acknowledged it is a person, and stays here. */
function alertJson({
  amountFen,
  acknowledgedBy: _who,
  note: _note,
  ...alert
}: Alert): Record<string, unknown> {
  return { ...alert, amountYuan: yuanOfFen(amountFen) };
}
