import { Drawer, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { AuditResult } from './AuditResult.tsx';
import type { AuditRow } from './queries.ts';

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
  const { audit: words, codes, common } = useLabels();
  const nameOf = useMerchantName();
  const facts = [
    [common.time, <BeijingTime key="v" at={entry.at} />],
    [words.user, entry.user === '' ? words.nobody : entry.user],
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
  return (
    <>
      <Facts facts={facts} />
      <Typography.Title level={2} style={{ fontSize: 15, marginBlockStart: 16 }}>
        {words.said}
      </Typography.Title>
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
        {JSON.stringify(entry.said, null, 2)}
      </pre>
    </>
  );
}
