import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DuizhangError } from '../../domain/errors.ts';
import type { Topic } from '../../domain/ports.ts';
import type { SchemaJson } from './canonicalForm.ts';
import { canonicalFormOf } from './canonicalForm.ts';
import { fingerprintOf } from './fingerprint.ts';

export type EventSchema = {
  /** Full name; schemas of one name are versions of each other. */
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly json: SchemaJson;
  readonly fingerprint: bigint;
};

/** The record that each topic carries. */
export const RECORD_OF_TOPIC: Readonly<Record<Topic, string>> = {
  payments: 'duizhang.PaymentEvent',
  'his-orders': 'duizhang.HisOrderEvent',
};

export const SCHEMA_DIR = fileURLToPath(new URL('../../schemas/avro', import.meta.url));
const FILE_NAME = /\.v(\d+)\.avsc$/;

/**
 * Every `<name>.v<number>.avsc` of the folder, a name's newest version first.
 * @throws DZ_SCHEMA_INVALID when a file is no Avro schema or does not say its version
 */
export function loadEventSchemas(dir: string = SCHEMA_DIR): readonly EventSchema[] {
  const files = readdirSync(dir).filter((file) => file.endsWith('.avsc'));
  return files
    .map((file) => eventSchemaOf(file, readFileSync(`${dir}/${file}`, 'utf8')))
    .toSorted(newestFirst);
}

export function eventSchemaOf(file: string, text: string): EventSchema {
  const version = FILE_NAME.exec(file)?.[1];
  const json: SchemaJson = JSON.parse(text);
  const canonical = canonicalFormOf(json);
  const { name }: { name?: string } = JSON.parse(canonical);
  if (version === undefined || name === undefined) {
    throw new DuizhangError(
      'DZ_SCHEMA_INVALID',
      `${file} must be a named record in a file called <name>.v<number>.avsc`,
    );
  }
  return { name, version: Number(version), file, json, fingerprint: fingerprintOf(canonical) };
}

/** @throws DZ_SCHEMA_MISSING when the topic's record has no schema */
export function newestSchemaOf(topic: Topic, schemas: readonly EventSchema[]): EventSchema {
  return newestOf(RECORD_OF_TOPIC[topic], schemas);
}

/** @throws DZ_SCHEMA_MISSING when no schema has the full name */
export function newestOf(name: string, schemas: readonly EventSchema[]): EventSchema {
  const newest = schemas.find((schema) => schema.name === name);
  if (newest) return newest;
  throw new DuizhangError('DZ_SCHEMA_MISSING', `schemas/avro has no ${name}`);
}

function newestFirst(a: EventSchema, b: EventSchema): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : b.version - a.version;
}
