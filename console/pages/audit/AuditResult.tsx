import { Tag } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';

/** How a request ended, by the status of its answer. */
export function AuditResult({ status }: { readonly status: number | null }) {
  const { audit: words } = useLabels();
  if (status === null) return <Tag>{words.unknown}</Tag>;
  if (status < 400) return <Tag color="success">{words.done}</Tag>;
  return status < 500 ? (
    <Tag color="warning">{words.refused(status)}</Tag>
  ) : (
    <Tag color="error">{words.failed(status)}</Tag>
  );
}
