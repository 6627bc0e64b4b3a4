import { createTransport } from 'nodemailer';
import type { AlertContact, AlertMessage, SendAnswer } from '../../domain/deliveryPorts.ts';
import { answerOfMeaning, harmless, later, sent } from './answers.ts';
import { SEND_WITHIN_MS } from './postJson.ts';

export type MailAccess = {
  readonly host: string;
  readonly port: number;
  readonly tls: 'always' | 'starttls' | 'none';
  /** null: the server wants nobody's name. */
  readonly user: { readonly name: string; readonly password: string } | null;
  /** PEM; null: the authorities that Node knows. */
  readonly ca: string | null;
  readonly from: string;
  readonly to: readonly string[];
};

/** A server of one's own and its greylisting may take their time. */
const MAIL_WITHIN_MS = 3 * SEND_WITHIN_MS;
/** nodemailer's limits are of single silences; a server that drips must not hold a round for ever. */
const TIMES_IN_ALL = 2;

export function mailContact(access: MailAccess, withinMs: number = MAIL_WITHIN_MS): AlertContact {
  return {
    readsSummaries: true,
    async send(message) {
      const transport = createTransport({
        host: access.host,
        port: access.port,
        secure: access.tls === 'always',
        requireTLS: access.tls === 'starttls',
        ignoreTLS: access.tls === 'none',
        ...(access.user === null ? {} : { auth: { user: access.user.name, pass: access.user.password } }),
        ...(access.ca === null ? {} : { tls: { ca: access.ca } }),
        connectionTimeout: withinMs,
        greetingTimeout: withinMs,
        socketTimeout: withinMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const totalMs = TIMES_IN_ALL * withinMs;
      const late = Promise.withResolvers<null>();
      const timer = setTimeout(() => late.resolve(null), totalMs);
      try {
        const info = await Promise.race([transport.sendMail(mailOf(message, access)), late.promise]);
        if (info === null) return later(`${access.host} did not end the mail within ${totalMs} ms`);
        return sent(harmless(`${access.host} answered ${info.response}`, secretsOf(access)));
      } catch (error) {
        return answerOfError(error, access);
      } finally {
        clearTimeout(timer);
        transport.close();
      }
    },
  };
}

function mailOf(message: AlertMessage, { from, to }: MailAccess) {
  return {
    from,
    to: [...to],
    subject: message.title,
    text: `${message.title}\n\n${message.lines.join('\n')}\n`,
    // The same again when the same is sent again: mail programs show it once.
    messageId: `<${message.id}@duizhang>`,
    headers: { 'X-Duizhang-ID': message.id, 'Auto-Submitted': 'auto-generated' },
  };
}

/** nodemailer's errors: https://nodemailer.com/errors */
function answerOfError(error: unknown, access: MailAccess): SendAnswer {
  if (!(error instanceof Error)) throw error;
  const [code, status] = [field(error, 'code'), Number(field(error, 'responseCode') || Number.NaN)];
  if (code === '' && Number.isNaN(status)) throw error;
  const said = harmless(`${access.host}: ${error.message}`, secretsOf(access));
  if (code === 'EAUTH' && !(status >= 400 && status < 500)) {
    return answerOfMeaning(said, {
      state: 'REFUSED',
      todo: 'the server does not know this user and password',
    });
  }
  if (code === 'ETLS') {
    const todo = 'the server offers no TLS that is good: check host, port and tls of the contact';
    return answerOfMeaning(said, { state: 'REFUSED', todo });
  }
  if (status < 500 || Number.isNaN(status)) return later(said);
  const todo = 'the server refuses the message: check from, to and what the server allows this machine';
  return answerOfMeaning(said, { state: 'REFUSED', todo });
}

function field(error: Error, name: 'code' | 'responseCode'): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function secretsOf({ user }: MailAccess): readonly string[] {
  if (user === null) return [];
  const plain = Buffer.from(`\0${user.name}\0${user.password}`).toString('base64');
  return [user.password, Buffer.from(user.password).toString('base64'), plain];
}
