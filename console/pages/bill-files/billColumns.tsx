import { DownloadOutlined } from '@ant-design/icons';
import type { TableColumnsType } from 'antd';
import { Button, Tag, Tooltip, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { Money } from '../../parts/Money.tsx';
import { countText } from '../../parts/texts.ts';
import { useDownload } from '../../parts/useDownload.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { BillFile } from './queries.ts';
import { fileOf } from './queries.ts';

/** @param isOfRun the hospital and the date are the run's, and need no column */
export function useBillColumns<Row extends BillFile>({ isOfRun = false } = {}): TableColumnsType<Row> {
  const { billFiles: words, codes, common } = useLabels();
  const nameOf = useMerchantName();
  const place: TableColumnsType<Row> = [
    { title: words.date, width: 100, render: (_, { date }) => <span className="dz-number">{date}</span> },
    { title: common.hospital, width: 120, ellipsis: true, render: (_, { merchantId }) => nameOf(merchantId) },
  ];
  return [
    ...(isOfRun ? [] : place),
    { title: words.book, width: 100, render: (_, { book }) => codes.book[book] },
    {
      title: common.channel,
      width: 100,
      render: (_, { channel }) => (channel === null ? words.everyChannel : codes.channel[channel]),
    },
    {
      title: words.version,
      width: 90,
      render: (_, { isCurrent }) => (
        <Tag color={isCurrent ? 'success' : 'default'}>{isCurrent ? words.current : words.replaced}</Tag>
      ),
    },
    { title: words.payments, width: 95, align: 'right', render: (_, { payments }) => countText(payments) },
    {
      title: words.paymentSum,
      width: 115,
      align: 'right',
      render: (_, bill) => <Money fen={bill.paymentFen} />,
    },
    { title: words.refunds, width: 90, align: 'right', render: (_, { refunds }) => countText(refunds) },
    {
      title: words.refundSum,
      width: 105,
      align: 'right',
      render: (_, bill) => <Money fen={bill.refundFen} />,
    },
    { title: words.fee, width: 90, align: 'right', render: (_, bill) => <Fee bill={bill} /> },
    {
      title: words.errors,
      width: 75,
      align: 'right',
      render: (_, { errorRows }) => <Errors rows={errorRows} />,
    },
    { title: words.importedAt, width: 120, render: (_, { importedAt }) => <BeijingTime at={importedAt} /> },
    { title: words.fileName, width: 200, ellipsis: true, render: (_, { fileName }) => fileName },
    { title: words.download, width: 96, fixed: 'end', render: (_, bill) => <Download bill={bill} /> },
  ];
}

/** Thousandths of a fen, which the bill adds up, to the fen. */
export function Fee({ bill: { feeMilliFen } }: { readonly bill: BillFile }) {
  return <Money fen={feeMilliFen === null ? null : rounded(BigInt(feeMilliFen))} />;
}

function rounded(milliFen: bigint): bigint {
  return milliFen < 0n ? -rounded(-milliFen) : (milliFen + 500n) / 1000n;
}

function Errors({ rows }: { readonly rows: number }) {
  if (rows === 0) return <>0</>;
  return <Typography.Text type="danger">{countText(rows)}</Typography.Text>;
}

export function Download({ bill }: { readonly bill: BillFile }) {
  const { billFiles: words } = useLabels();
  const download = useDownload();
  const isKept = bill.sha256 !== null;
  return (
    <Tooltip title={isKept ? '' : words.notKept}>
      <Button
        size="small"
        icon={<DownloadOutlined />}
        disabled={!isKept}
        aria-label={`${words.download} ${bill.fileName}`}
        onClick={(event) => {
          event.stopPropagation();
          void download(fileOf(bill), bill.fileName);
        }}
      />
    </Tooltip>
  );
}
