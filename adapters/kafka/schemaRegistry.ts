import { DuizhangError } from '../../domain/errors.ts';
import type { SchemaJson } from '../events/canonicalForm.ts';
import type { RegistryAnswer } from '../events/writerSchemas.ts';
import type { ClientTls, HttpLimits } from '../http/httpCall.ts';
import { httpCall, jsonOf, textOf } from '../http/httpCall.ts';

export type RegistrySettings = {
  /** Of its root: schemas are at `<url>/schemas/ids/<id>`. */
  readonly url: string;
  /** Basic authentication; null: none. */
  readonly login: { readonly user: string; readonly password: () => string } | null;
  readonly tls: ClientTls | null;
};

const LIMITS: HttpLimits = { answerWithinMs: 10_000, idleMs: 10_000, totalMs: 30_000 };
const MOST_BYTES = 1024 * 1024;
/** By this alone a registry says that it has no such schema: a 404 without it comes from somewhere else. */
const SCHEMA_NOT_FOUND = 40_403;

/**
 * Asks a schema registry (Confluent's, or one that answers as it does) for a schema.
 * @throws DZ_REGISTRY_REFUSED for whatever is no answer about the schema, DZ_SOURCE_UNREACHABLE, DZ_SOURCE_SLOW
 */
export async function askRegistry(
  { url, login, tls }: RegistrySettings,
  id: number,
  signal: AbortSignal,
): Promise<RegistryAnswer> {
  const place = new URL(`${url.replace(/\/$/, '')}/schemas/ids/${id}`);
  const accept = { accept: 'application/vnd.schemaregistry.v1+json, application/json' };
  const headers = login === null ? accept : { ...accept, authorization: basic(login) };
  const answer = await httpCall(place, { headers, tls, limits: LIMITS, signal });
  const said = fieldsOf(jsonOf(await textOf(answer, MOST_BYTES)));
  if (answer.status === 404 && said.get('error_code') === SCHEMA_NOT_FOUND) return { kind: 'unknown' };
  const schema = said.get('schema');
  if (answer.status !== 200 || typeof schema !== 'string') {
    throw new DuizhangError(
      'DZ_REGISTRY_REFUSED',
      `${place.host}${place.pathname} answered ${answer.status}${answer.status === 200 ? ' without a schema' : ''}; see address, user and password of log.kafka.registry`,
    );
  }
  const type = said.get('schemaType') ?? 'AVRO';
  return schemaOf(typeof type === 'string' ? type : 'no word', schema);
}

function schemaOf(type: string, text: string): RegistryAnswer {
  if (type !== 'AVRO') return { kind: 'unreadable', why: `is of type ${type}, not AVRO` };
  const json = jsonOf(text);
  return isSchema(json) ? { kind: 'schema', json } : { kind: 'unreadable', why: 'is no record' };
}

/** Whatever JSON.parse gives is one, as far as its type goes; records alone are read. */
function isSchema(json: unknown): json is SchemaJson {
  return typeof json === 'object' && json !== null;
}

function fieldsOf(json: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof json === 'object' && json !== null ? Object.entries(json) : []);
}

function basic({ user, password }: NonNullable<RegistrySettings['login']>): string {
  return `Basic ${Buffer.from(`${user}:${password()}`).toString('base64')}`;
}
