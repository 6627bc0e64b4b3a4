import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { EventIntake, IntakeResult } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { ProblemSchema } from '../problem.ts';

const Result = Type.Object({
  index: Type.Integer(),
  status: Type.Union([Type.Literal('accepted'), Type.Literal('rejected')]),
  eventId: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  field: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

const Answer = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  results: Type.Array(Result),
});

/** Most events in one request; more is a mistake or an attack. */
const MAX_EVENTS = 10_000;

/** The body as the OpenAPI document shows it. @param forms JSON schemas of the events that are taken */
function documentedBody(forms: readonly TSchema[]) {
  const event = Type.Union([...forms]);
  return {
    content: {
      'application/json': { schema: Type.Array(event, { minItems: 1, maxItems: MAX_EVENTS }) },
      'application/x-ndjson': { schema: { ...event, description: 'one event a line' } },
    },
  };
}

/** Events over HTTP, for producers without a Kafka or Redis client. */
export function eventRoutes(intake: EventIntake, forms: readonly TSchema[]): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser(
      ['application/x-ndjson', 'application/ndjson'],
      { parseAs: 'string' },
      (_, body, done) => {
        done(null, linesOf(String(body)));
      },
    );
    app.post(
      '/events',
      {
        config: { documentedBody: documentedBody(forms), audit: 'EVENT_LOG' },
        schema: {
          tags: ['events'],
          summary: 'Appends events; each is answered for itself, accepted ones are durable',
          description:
            'Body: a JSON array, or one JSON object a line. Of one request some may be accepted and others not; what was not ' +
            'accepted is answered with its reason and kept nowhere.',
          querystring: Type.Object(
            { topic: Type.Optional(Type.Unsafe<Topic>({ type: 'string', enum: [...TOPICS] })) },
            { additionalProperties: false },
          ),
          // Items are judged one by one, by the intake: one bad event must not refuse its neighbours.
          body: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS }),
          response: {
            200: Answer,
            400: ProblemSchema,
            413: ProblemSchema,
            415: ProblemSchema,
            503: ProblemSchema,
            507: ProblemSchema,
          },
        },
      },
      async ({ query, body }) => answerOf(await intake.accept(query.topic ?? null, body)),
    );
  };
}

/** A line that is no JSON is handed on as text, to be refused as one item and not with its neighbours. */
function linesOf(text: string): unknown[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0)
    throw new DuizhangError('DZ_BAD_REQUEST', 'the body has no line; send one event a line');
  return lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (error) {
      return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
  });
}

function answerOf(results: readonly IntakeResult[]) {
  const accepted = results.filter((result) => result.status === 'accepted').length;
  return {
    accepted,
    rejected: results.length - accepted,
    results: results.map((result, index) => ({ index, ...result })),
  };
}
