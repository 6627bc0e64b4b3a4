import { Typography } from 'antd';
import { useLabels } from '../labels/useLabels.ts';

type Props = {
  readonly id: string | null;
  /** Characters shown of a long one; all of it is copied. */
  readonly most?: number;
  /** In a place that may be narrower than the id: it breaks, and does not reach over what stands beside it. */
  readonly breaks?: boolean;
};

/** An order number, a hash, an id: to be read and copied. */
export function CopyableId({ id, most, breaks = false }: Props) {
  const { common } = useLabels();
  if (id === null || id === '') return <>—</>;
  const shown = most !== undefined && id.length > most ? `${id.slice(0, most)}…` : id;
  return (
    <Typography.Text
      className="dz-id"
      title={id}
      copyable={{ text: id, tooltips: [common.copy, common.copied] }}
      style={breaks ? { overflowWrap: 'anywhere' } : { whiteSpace: 'nowrap' }}
    >
      {shown}
    </Typography.Text>
  );
}
