import { useQuery } from '@tanstack/react-query';
import { Alert, Card, Descriptions, Drawer, Flex, Skeleton, Tag, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { useLook } from '../../shell/look.ts';
import { CaseStatusTag, VerdictTag } from '../CodeTag.tsx';
import { CopyableId } from '../CopyableId.tsx';
import { Money } from '../Money.tsx';
import { ProblemNote } from '../ProblemNote.tsx';
import { percentText } from '../texts.ts';
import { useFocusBack } from '../useFocusBack.ts';
import { useMerchantName } from '../useMerchantName.ts';
import { BooksTable } from './BooksTable.tsx';
import { CaseActions } from './CaseActions.tsx';
import { Steps, VerdictsBefore } from './History.tsx';
import { useOpenCase } from './openCase.ts';
import type { CaseDetail } from './queries.ts';
import { caseQuery } from './queries.ts';
import { RefundsOfCase } from './RefundsOfCase.tsx';
import { RelatedCases } from './RelatedCases.tsx';
import { reasonText } from './words.ts';

/** One exception with all that a person needs before deciding on it, over whichever page is shown. */
export function CaseDrawer({ id }: { readonly id: string }) {
  const { cases: words } = useLabels();
  const openCase = useOpenCase();
  useFocusBack();
  const { data: detail, error } = useQuery(caseQuery(id));
  return (
    <Drawer
      open
      size="min(1040px, 92vw)"
      title={detail ? <Title detail={detail} /> : words.title}
      onClose={() => openCase(null)}
    >
      {error && <ProblemNote error={error} />}
      {detail ? <Content detail={detail} /> : !error && <Skeleton active />}
    </Drawer>
  );
}

function Title({ detail: { type, status, orderNo } }: { readonly detail: CaseDetail }) {
  return (
    <Flex wrap align="center" gap={8}>
      {type !== null && <VerdictTag code={type} />}
      <CaseStatusTag code={status} />
      <CopyableId id={orderNo} />
    </Flex>
  );
}

function Content({ detail }: { readonly detail: CaseDetail }) {
  const { cases: words } = useLabels();
  return (
    <Flex vertical gap={16}>
      <Facts detail={detail} />
      <CaseActions detail={detail} />
      <Part title={words.books}>
        <BooksTable detail={detail} />
      </Part>
      <LikelyCause detail={detail} />
      <RefundsOfCase detail={detail} />
      <Part title={words.timeline}>
        <Steps detail={detail} />
      </Part>
      <Part title={words.history}>
        <VerdictsBefore history={detail.history} />
      </Part>
      <RelatedCases related={detail.related} />
    </Flex>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card size="small" title={<h2 style={{ fontSize: 14, margin: 0 }}>{title}</h2>}>
      {children}
    </Card>
  );
}

function Facts({ detail }: { readonly detail: CaseDetail }) {
  const labels = useLabels();
  const { cases: words, common, codes } = labels;
  const nameOf = useMerchantName();
  const { money, kind, mode, businessDate, channel, merchantId, surplusFen } = detail;
  const items = [
    [common.hospital, nameOf(merchantId)],
    [
      words.ofKind,
      <Flex key="v" wrap gap={4}>
        <span>{[mode === null ? '' : codes.mode[mode], codes.kind[kind]].filter(Boolean).join(' · ')}</span>
        {detail.isPossiblyCrossDay && <Tag color="processing">{words.possiblyCrossDay}</Tag>}
      </Flex>,
    ],
    [common.businessDate, businessDate ?? common.none],
    [common.channel, channel === null ? common.none : codes.channel[channel]],
    [words.assignee, detail.assignee ?? words.nobody],
    [words.reason, reasonText(detail.reason, labels)],
    [words.paid, <Money key="v" fen={money.paidFen} inline />],
    [words.refunded, <Money key="v" fen={money.refundedFen} inline />],
    [words.refundable, <Money key="v" fen={money.refundableFen} inline />],
    ...(surplusFen === null ? [] : [[words.surplus, <Money key="v" fen={surplusFen} inline />] as const]),
  ] as const;
  return (
    <Descriptions
      size="small"
      column={3}
      items={items.map(([label, children], key) => ({ key, label, children }))}
    />
  );
}

function LikelyCause({ detail: { likelyCause } }: { readonly detail: CaseDetail }) {
  const { cases: words, common } = useLabels();
  const { language } = useLook();
  const { precision, evidence, evidenceZh } = likelyCause;
  const rate = precision === null ? [] : [words.precision(percentText(precision, 1))];
  return (
    <Alert
      type="info"
      title={`${words.cause}${common.colon}${language === 'zh' ? evidenceZh : evidence}`}
      description={<Typography.Text>{[words.causeHint, ...rate].join(' · ')}</Typography.Text>}
    />
  );
}
