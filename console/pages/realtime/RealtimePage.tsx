import { getRouteApi } from '@tanstack/react-router';
import { PauseOutlined, CaretRightOutlined } from '@ant-design/icons';
import { Alert, Button, Flex, Segmented, Tag, Typography } from 'antd';
import { EXCEPTION_CODES } from '../../../domain/verdict.ts';
import type { LiveState } from '../../api/liveStream.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { LongTable } from '../../parts/LongTable.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { Page } from '../../parts/Page.tsx';
import { countText } from '../../parts/texts.ts';
import { useConnectsHospitals } from '../../parts/useConnectsHospitals.ts';
import { useHospital } from '../../shell/HospitalSwitch.tsx';
import { RealtimeFigures } from './RealtimeFigures.tsx';
import type { BoardRow, BoardState, VerdictBoard } from './VerdictBoard.ts';
import { useVerdicts } from './useVerdicts.ts';
import { useVerdictColumns, VERDICT_FOLDS } from './verdictColumns.tsx';

const route = getRouteApi('/realtime');

const SHOWN = {
  EXCEPTIONS: ({ code }: BoardRow) => EXCEPTION_CODES.has(code),
  HEALED: ({ healedAfterMs }: BoardRow) => healedAfterMs !== null,
  MATCHED: ({ code }: BoardRow) => code === 'MATCHED',
} as const;

/** 实时对账: verdicts as they happen. */
export function RealtimePage() {
  const { menu, realtime: words } = useLabels();
  const { show } = route.useSearch();
  const hospital = useHospital();
  const connects = useConnectsHospitals();
  const { board, state, line } = useVerdicts(hospital);
  const columns = useVerdictColumns(hospital !== undefined);
  const rows = show === undefined ? state.rows : state.rows.filter(SHOWN[show]);
  const nothing =
    state.rows.length > 0 ? (
      <Nothing title={words.noneOfKind} />
    ) : (
      <Nothing title={words.nothingYet} text={words.nothingYetText}>
        <Typography.Text type="secondary">{connects ? words.connectText : words.askPlatform}</Typography.Text>
      </Nothing>
    );
  return (
    <Page title={menu.realtime} tools={<Tools board={board} state={state} line={line.status} />}>
      <Typography.Paragraph type="secondary">
        {words.hint} {words.sampled}
      </Typography.Paragraph>
      {state.hasGap && (
        <Alert type="warning" showIcon style={{ marginBlockEnd: 12 }} title={words.gap} data-testid="gap" />
      )}
      <RealtimeFigures state={state} />
      <LongTable rows={rows} rowKey="key" columns={columns} folds={VERDICT_FOLDS} nothing={nothing} />
    </Page>
  );
}

type ToolsProps = {
  readonly board: VerdictBoard;
  readonly state: BoardState;
  readonly line: LiveState['status'];
};

function Tools({ board, state, line }: ToolsProps) {
  const { realtime: words } = useLabels();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const { isPaused } = state;
  return (
    <Flex wrap gap={8} align="center">
      <Pace line={line} state={state} />
      <Segmented
        aria-label={words.which}
        value={show ?? 'ALL'}
        options={[
          { value: 'ALL', label: words.all },
          { value: 'EXCEPTIONS', label: words.exceptions },
          { value: 'HEALED', label: words.healedOnes },
          { value: 'MATCHED', label: words.matchedOnes },
        ]}
        onChange={(value) =>
          void navigate({
            search: (was) => ({
              ...was,
              show: value === 'EXCEPTIONS' || value === 'HEALED' || value === 'MATCHED' ? value : undefined,
            }),
          })
        }
      />
      <Button
        type={isPaused ? 'primary' : 'default'}
        icon={isPaused ? <CaretRightOutlined /> : <PauseOutlined />}
        onClick={() => (isPaused ? board.resume() : board.pause())}
      >
        {isPaused ? words.resume : words.pause}
      </Button>
      <Button onClick={() => board.clear()}>{words.clear}</Button>
    </Flex>
  );
}

function Pace({ line, state: { isPaused, waiting } }: Omit<ToolsProps, 'board'>) {
  const { realtime: words, shell } = useLabels();
  if (line === 'LOST' || line === 'FULL') {
    return (
      <Tag color="error" role="alert" data-testid="verdicts-lost">
        {line === 'LOST' ? shell.lost : shell.full}
      </Tag>
    );
  }
  return (
    <Tag color={isPaused ? 'warning' : 'success'} role="status" data-testid="pace">
      {isPaused ? words.paused(countText(waiting)) : words.running}
    </Tag>
  );
}
