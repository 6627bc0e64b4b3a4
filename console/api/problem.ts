import type { Problem } from './schema.d.ts';

/** What the API refused, or that it could not be reached at all. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable, DZ_…; DZ_CONSOLE_OFFLINE: no answer came. */
  readonly code: string;
  readonly detailZh: string | null;
  /** Where in the request: `/note`. */
  readonly field: string | null;
  readonly retryAfterS: number | null;

  constructor(problem: Problem, retryAfterS: number | null = null) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.detailZh = problem.detailZh ?? null;
    this.field = problem.field ?? null;
    this.retryAfterS = retryAfterS;
  }
}

export const OFFLINE = 'DZ_CONSOLE_OFFLINE';

export function offlineProblem(): ApiProblem {
  return new ApiProblem({
    type: 'about:blank',
    title: 'No answer',
    status: 0,
    code: OFFLINE,
    detail: 'the server does not answer; check the network, it is tried again by itself',
    detailZh: '无法连接服务器，请检查网络；恢复后会自动重试',
  });
}

/** Of an answer that is no success. A proxy's own page is no problem of ours: only its status is told. */
export function problemOf(answer: Response, body: unknown): ApiProblem {
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const said = isProblem(body)
    ? body
    : {
        type: 'about:blank',
        title: answer.statusText,
        status: answer.status,
        code: `HTTP_${answer.status}`,
        ...detailOf(answer.status),
      };
  return new ApiProblem(said, Number.isNaN(after) ? null : after);
}

/** Whoever waits in between gave up; the server may have gone on. */
const TIMED_OUT = 504;

function detailOf(status: number): Pick<Problem, 'detail' | 'detailZh'> {
  if (status === TIMED_OUT) {
    return {
      detail: `the server did not answer in time (${status}); it may have been done all the same: refresh and look before trying again`,
      detailZh: `服务器没有及时答复（${status}）；操作可能已完成，请刷新核对后再重试`,
    };
  }
  return {
    detail: `the server answered ${status}; try again in a moment`,
    detailZh: `服务器返回 ${status}，请稍后再试`,
  };
}

export function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}
