import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { DuizhangError } from '../domain/errors.ts';

/** RFC 9457 problem details with our stable code. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable, DZ_…' }),
    detail: Type.String(),
    field: Type.Optional(Type.String({ description: 'where in the request' })),
  },
  { $id: 'Problem' },
);

export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  413: 'Too large',
  415: 'Unsupported media type',
  500: 'Internal error',
  503: 'Not available now',
  507: 'No room',
};

/** All other errors with a code of ours are the caller's fault and answered with 400. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  DZ_UNAUTHENTICATED: 401,
  DZ_FORBIDDEN: 403,
  DZ_NOT_FOUND: 404,
  DZ_SOURCE_TOO_LARGE: 413,
  DZ_LOG_FULL: 507,
  DZ_NOT_READY: 503,
  DZ_EXPORTS_BUSY: 503,
  DZ_SYSTEM_LOG_AWAY: 503,
  DZ_SYSTEM_LEDGER_AWAY: 503,
};

/** What to do about refusals of the HTTP server, whose own words only say what is wrong. */
const ADVICE: Readonly<Record<number, string>> = {
  413: 'send fewer events in one request',
  415: 'send application/json or application/x-ndjson',
};

/** @param requestId under which the failure is logged */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof DuizhangError) {
    const status = STATUS_OF_CODE[error.code];
    if (status === undefined && error.code.startsWith('DZ_SYSTEM')) return internal(requestId);
    return { status: status ?? 400, code: error.code, detail: error.message };
  }
  if (!isHttpError(error) || error.statusCode >= 500) return internal(requestId);
  const advice = ADVICE[error.statusCode];
  const field = error.validation?.[0]?.instancePath;
  return {
    status: error.statusCode,
    code: error.statusCode === 413 ? 'DZ_BODY_TOO_LARGE' : 'DZ_BAD_REQUEST',
    detail: advice === undefined ? error.message : `${error.message}; ${advice}`,
    ...(field === undefined || field === '' ? {} : { field }),
  };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: TITLES[problem.status] ?? 'Error', ...problem });
}

function internal(requestId: string): Problem {
  const detail = `the request failed on our side; it is logged as ${requestId}`;
  return { status: 500, code: 'DZ_SYSTEM_INTERNAL', detail };
}

type HttpError = Error & {
  readonly statusCode: number;
  readonly validation?: readonly { readonly instancePath?: string }[];
};

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}
