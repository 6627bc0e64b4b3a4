import { Link } from '@tanstack/react-router';
import { Result } from 'antd';
import { useLabels } from '../labels/useLabels.ts';
import { useTitle } from '../parts/Page.tsx';

export function NotFoundPage() {
  const { shell } = useLabels();
  useTitle(shell.notFoundTitle);
  return (
    <Result
      status="404"
      title={shell.notFoundTitle}
      subTitle={shell.notFoundText}
      extra={<Link to="/">{shell.toHome}</Link>}
    />
  );
}
