import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { DatePicker, Flex, Select, Typography } from 'antd';
import dayjs from 'dayjs';
import { businessDateOf } from '../../../domain/businessDate.ts';
import { BOOKS, CHANNELS } from '../../../domain/entry.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useNow } from '../../parts/useNow.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { BillDrawer } from './BillDrawer.tsx';
import { BILL_FOLDS, useBillColumns } from './billColumns.tsx';
import type { BillFile } from './queries.ts';
import { billFilesQuery } from './queries.ts';
import { UploadDialog } from './UploadDialog.tsx';

/** The same bytes may stand for several hospitals or dates. */
type ListedBill = BillFile & { readonly key: string };

const route = getRouteApi('/bill-files');

/** 账单下载: every bill on record with its original bytes, and the way in for another one. */
export function BillFilesPage() {
  const { menu, common, billFiles: words } = useLabels();
  const { from, to, book, channel, bill: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const merchantId = useHospital();
  const list = useInfiniteQuery(billFilesQuery({ merchantId, from, to, book, channel }));
  const rows = (list.data?.pages.flatMap(({ items }) => items) ?? []).map((bill) => ({
    ...bill,
    key: `${bill.id} ${bill.merchantId} ${bill.date} ${bill.book} ${bill.channel ?? ''}`,
  }));
  const columns = useBillColumns<ListedBill>();
  const isFiltered = [from, to, book, channel, merchantId].some((each) => each !== undefined);
  const nothing = isFiltered ? (
    <Nothing title={common.emptyFiltered} />
  ) : (
    <Nothing title={words.emptyTitle} text={words.emptyText} />
  );
  const tools = (
    <Flex wrap gap={8}>
      <Filters />
      <UploadDialog />
    </Flex>
  );
  return (
    <Page title={menu['bill-files']} tools={tools}>
      <Typography.Paragraph type="secondary">{words.hint}</Typography.Paragraph>
      {list.error && <ProblemNote error={list.error} />}
      <LongTable<ListedBill>
        rows={rows}
        rowKey="key"
        columns={columns}
        folds={BILL_FOLDS}
        isLoading={list.isPending}
        nothing={nothing}
        onOpen={({ key }) => void navigate({ search: (was) => ({ ...was, bill: key.slice(0, 128) }) })}
        onNearEnd={() => {
          if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
        }}
      />
      <Typography.Text type="secondary">
        {list.hasNextPage ? common.shownSoFar(countText(rows.length)) : common.total(countText(rows.length))}
      </Typography.Text>
      <BillDrawer
        bill={rows.find(({ key }) => key.slice(0, 128) === openId) ?? null}
        onClose={() => void navigate({ search: (was) => ({ ...was, bill: undefined }) })}
      />
    </Page>
  );
}

function Filters() {
  const { billFiles: words, codes, common } = useLabels();
  const { from, to, book, channel } = route.useSearch();
  const navigate = route.useNavigate();
  const today = dayjs(businessDateOf(useNow(60_000)));
  return (
    <>
      <DatePicker.RangePicker
        aria-label={words.date}
        allowEmpty={[true, true]}
        style={{ width: 240 }}
        value={[from === undefined ? null : dayjs(from), to === undefined ? null : dayjs(to)]}
        maxDate={today}
        onChange={(span) => {
          const [first, end] = span ?? [];
          void navigate({
            search: (was) => ({ ...was, from: first?.format('YYYY-MM-DD'), to: end?.format('YYYY-MM-DD') }),
          });
        }}
      />
      <Select
        aria-label={words.book}
        placeholder={words.anyBook}
        allowClear
        value={book ?? null}
        style={{ width: 140 }}
        options={BOOKS.map((value) => ({ value, label: codes.book[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, book: value ?? undefined }) })}
      />
      <Select
        aria-label={common.channel}
        placeholder={words.anyChannel}
        allowClear
        value={channel ?? null}
        style={{ width: 140 }}
        options={CHANNELS.map((value) => ({ value, label: codes.channel[value] }))}
        onChange={(value) => void navigate({ search: (was) => ({ ...was, channel: value ?? undefined }) })}
      />
    </>
  );
}
