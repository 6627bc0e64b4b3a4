import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { EventIntake, IntakeResult } from '../../domain/apiPorts.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Topic } from '../../domain/ports.ts';
import { TOPICS } from '../../domain/ports.ts';
import { traceparentOf } from '../../domain/traceparent.ts';
import type { MachineAccess } from '../machineCaller.ts';
import { ProblemSchema } from '../problem.ts';
import { callerOf, checkBody, saidBodySha256, signAnswers } from '../signedMachines.ts';
import { isFromHere } from '../unsignedEvents.ts';

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

export type EventParts = {
  readonly intake: EventIntake;
  /** JSON schemas of the events that are taken, for the OpenAPI document. */
  readonly forms: readonly TSchema[];
  readonly access: MachineAccess;
  /** From this machine alone, and only until a machine is configured that may send events. */
  readonly takesUnsigned: boolean;
  readonly mostBytes: number;
};

/** Events over HTTP, for producers without a Kafka or Redis client. */
export function eventRoutes({
  intake,
  forms,
  access,
  takesUnsigned,
  mostBytes,
}: EventParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    signAnswers(app, access.now);
    readSigned(app);
    app.post(
      '/events',
      {
        config: { access: 'MACHINE', documentedBody: documentedBody(forms), audit: 'EVENT_LOG' },
        bodyLimit: mostBytes,
        onRequest: async (request) => {
          const isUnsigned = request.headers.authorization === undefined;
          if (isUnsigned && takesUnsigned && isFromHere(request)) return;
          const { machine } = await callerOf(request, access, saidBodySha256(request));
          if (machine.mayProduce.size > 0) return;
          throw new DuizhangError('DZ_FORBIDDEN', `the machine may not send events; mayProduce names none`);
        },
        schema: {
          tags: ['events'],
          summary: 'Appends events; each is answered for itself, accepted ones are durable',
          description:
            'Body: a JSON array, or one JSON object a line. Of one request some may be accepted and others not; what was not ' +
            'accepted is answered with its reason and kept nowhere. A traceparent header (W3C Trace Context) is kept with them and ' +
            'stands in the lines of the log that speak of them. Signed by a machine with mayProduce, the SHA-256 of the body ' +
            'in Duizhang-Body-Sha256, and answered with a signature: schemas/hdp.openapi.yaml.',
          querystring: Type.Object(
            { topic: Type.Optional(Type.Unsafe<Topic>({ type: 'string', enum: [...TOPICS] })) },
            { additionalProperties: false },
          ),
          // Items are judged one by one, by the intake: one bad event must not refuse its neighbours.
          body: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS }),
          response: {
            200: Answer,
            400: ProblemSchema,
            401: ProblemSchema,
            403: ProblemSchema,
            413: ProblemSchema,
            415: ProblemSchema,
            503: ProblemSchema,
            507: ProblemSchema,
          },
        },
      },
      async ({ query, body, machineCaller, headers }) =>
        answerOf(
          await intake.accept(
            query.topic ?? null,
            body,
            machineCaller?.machine ?? null,
            traceparentOf(headers['traceparent']),
          ),
        ),
    );
  };
}

/** Both forms of the body, held against the hash that was signed before anything of them is looked at. */
function readSigned(app: FastifyInstance): void {
  const json = app.getDefaultJsonParser('error', 'error');
  const checked = (request: FastifyRequest, body: Buffer): string => {
    const found = createHash('sha256').update(body).digest('hex');
    if (request.machineCaller) checkBody(found, saidBodySha256(request));
    return body.toString('utf8');
  };
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const text = checked(request, body);
      return new Promise((resolve, reject) => {
        void json(request, text, (error, value) => (error ? reject(error) : resolve(value)));
      });
    },
  );
  app.addContentTypeParser<Buffer>(
    ['application/x-ndjson', 'application/ndjson'],
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => linesOf(checked(request, body)),
  );
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
