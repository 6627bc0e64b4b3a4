import { Badge, Tooltip } from 'antd';
import { useLiveState } from '../api/live.ts';
import { useLabels } from '../labels/useLabels.ts';

/** Whether changes arrive as they happen. */
export function LiveBadge() {
  const { shell } = useLabels();
  const { status } = useLiveState();
  const [badge, text] =
    status === 'LIVE'
      ? (['success', shell.live] as const)
      : status === 'LOST'
        ? (['error', shell.lost] as const)
        : status === 'FULL'
          ? (['warning', shell.full] as const)
          : (['processing', shell.connecting] as const);
  return (
    <Tooltip title={status === 'LIVE' ? shell.liveHint : null}>
      <span role="status" data-live={status} style={{ whiteSpace: 'nowrap' }}>
        <Badge status={badge} text={text} />
      </span>
    </Tooltip>
  );
}
