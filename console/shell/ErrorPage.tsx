import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { Button, Result } from 'antd';
import { ApiProblem } from '../api/problem.ts';
import { useLabels } from '../labels/useLabels.ts';
import { ProblemNote } from '../parts/ProblemNote.tsx';

/** What a page threw: a refusal of the API in its own words, anything else as what it is. */
export function ErrorPage({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  const { common, shell } = useLabels();
  const queries = useQueryErrorResetBoundary();
  const tryAgain = (): void => {
    queries.reset();
    reset();
  };
  const again = (
    <Button type="primary" onClick={tryAgain}>
      {common.retry}
    </Button>
  );
  if (error instanceof ApiProblem) {
    return (
      <Result
        status="warning"
        title={shell.brokenTitle}
        subTitle={<ProblemNote error={error} />}
        extra={again}
      />
    );
  }
  return (
    <Result status="error" title={shell.brokenTitle} subTitle={shell.brokenText} extra={again}>
      <pre style={{ whiteSpace: 'pre-wrap' }}>{error instanceof Error ? error.message : String(error)}</pre>
    </Result>
  );
}
