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
      title={<h1 style={{ font: 'inherit', margin: 0 }}>{shell.notFoundTitle}</h1>}
      subTitle={shell.notFoundText}
      extra={<Link to="/">{shell.toHome}</Link>}
    />
  );
}
