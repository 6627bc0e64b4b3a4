import type { FastifyContextConfig, FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { DuizhangError } from '../domain/errors.ts';
import { PROBLEM_CODES, ZH_OF_STATUS } from './problemCodes.ts';

/** RFC 9457 problem details with our stable code. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'stable, DZ_…' }),
    detail: Type.String({ description: 'what is wrong and what to do' }),
    detailZh: Type.Optional(Type.String({ description: '中文说明' })),
    field: Type.Optional(Type.String({ description: 'where in the request, e.g. /note' })),
  },
  {
    $id: 'Problem',
    examples: [
      {
        type: 'about:blank',
        title: 'Refused by a rule',
        status: 422,
        code: 'DZ_ACTION_NOTE',
        detail: 'a note is needed: why, in a few words',
        detailZh: '请填写备注',
        field: '/note',
      },
    ],
  },
);

export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Absent: what ZH_OF_STATUS says. */
  readonly detailZh?: string;
  readonly field?: string;
};

/** Of the statuses that a route names beside its answer. */
export function problems<Status extends number>(
  ...statuses: readonly Status[]
): Record<Status | 400 | 500 | 503, typeof ProblemSchema> {
  const all = [...statuses, 400, 500, 503] as const;
  return Object.fromEntries(all.map((status) => [status, ProblemSchema])) as Record<
    Status | 400 | 500 | 503,
    typeof ProblemSchema
  >;
}

type Documented = { readonly response?: unknown; readonly body?: unknown };
type DocumentedRoute = {
  readonly method: string | readonly string[];
  readonly config?: FastifyContextConfig;
};

/** What the OpenAPI document says of a route beside its own words: answers that any route may give. */
export function documentedAnswers(
  { response, body }: Documented,
  { method, config }: DocumentedRoute,
): { readonly response?: object } {
  if (typeof response !== 'object' || response === null) return {};
  const takesBody =
    body !== undefined || config?.documentedBody !== undefined || [method].flat().includes('POST');
  const asksWho = config?.access !== undefined && config.access !== 'ANYONE';
  const more = [...(asksWho ? [401, 403] : []), ...(takesBody ? [413, 415] : []), 414, 429];
  return { response: { ...Object.fromEntries(more.map((status) => [status, ProblemSchema])), ...response } };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not as things stand',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  422: 'Refused by a rule',
  429: 'Too often',
  500: 'Internal error',
  502: 'Another system does not answer',
  503: 'Not available now',
  507: 'No room',
};

/** What to do about refusals of the HTTP server, whose own words only say what is wrong. */
const ADVICE: Readonly<Record<number, string>> = {
  413: 'send less in one request',
  415: 'send application/json, or what the OpenAPI document names for this path',
};

/** A server that the API rests on does not answer. */
export const AWAY: Problem = {
  status: 503,
  code: 'DZ_SYSTEM_AWAY',
  detail:
    'a part of the system does not answer; try again in a moment, with the same Idempotency-Key: a refund that had begun is followed to its end by itself',
  detailZh:
    '系统部分组件暂不可用，请稍后再试（接口调用请使用相同的 Idempotency-Key）；已提交的退款会自动跟进',
};

/** @param requestId under which the failure is logged */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof DuizhangError) {
    const known = PROBLEM_CODES[error.code];
    if (!known && error.code.startsWith('DZ_SYSTEM')) return internal(requestId);
    const detailZh = error.messageZh ?? known?.zh;
    return {
      status: known?.status ?? 400,
      code: error.code,
      detail: error.message,
      ...(detailZh === undefined ? {} : { detailZh }),
      ...(known?.field === undefined ? {} : { field: known.field }),
    };
  }
  if (!isHttpError(error) || error.statusCode >= 500) return internal(requestId);
  const advice = ADVICE[error.statusCode];
  const field = fieldOf(error);
  return {
    status: error.statusCode,
    code: error.statusCode === 413 ? 'DZ_BODY_TOO_LARGE' : 'DZ_BAD_REQUEST',
    detail: advice === undefined ? error.message : `${error.message}; ${advice}`,
    ...(field === '' ? {} : { field, detailZh: `请求参数 ${field} 不正确，请修改后重试` }),
  };
}

/** What is missing is named, too. */
function fieldOf({ validation, validationContext }: HttpError): string {
  const [fault] = validation ?? [];
  if (!fault) return '';
  const missing = fault.params?.['missingProperty'];
  const path = `${fault.instancePath ?? ''}${typeof missing === 'string' ? `/${missing}` : ''}`;
  return validationContext === 'headers' && path !== '' ? `/headers${path}` : path;
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: TITLES[problem.status] ?? 'Error',
      detailZh: ZH_OF_STATUS[problem.status] ?? '请求失败',
      ...problem,
    });
}

function internal(requestId: string): Problem {
  const detail = `the request failed on our side; it is logged as ${requestId}`;
  return { status: 500, code: 'DZ_SYSTEM_INTERNAL', detail };
}

type HttpError = Error & {
  readonly statusCode: number;
  readonly validationContext?: string;
  readonly validation?: readonly {
    readonly instancePath?: string;
    readonly params?: Readonly<Record<string, unknown>>;
  }[];
};

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}
