import { Drawer, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { AuditResult } from './AuditResult.tsx';
import type { AuditRow } from './queries.ts';
import { saidLabel, saidText } from './saidText.ts';
import { whoText } from './whoText.ts';

type Props = { readonly entry: AuditRow | null; readonly onClose: () => void };

export function AuditDrawer({ entry, onClose }: Props) {
  const { codes } = useLabels();
  return (
    <Drawer
      open={entry !== null}
      onClose={onClose}
      size={600}
      title={entry === null ? '' : codes.auditKind[entry.kind]}
      destroyOnHidden
    >
      {entry !== null && <Details entry={entry} />}
    </Drawer>
  );
}

function Details({ entry }: { readonly entry: AuditRow }) {
  const labels = useLabels();
  const { audit: words, codes, common } = labels;
  const nameOf = useMerchantName();
  const facts = [
    [common.time, <BeijingTime key="v" at={entry.at} />],
    [words.user, whoText(entry, labels)],
    [words.via, codes.auditWay[entry.via]],
    [words.from, entry.from],
    [words.result, <AuditResult key="v" status={entry.status} />],
    [common.hospital, entry.merchants.length === 0 ? words.system : entry.merchants.map(nameOf).join('、')],
    [words.what, <CopyableId key="v" id={entry.what} />],
    [words.actionId, <CopyableId key="v" id={entry.actionId} most={16} />],
    [words.chain, <CopyableId key="v" id={entry.writer} most={28} />],
    [words.seq, String(entry.seq)],
    [words.hash, <CopyableId key="v" id={entry.hash} most={16} />],
  ] as const;
  const said = Object.entries(entry.said).map(
    ([field, value]) => [field, saidText(field, value, labels, nameOf)] as const,
  );
  const record = JSON.stringify(entry, null, 2);
  return (
    <>
      <Facts facts={facts} />
      {said.length > 0 && <Heading>{words.said}</Heading>}
      {said.length > 0 && (
        <Facts
          facts={said.map(([field, text]) => [
            saidLabel(field, labels),
            <span key="v" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
              {text}
            </span>,
          ])}
        />
      )}
      <Heading>
        <Typography.Text strong copyable={{ text: record, tooltips: [common.copy, common.copied] }}>
          {words.record}
        </Typography.Text>
      </Heading>
      <pre
        tabIndex={0}
        className="dz-id"
        style={{
          overflow: 'auto',
          maxHeight: '40vh',
          margin: 0,
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {record}
      </pre>
    </>
  );
}

function Heading({ children }: { readonly children: ReactNode }) {
  return (
    <Typography.Title level={2} style={{ fontSize: 15, marginBlockStart: 16 }}>
      {children}
    </Typography.Title>
  );
}
