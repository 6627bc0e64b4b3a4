import { DuizhangError, unreachable } from '../../domain/errors.ts';

/** A schema as it stands in an .avsc file: parsed JSON, not yet known to be a schema. */
export type SchemaJson =
  string | number | boolean | null | readonly SchemaJson[] | { readonly [name: string]: SchemaJson };

/** What the canonical form keeps, in its order (Avro 1.12, "Parsing Canonical Form", STRIP and ORDER). */
const KEPT = ['name', 'type', 'fields', 'symbols', 'items', 'values', 'size'] as const;
const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const NAMED = new Set<SchemaJson | undefined>(['record', 'error', 'enum', 'fixed']);

/** The parsing canonical form: what stays of a schema when everything that decoding does not need is left out. */
export function canonicalFormOf(schema: SchemaJson, namespace = ''): string {
  if (typeof schema === 'string') return JSON.stringify(fullNameOf(schema, namespace));
  if (isList(schema)) return `[${schema.map((branch) => canonicalFormOf(branch, namespace)).join(',')}]`;
  if (schema === null || typeof schema !== 'object') {
    throw new DuizhangError('DZ_SCHEMA_INVALID', `${JSON.stringify(schema)} is not an Avro schema`);
  }
  const type = schema['type'];
  if (typeof type === 'string' && PRIMITIVES.has(type)) return JSON.stringify(type);
  if (type !== undefined && typeof type === 'object') return canonicalFormOf(type, namespace);
  const inner = NAMED.has(type) ? namespaceOf(schema, namespace) : namespace;
  const parts = KEPT.filter((key) => schema[key] !== undefined).map(
    (key) => `"${key}":${canonicalAttribute(key, schema[key] ?? null, inner)}`,
  );
  return `{${parts.join(',')}}`;
}

function canonicalAttribute(key: (typeof KEPT)[number], value: SchemaJson, namespace: string): string {
  switch (key) {
    case 'name':
      return JSON.stringify(fullNameOf(textOf(value), namespace));
    case 'fields':
      return `[${(isList(value) ? value : []).map((field) => canonicalField(field, namespace)).join(',')}]`;
    case 'items':
    case 'values':
      return canonicalFormOf(value, namespace);
    case 'size':
      return String(Number(value));
    case 'type':
    case 'symbols':
      return JSON.stringify(value);
    default:
      return unreachable(key);
  }
}

function textOf(name: SchemaJson | undefined): string {
  if (typeof name === 'string') return name;
  throw new DuizhangError('DZ_SCHEMA_INVALID', `${JSON.stringify(name)} is not the name of a schema`);
}

/** A field's name is no full name: no namespace goes before it. */
function canonicalField(field: SchemaJson, namespace: string): string {
  if (field === null || typeof field !== 'object' || isList(field)) {
    throw new DuizhangError('DZ_SCHEMA_INVALID', `${JSON.stringify(field)} is not a field of a record`);
  }
  return `{"name":${JSON.stringify(field['name'])},"type":${canonicalFormOf(field['type'] ?? null, namespace)}}`;
}

/** The full name of a schema or of a reference to one; primitives have no namespace. */
export function fullNameOf(name: string, namespace: string): string {
  return PRIMITIVES.has(name) || name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

/** The namespace that holds inside a named schema: its name's own, else its attribute, else the enclosing one. */
function namespaceOf(schema: { readonly [name: string]: SchemaJson }, enclosing: string): string {
  const name = textOf(schema['name']);
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'));
  const namespace = schema['namespace'];
  return typeof namespace === 'string' ? namespace : enclosing;
}

function isList(schema: SchemaJson): schema is readonly SchemaJson[] {
  return Array.isArray(schema);
}
