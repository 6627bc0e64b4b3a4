import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TwoHospitals } from './twoHospitals.ts';
import { bearerOf, MARK, startTwoHospitals } from './twoHospitals.ts';
import { ROLES } from '../../domain/principal.ts';

// Requests made from the OpenAPI document, good and hostile, of nobody and of people of the first hospital. Longer:
// DUIZHANG_FUZZ_RUNS=5000 npx vitest run test/access/fuzz.test.ts

const LONGER = process.env['DUIZHANG_FUZZ_RUNS'];
const RUNS = Number(LONGER ?? 400);

type Schema = Readonly<Record<string, unknown>> & {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
};
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
};
type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
};
type Place = { readonly method: string; readonly path: string; readonly operation: Operation };

type Sent = InjectOptions & { readonly url: string; readonly payload?: string };

let world: TwoHospitals;
let places: ReadonlyMap<string, Place>;

beforeAll(async () => {
  world = await startTwoHospitals();
  const { paths } = (await world.app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  places = new Map(all.map((place) => [`${place.method} ${place.path}`, place]));
});
afterAll(() => world[Symbol.asyncDispose]());

const HOSTILE = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'null',
  "' OR 1=1 --",
  '") UNION ALL SELECT * FROM entries --',
  '{scope:String}',
  '../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '\u0000',
  '\r\nset-cookie: a=b',
  '__proto__',
  'constructor',
  '=cmd|calc',
  '<script>alert(1)</script>',
  '2026-02-30',
  '9'.repeat(40),
  'x'.repeat(2_000),
  '\ud800',
  '医院',
] as const;

/** What the world knows by id, of both hospitals: good values where ids are asked for. */
function knownTexts(): readonly string[] {
  const of = Object.values(world.hospitals).flatMap((each) => [
    each.merchantId,
    each.orderNo,
    each.runId,
    each.caseId,
    each.actionId,
    each.proofCaseId,
    each.alertId,
    each.proof,
    each.billId,
    each.billDate,
  ]);
  return [...of, '2026-03-09', `realtime-H002-2026-03-09`, 'payments-1-3', 'payments-0-0'];
}

function textOf({ enum: words, pattern, format }: Schema): fc.Arbitrary<string> {
  const good = [
    ...(words ? [fc.constantFrom(...words)] : []),
    ...(pattern ? [fc.stringMatching(new RegExp(pattern))] : []),
    ...(format === 'date' ? [fc.constantFrom('2026-03-09', '2026-03-08')] : []),
  ];
  const known = fc.constantFrom(...knownTexts());
  const hostile = fc.constantFrom(...HOSTILE);
  return fc.oneof(
    { weight: 6, arbitrary: good[0] ?? known },
    { weight: 4, arbitrary: known },
    { weight: 2, arbitrary: hostile },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  );
}

function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const hostile = fc.constantFrom<unknown>(null, [], {}, -1, 1e308, true, '', 'x'.repeat(5_000));
  const good = goodOf(schema);
  return fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: hostile });
}

function goodOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(([name, each]) => [name, valueOf(each)]);
      const known = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
      const more = fc.dictionary(
        fc.constantFrom('__proto__', 'roles', 'merchants', 'operator'),
        fc.string(),
        {
          maxKeys: 1,
        },
      );
      return fc.oneof(
        { weight: 5, arbitrary: fc.record(Object.fromEntries(fields)) },
        { weight: 3, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, more).map(([a, b]) => ({ ...a, ...b })) },
      );
    }
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { maxLength: 4 });
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -10, max: Math.min(schema.maximum ?? 1_000, 1_000) });
    case 'boolean':
      return fc.boolean();
    default:
      return textOf(schema);
  }
}

function requestsTo({ method, path, operation }: Place): fc.Arbitrary<Sent> {
  const parameters = operation.parameters ?? [];
  const values = fc.record(
    Object.fromEntries(
      parameters.map((each) => [
        `${each.in} ${each.name}`,
        fc.option(
          each.schema.type === 'string' || each.schema.type === undefined
            ? textOf(each.schema)
            : valueOf(each.schema).map(String),
          { freq: each.required === true || each.in === 'path' ? 30 : 1, nil: undefined },
        ),
      ]),
    ),
  );
  const schema = operation.requestBody?.content['application/json']?.schema;
  const body = schema ? fc.option(valueOf(schema), { freq: 20, nil: undefined }) : fc.constant(undefined);
  const type = fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'x') },
  );
  const who = fc.option(fc.constantFrom(...ROLES), { freq: 12, nil: null });
  return fc
    .record({ values, body, type, who })
    .map(({ values: given, body: said, type: contentType, who: role }) => {
      const of = (place: string) =>
        parameters.flatMap(({ name, in: at }) => {
          const value = given[`${at} ${name}`];
          return at === place && value !== undefined ? [[name, value] as const] : [];
        });
      let target = path;
      for (const [name, value] of of('path')) target = target.replace(`{${name}}`, encoded(value));
      const query = of('query').map(([name, value]) => `${name}=${encoded(value)}`);
      const headers = of('header').map(([name, value]) => [name, value.replaceAll(/[^\t -~]/g, '?')]);
      return {
        method: method === 'post' ? 'POST' : 'GET',
        url: query.length === 0 ? target : `${target}?${query.join('&')}`,
        headers: {
          ...Object.fromEntries(headers),
          ...(role === null ? {} : bearerOf(role, 'H001')),
          ...(said === undefined ? {} : { 'content-type': contentType }),
        },
        ...(said === undefined ? {} : { payload: JSON.stringify(said) }),
      };
    });
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

test('whatever is sent, no answer is an inner failure, undocumented, or tells of the other hospital', async () => {
  const secret = new RegExp(`${MARK.H002}[\\w-]*`, 'g');
  const coded = Buffer.from(MARK.H002).toString('base64').replace(/=+$/, '');
  const statuses = new Map<number, number>();
  const request = fc
    .constantFrom(...places.entries())
    .chain(([name, place]) => fc.tuple(fc.constant(name), requestsTo(place)));
  await fc.assert(
    fc.asyncProperty(request, async ([name, asked]) => {
      const answers = Object.keys(places.get(name)?.operation.responses ?? {});
      const answer = await world.app.inject(asked);
      const { statusCode, body } = answer;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      expect(statusCode, body).toBeLessThan(500);
      // A path that the parameter has bent is another path, of which there is none.
      if (statusCode !== 404) expect(answers).toContain(String(statusCode));
      const own = `${decodeURIComponent(asked.url)} ${asked.payload ?? ''}`;
      const told = [...body.matchAll(secret)].map(([word]) => word);
      expect(told.filter((word) => !own.includes(word))).toEqual([]);
      expect(body).not.toContain(coded);
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    }),
    {
      numRuns: RUNS,
      ...(LONGER === undefined ? { seed: 20_260_309 } : {}),
      interruptAfterTimeLimit: RUNS * 200,
      markInterruptAsFailure: true,
    },
  );
  // It came as far as good answers, refusals by schema, and refusals by who asks.
  for (const status of [200, 400, 401, 403, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
}, 600_000);
