import { Button, Card, Flex } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { CaseStatusTag, VerdictTag } from '../CodeTag.tsx';
import { useOpenCase } from './openCase.ts';
import type { CaseDetail } from './queries.ts';

/** Other exceptions that belong to this one, a click away. */
export function RelatedCases({ related }: Pick<CaseDetail, 'related'>) {
  const { cases: words, codes } = useLabels();
  const openCase = useOpenCase();
  if (related.length === 0) return null;
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{words.related}</h2>}>
      {related.map(({ exceptionId, orderNo, relation, kind, type, status }) => (
        <Flex key={exceptionId} wrap align="center" gap={8}>
          <span>{words.relation[relation]}</span>
          <span>{codes.kind[kind]}</span>
          {type !== null && <VerdictTag code={type} />}
          {status !== null && <CaseStatusTag code={status} />}
          <Button type="link" className="dz-id" onClick={() => openCase(exceptionId)}>
            {orderNo}
          </Button>
        </Flex>
      ))}
    </Card>
  );
}
