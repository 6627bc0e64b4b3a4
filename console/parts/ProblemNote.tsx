import { Alert } from 'antd';
import { ApiProblem } from '../api/problem.ts';
import type { Labels } from '../labels/zh.ts';
import { useLabels } from '../labels/useLabels.ts';
import { useLook } from '../shell/look.ts';

/** A refusal in the reader's language, with what to do. */
export function problemText(error: unknown, language: 'zh' | 'en', { problem }: Labels): string {
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return problem.offline;
  if (error.code === 'DZ_LOGIN_STALE') return problem.staleToken;
  const said = language === 'zh' ? (error.detailZh ?? error.message) : error.message;
  if (error.code === 'DZ_NOT_FOUND') return `${said}${language === 'zh' ? '。' : '. '}${problem.notFound}`;
  return error.retryAfterS === null ? said : `${said} ${problem.retryAfter(error.retryAfterS)}`;
}

/** The one way to show that something was refused or failed. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  const labels = useLabels();
  const { language } = useLook();
  const code = error instanceof ApiProblem && error.status !== 0 ? error.code : null;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ marginBlockEnd: 16 }}
      title={problemText(error, language, labels)}
      {...(code === null ? {} : { description: `${labels.problem.code}${labels.common.colon}${code}` })}
    />
  );
}
