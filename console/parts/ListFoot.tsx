import { Typography } from 'antd';
import { useLabels } from '../labels/useLabels.ts';
import { countText } from './texts.ts';

type Props = {
  /** The query of the list. */
  readonly list: { readonly isPending: boolean; readonly hasNextPage: boolean };
  readonly rows: number;
};

/** Below a list: how many there are, or how many of them were fetched so far. */
export function ListFoot({ list, rows }: Props) {
  const { common } = useLabels();
  const count = countText(rows);
  return (
    <Typography.Text type="secondary">
      {list.isPending ? common.loading : list.hasNextPage ? common.shownSoFar(count) : common.total(count)}
    </Typography.Text>
  );
}
