import { useQuery } from '@tanstack/react-query';
import { Alert, Descriptions, Drawer, List } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { bytesText, countText } from '../../parts/texts.ts';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import { useLook } from '../../shell/look.ts';
import { Download, Fee } from './billColumns.tsx';
import type { BillFile } from './queries.ts';
import { billErrorsQuery } from './queries.ts';

type Props = { readonly bill: BillFile | null; readonly onClose: () => void };

export function BillDrawer({ bill, onClose }: Props) {
  const { billFiles: words } = useLabels();
  return (
    <Drawer open={bill !== null} onClose={onClose} size={560} title={words.details} destroyOnHidden>
      {bill !== null && <Details bill={bill} />}
    </Drawer>
  );
}

function Details({ bill }: { readonly bill: BillFile }) {
  const { billFiles: words, codes, common } = useLabels();
  const nameOf = useMerchantName();
  const items = [
    [common.hospital, nameOf(bill.merchantId)],
    [words.date, bill.date],
    [words.book, codes.book[bill.book]],
    [common.channel, bill.channel === null ? words.everyChannel : codes.channel[bill.channel]],
    [words.version, bill.isCurrent ? words.current : words.replaced],
    [words.fileName, bill.fileName],
    [words.size, bytesText(bill.sizeBytes)],
    [words.rows, countText(bill.rows)],
    [words.payments, countText(bill.payments)],
    [words.paymentSum, <Money key="v" fen={bill.paymentFen} inline />],
    [words.refunds, countText(bill.refunds)],
    [words.refundSum, <Money key="v" fen={bill.refundFen} inline />],
    [
      words.fee,
      <span key="v" style={{ display: 'inline-block' }}>
        <Fee bill={bill} />
      </span>,
    ],
    [words.errors, countText(bill.errorRows)],
    [words.importedAt, <BeijingTime key="v" at={bill.importedAt} />],
    [words.sha256, <CopyableId key="v" id={bill.sha256} most={24} />],
    [words.download, <Download key="v" bill={bill} />],
  ] as const;
  return (
    <>
      <Descriptions
        column={1}
        size="small"
        bordered
        items={items.map(([label, children], key) => ({ key, label, children }))}
      />
      {bill.errorRows > 0 && <ErrorRows bill={bill} />}
    </>
  );
}

/** As far as they are not handled yet. */
function ErrorRows({ bill }: { readonly bill: BillFile }) {
  const { billFiles: words, common } = useLabels();
  const { language } = useLook();
  const errors = useQuery(billErrorsQuery(bill));
  const rows = errors.data?.items.find(({ id }) => id === bill.id)?.rows ?? [];
  if (errors.isSuccess && rows.length === 0) return null;
  return (
    <div style={{ marginBlockStart: 16 }}>
      {errors.error && <ProblemNote error={errors.error} />}
      <Alert
        type="warning"
        showIcon
        title={words.errorRows(countText(bill.errorRows))}
        description={words.errorRowsText}
      />
      <List
        size="small"
        loading={errors.isPending}
        dataSource={[...rows]}
        locale={{ emptyText: ' ' }}
        renderItem={({ line, message, messageZh }) => (
          <List.Item>
            {words.line(countText(line))}
            {common.colon}
            {language === 'zh' && messageZh !== '' ? messageZh : message}
          </List.Item>
        )}
      />
    </div>
  );
}
