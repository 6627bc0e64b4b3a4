// The types of the API for the console, in the shape that openapi-fetch reads: node tools/apiTypes.ts writes
// console/api/schema.d.ts from what the API itself says at /openapi.json. openapi-typescript makes the same shape, but rests
// on the compiler API of TypeScript 5, which TypeScript 7 does not have.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { HisOrderEventJson, PaymentEventJson } from '../adapters/events/eventJsonSchema.ts';
import { buildApp } from '../api/app.ts';
import { UNUSED_PARTS } from '../test/apiParts.ts';

type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly description?: string;
};
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
type Parameter = {
  readonly name: string;
  readonly in: 'query' | 'header' | 'path' | 'cookie';
  readonly required?: boolean;
  readonly schema: Schema;
};
type Operation = {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>;
};
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

export const API_TYPES_PATH = join(import.meta.dirname, '../console/api/schema.d.ts');
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const PLACES = ['query', 'header', 'path', 'cookie'] as const;

const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((choice) => grouped(typeOf(choice))))].join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => grouped(typeOf(part))).join(' & ');
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => plainType(type, schema)).join(' | ');
}

function plainType(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `${grouped(typeOf(schema.items ?? {}))}[]`;
    case 'object':
      return objectType(schema);
    case 'unknown':
      return schema.properties ? objectType(schema) : 'unknown';
    default:
      return type;
  }
}

function objectType(schema: Schema): string {
  return schema.properties?.['detailZh'] && schema.properties['title'] ? 'Problem' : fieldsType(schema);
}

function fieldsType({ properties, patternProperties, required = [], additionalProperties }: Schema): string {
  if (!properties || Object.keys(properties).length === 0) {
    const [values] = Object.values(patternProperties ?? {});
    const other = typeof additionalProperties === 'object' ? additionalProperties : values;
    return `Record<string, ${other ? typeOf(other) : additionalProperties === false ? 'never' : 'unknown'}>`;
  }
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema)}${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)};`,
  );
  return `{ ${fields.join('\n')} }`;
}

function comment({ description }: Schema): string {
  return description === undefined ? '' : `/** ${description.replaceAll('*/', '* /')} */\n`;
}

function grouped(type: string): string {
  return /[|&]/.test(type) && !type.startsWith('{') ? `(${type})` : type;
}

function contentType(content: Content | undefined): string {
  const types = Object.entries(content ?? {});
  if (types.length === 0) return 'content?: never;';
  return `content: { ${types.map(([type, { schema = {} }]) => `${key(type)}: ${typeOf(schema)};`).join('\n')} };`;
}

function parametersType(parameters: readonly Parameter[]): string {
  const places = PLACES.flatMap((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return [];
    const isNeeded = here.some(({ required }) => required === true);
    const fields = here.map(
      ({ name, required, schema }) =>
        `${comment(schema)}${key(name)}${required === true ? '' : '?'}: ${typeOf(schema)};`,
    );
    return [`${place}${isNeeded ? '' : '?'}: { ${fields.join('\n')} };`];
  });
  return places.length === 0 ? '' : `parameters: { ${places.join('\n')} };`;
}

function answerType(content: Content | undefined): string {
  const types = Object.entries(content ?? {});
  const [first] = types;
  if (types.length === 1 && first?.[0] === 'application/json')
    return `Answer<${typeOf(first[1].schema ?? {})}>`;
  return `{ headers: Headers; ${contentType(content)} }`;
}

function operationType({ parameters = [], requestBody, responses = {} }: Operation): string {
  const body = requestBody
    ? `requestBody${requestBody.required === true ? '' : '?'}: { ${contentType(requestBody.content)} };`
    : '';
  const answers = Object.entries(responses).map(
    ([status, { content }]) => `${status}: ${answerType(content)};`,
  );
  return `{ ${parametersType(parameters)}\n${body}\nresponses: { ${answers.join('\n')} }; }`;
}

/** RFC 9457: the same in every refusal. */
function problemSchema({ paths }: Document): Schema {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const schemas = operations.flatMap(({ responses = {} }) =>
    Object.values(responses).flatMap(({ content = {} }) =>
      Object.values(content).map(({ schema }) => schema),
    ),
  );
  return schemas.find((schema) => schema?.properties?.['detailZh']) ?? {};
}

/** Source text of the types, not laid out yet. */
export function apiTypesOf(document: Document): string {
  const all = Object.entries(document.paths).map(([path, operations]) => {
    const methods = METHODS.flatMap((method) => {
      const operation = operations[method];
      if (!operation) return [];
      const says = operation.summary === undefined ? '' : `/** ${operation.summary} */\n`;
      return [`${says}${method}: ${operationType(operation)};`];
    });
    return `${key(path)}: { ${methods.join('\n')} };`;
  });
  return `// Written by node tools/apiTypes.ts from /openapi.json: not by hand.
type Headers = { [name: string]: unknown };
type Answer<Body> = { headers: Headers; content: { 'application/json': Body } };
export type Problem = ${fieldsType(problemSchema(document))};
export type paths = { ${all.join('\n')} };\n`;
}

/** The document as the API gives it, and the types of it, laid out as the repository's files are. */
export async function currentApiTypes(): Promise<string> {
  const app = await buildApp({
    ...UNUSED_PARTS,
    eventForms: [PaymentEventJson, HisOrderEventJson],
    metrics: new Registry(),
  });
  const document = (await app.inject('/openapi.json')).json<Document>();
  await app.close();
  const { format, resolveConfig } = await import('prettier');
  const config = await resolveConfig(API_TYPES_PATH);
  return format(apiTypesOf(document), { ...config, parser: 'typescript' });
}

if (import.meta.main) {
  writeFileSync(API_TYPES_PATH, await currentApiTypes());
  process.stderr.write(`${API_TYPES_PATH} is written\n`);
}
