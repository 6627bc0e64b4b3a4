import { Typography } from 'antd';
import { useLabels } from '../labels/useLabels.ts';

type Props = {
  readonly id: string | null;
  /** Characters shown of a long one; all of it is copied. */
  readonly most?: number;
};

/** An order number, a hash, an id: to be read and copied. */
export function CopyableId({ id, most }: Props) {
  const { common } = useLabels();
  if (id === null || id === '') return <>—</>;
  const shown = most !== undefined && id.length > most ? `${id.slice(0, most)}…` : id;
  return (
    <Typography.Text
      className="dz-id"
      title={id}
      copyable={{ text: id, tooltips: [common.copy, common.copied] }}
      style={{ whiteSpace: 'nowrap' }}
    >
      {shown}
    </Typography.Text>
  );
}
