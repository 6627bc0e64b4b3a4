import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Alert, Button, Card, Flex, Tag, Typography } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { ProposalStep } from './DecideProposal.tsx';
import { DecideProposal } from './DecideProposal.tsx';
import { DiffTable } from './DiffTable.tsx';
import { hospitalOf } from './fields.ts';
import type { ProposalRow } from './queries.ts';
import { proposalsQuery } from './queries.ts';

type Props = {
  /** Those that were decided, too. */
  readonly isAll?: boolean;
  /** Of a hospital alone. */
  readonly merchantId?: string;
  /** The one that was proposed here just now: whoever did it is led to it. */
  readonly proposed?: string | null;
};
type Decided = { readonly proposal: ProposalRow; readonly step: ProposalStep };

const COLORS = { OPEN: 'warning', AGREED: 'success', REFUSED: 'error', WITHDRAWN: '', OUTDATED: '' } as const;

/** Settings that wait for a second administrator, for whoever sees settings; nothing where there are none. */
export function Proposals({ isAll = false, merchantId, proposed = null }: Props) {
  const { system } = useLabels();
  const { data: me } = useSuspenseQuery(meQuery);
  const list = useQuery({
    ...proposalsQuery,
    enabled: me.roles.some((role) => role === 'admin' || role === 'auditor'),
  });
  const [decided, decideOn] = useState<Decided | null>(null);
  // Whoever proposed it learns that it came to nothing.
  const waits = ({ state, by }: ProposalRow): boolean =>
    state === 'OPEN' || (state === 'OUTDATED' && by === me.user);
  const isShown = (proposal: ProposalRow): boolean =>
    (isAll || waits(proposal)) &&
    (merchantId === undefined || proposal.changes.some(({ path }) => hospitalOf(path) === merchantId));
  const shown = list.data?.items.filter(isShown) ?? [];
  if (list.error) return <ProblemNote error={list.error} />;
  if (shown.length === 0) return null;
  return (
    <section aria-label={system.proposals.title} style={{ marginBlockEnd: 16 }}>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {system.proposals.title}
      </Typography.Title>
      <Typography.Paragraph type="secondary">{system.proposals.text}</Typography.Paragraph>
      <Flex vertical gap={12}>
        {shown.map((proposal) => (
          <ProposalCard
            key={proposal.proposalId}
            proposal={proposal}
            me={me}
            isNew={proposal.proposalId === proposed}
            onDecide={(step) => decideOn({ proposal, step })}
          />
        ))}
      </Flex>
      {decided && <DecideProposal {...decided} onClose={() => decideOn(null)} />}
    </section>
  );
}

type ButtonsProps = {
  readonly proposal: ProposalRow;
  readonly me: { readonly user: string; readonly roles: readonly string[] };
  readonly onDecide: (step: ProposalStep) => void;
};
type CardProps = ButtonsProps & { readonly isNew: boolean };

function ProposalCard({ proposal, me, onDecide, isNew }: CardProps) {
  const { system, common } = useLabels();
  const { proposals: words } = system;
  const { proposalId, state, at, by, reason, changes, decidedBy, decidedAt, note } = proposal;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isNew) return;
    card.current?.scrollIntoView({ block: 'center' });
    card.current?.focus({ preventScroll: true });
  }, [isNew]);
  const isUndecided = state === 'OPEN' || state === 'OUTDATED';
  return (
    <Card
      ref={card}
      tabIndex={-1}
      size="small"
      data-proposal={proposalId}
      title={
        <Flex wrap gap={12} align="center">
          <Tag color={COLORS[state]}>{words.state[state]}</Tag>
          <BeijingTime at={at} />
          <span>{words.by(by)}</span>
        </Flex>
      }
      extra={isUndecided && <Buttons proposal={proposal} me={me} onDecide={onDecide} />}
    >
      {state === 'OUTDATED' && (
        <Alert type="info" showIcon title={words.outdated} style={{ marginBlockEnd: 8 }} />
      )}
      <Typography.Paragraph>{reason}</Typography.Paragraph>
      <DiffTable diff={changes} />
      {decidedBy !== null && (
        <Typography.Paragraph type="secondary" style={{ margin: '8px 0 0' }}>
          {words.state[state]}
          {common.colon}
          {decidedBy} <BeijingTime at={decidedAt} /> {note}
        </Typography.Paragraph>
      )}
    </Card>
  );
}

/** Whoever proposed it takes it back; another administrator decides, and not on what is outdated. */
function Buttons({ proposal: { by, state }, me, onDecide }: ButtonsProps) {
  const { proposals: words } = useLabels().system;
  if (!me.roles.includes('admin')) return null;
  if (by === me.user) {
    return (
      <Flex wrap gap={8} align="center">
        {state === 'OPEN' && <Typography.Text type="secondary">{words.own}</Typography.Text>}
        <Button size="small" onClick={() => onDecide('withdraw')}>
          {words.withdraw}
        </Button>
      </Flex>
    );
  }
  return (
    <Flex gap={8}>
      <Button size="small" type="primary" disabled={state !== 'OPEN'} onClick={() => onDecide('agree')}>
        {words.agree}
      </Button>
      <Button size="small" onClick={() => onDecide('refuse')}>
        {words.refuse}
      </Button>
    </Flex>
  );
}
