import type { LoggerOptions } from 'pino';
import { SIGNATURE_SCHEME } from '../domain/machineSignature.ts';

// What no log may hold: who somebody is, what they are known by, what a patient is called. One set-up for every process.

const REMOVED = '[removed]';
/** Names of fields whose values are never written, whatever they hold. */
const SECRET_NAME =
  /authorization|cookie|token|secret|passw|signature|nonce|privatekey|idempotency|verification|^(key|sign|otp|pin)$/i;
const PERSONAL_NAME =
  /patient|phone|mobile|idcard|idno|cardno|^(note|remark|body|payload|value|headers|query)$/i;
/** A code of ours or of a gateway is written; one that somebody types is not. */
const CODE_OF_A_PROGRAM = /^[A-Z][A-Z0-9_.]{2,}$/i;

const MOST_DEPTH = 6;
const MOST_CHARACTERS = 2_000;

/** What lines are looked for by has one name everywhere. */
const ONE_NAME: Readonly<Record<string, string>> = { merchantId: 'merchant', runId: 'run' };

/** Options of pino, for a process of this name. */
export function logOptions(name: string): LoggerOptions {
  return {
    name,
    formatters: { log: (fields) => renamed(fieldsOf(fields, 0)) },
    // What Fastify would serialize by itself: an address without its query is enough.
    serializers: { err: (value) => value, req: (value) => value, res: (value) => value },
    hooks: {
      logMethod(args, method) {
        const [fields, ...words] = args;
        // Without words pino would take the error's own, as they are.
        const error: unknown = fieldOf(fields, 'err') ?? fields;
        if (error instanceof Error && words.length === 0) args.push(error.message);
        for (const [at, said] of args.entries()) if (typeof said === 'string') args[at] = cleanText(said);
        method.apply(this, args);
      },
    },
  };
}

function fieldOf(fields: unknown, name: string): unknown {
  return typeof fields === 'object' && fields !== null
    ? Object.entries(fields).find(([own]) => own === name)?.[1]
    : undefined;
}

function renamed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [ONE_NAME[name] ?? name, field]));
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? value.toString() : value;
  if (depth > MOST_DEPTH || value instanceof Uint8Array) return REMOVED;
  if (value instanceof Error) return errorFields(value, depth);
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => cleaned(one, depth + 1));
  if ('method' in value && 'url' in value) return requestFields(value);
  if (value instanceof Date) return value.toISOString();
  return fieldsOf(value, depth + 1);
}

function fieldsOf(value: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => [
      name,
      isHidden(name, field) ? REMOVED : cleaned(field, depth),
    ]),
  );
}

function isHidden(name: string, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  if (name === 'code') return typeof value !== 'string' || !CODE_OF_A_PROGRAM.test(value);
  return SECRET_NAME.test(name) || PERSONAL_NAME.test(name);
}

/** Of an error its words, never what else it carries: a client's error holds the request that failed. */
function errorFields(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error && typeof error.code === 'string' ? { code: cleanText(error.code) } : {};
  const cause = error.cause instanceof Error ? { cause: cleaned(error.cause, depth + 1) } : {};
  return { type: error.name, ...code, message: cleanText(error.message), stack: stackOf(error), ...cause };
}

/** A stack repeats the message, which may be of many lines. */
function stackOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

function requestFields(request: { readonly method: unknown; readonly url: unknown }) {
  return { method: request.method, url: cleanText(String(request.url)) };
}

const IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN[\s\S]*?(-----END [A-Z ]+-----|$)/g, REMOVED],
  [new RegExp(`\\b(Bearer|Basic|WECHATPAY2-\\S+|${SIGNATURE_SCHEME})\\s+[^\\r\\n]+`, 'gi'), `$1 ${REMOVED}`],
  [/\?[^\s"'<>]*=[^\s"'<>]*/g, `?${REMOVED}`],
  [/\b(token|sign|signature|password|secret|api_?key)["']?\s*[=:]\s*["']?[^\s"',&]+/gi, `$1=${REMOVED}`],
  // The ledger repeats the row that it cannot read, and JSON the text.
  [
    /(\bbefore:|\bnear ['"`]|\(row \d+\)|failed at position \d+|is not valid JSON|Unexpected token)[\s\S]*$/i,
    `$1 ${REMOVED}`,
  ],
];

export function cleanText(text: string): string {
  // Below its first line a message shows what was read: a line of the configuration, a row, a text that is no JSON.
  let [clean = ''] = text.split('\n');
  for (const [pattern, instead] of IN_TEXT) clean = clean.replace(pattern, instead);
  return clean.slice(0, MOST_CHARACTERS);
}
