import { DownloadOutlined } from '@ant-design/icons';
import { Button, Tag, Tooltip, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import type { Fold, LongColumn } from '../../parts/foldColumns.ts';
import { Money } from '../../parts/Money.tsx';
import { countText } from '../../parts/texts.ts';
import { useDownload } from '../../parts/useDownload.tsx';
import { useMerchantName } from '../../parts/useMerchantName.ts';
import type { BillFile } from './queries.ts';
import { fileOf } from './queries.ts';

/** A bill is found by its day, hospital, book and sums; its name, fee and checksum are in the drawer, too. */
export const BILL_FOLDS: readonly Fold[] = [
  { column: 'importedAt', into: 'version', width: 116 },
  { column: 'channel', into: 'book' },
  { column: 'refunds', into: 'refundSum' },
  { column: 'payments', into: 'paymentSum' },
  { column: 'fileName' },
  { column: 'hospital', into: 'date' },
  { column: 'fee' },
];

/** @param isOfRun the hospital and the date are the run's, and need no column */
export function useBillColumns<Row extends BillFile>({ isOfRun = false } = {}): LongColumn<Row>[] {
  const { billFiles: words, codes, common } = useLabels();
  const nameOf = useMerchantName();
  const place: readonly LongColumn<Row>[] = [
    {
      key: 'date',
      title: words.date,
      width: 100,
      render: (_, { date }) => <span className="dz-number">{date}</span>,
    },
    {
      key: 'hospital',
      title: common.hospital,
      width: 104,
      ellipsis: true,
      render: (_, { merchantId }) => nameOf(merchantId),
    },
  ];
  return [
    ...(isOfRun ? [] : place),
    { key: 'book', title: words.book, width: 84, render: (_, { book }) => codes.book[book] },
    {
      key: 'channel',
      title: common.channel,
      width: 84,
      render: (_, { channel }) => (channel === null ? words.everyChannel : codes.channel[channel]),
    },
    {
      key: 'version',
      title: words.version,
      width: 90,
      render: (_, { isCurrent }) => (
        <Tag color={isCurrent ? 'success' : 'default'}>{isCurrent ? words.current : words.replaced}</Tag>
      ),
    },
    {
      key: 'payments',
      title: words.payments,
      width: 95,
      align: 'right',
      render: (_, { payments }) => common.orders(countText(payments)),
    },
    {
      key: 'paymentSum',
      title: words.paymentSum,
      width: 115,
      align: 'right',
      render: (_, bill) => <Money fen={bill.paymentFen} />,
    },
    {
      key: 'refunds',
      title: words.refunds,
      width: 90,
      align: 'right',
      render: (_, { refunds }) => common.orders(countText(refunds)),
    },
    {
      key: 'refundSum',
      title: words.refundSum,
      width: 110,
      align: 'right',
      render: (_, bill) => <Money fen={bill.refundFen} />,
    },
    { key: 'fee', title: words.fee, width: 94, align: 'right', render: (_, bill) => <Fee bill={bill} /> },
    {
      key: 'errors',
      title: words.errors,
      width: 66,
      align: 'right',
      render: (_, { errorRows }) => <Errors rows={errorRows} />,
    },
    {
      key: 'importedAt',
      title: words.importedAt,
      width: 124,
      render: (_, { importedAt }) => <BeijingTime at={importedAt} />,
    },
    {
      key: 'fileName',
      title: words.fileName,
      width: 272,
      ellipsis: true,
      render: (_, { fileName }) => fileName,
    },
    {
      key: 'download',
      title: words.download,
      width: 60,
      fixed: 'end',
      render: (_, bill) => <Download bill={bill} />,
    },
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
