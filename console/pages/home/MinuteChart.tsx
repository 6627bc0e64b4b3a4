import { Card, theme } from 'antd';
import { useMemo } from 'react';
import { localOfInstant } from '../../../domain/businessDate.ts';
import { useLabels } from '../../labels/useLabels.ts';
import { Chart } from '../../parts/Chart.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { countText } from '../../parts/texts.ts';
import { everyMinute } from './everyMinute.ts';
import type { Overview } from './queries.ts';

const HEIGHT_PX = 220;

/** The last hour minute by minute, as the platform and HIS tell it. */
export function MinuteChart({ overview }: { readonly overview: Overview | undefined }) {
  const { codes, home } = useLabels();
  const { token } = theme.useToken();
  const { colorPrimary, colorWarning, colorTextSecondary, colorSplit } = token;
  const minutes = useMemo(() => (overview ? everyMinute(overview.at, overview.minutes) : []), [overview]);
  const option = useMemo(() => {
    const axisLabel = { color: colorTextSecondary };
    const line = { type: 'line' as const, showSymbol: false };
    return {
      grid: { left: 44, right: 20, top: 36, bottom: 28 },
      legend: { top: 0, textStyle: axisLabel },
      xAxis: {
        type: 'category' as const,
        data: minutes.map(({ atMs }) => localOfInstant(atMs).slice(11, 16)),
        axisLabel,
      },
      yAxis: {
        type: 'value' as const,
        minInterval: 1,
        axisLabel,
        splitLine: { lineStyle: { color: colorSplit } },
      },
      series: [
        {
          ...line,
          name: codes.feed.PLATFORM,
          data: minutes.map(({ platform }) => platform),
          color: colorPrimary,
        },
        {
          ...line,
          name: codes.feed.MERCHANT,
          data: minutes.map(({ merchant }) => merchant),
          color: colorWarning,
        },
      ],
    };
  }, [minutes, codes, colorPrimary, colorWarning, colorTextSecondary, colorSplit]);
  const sumOf = (book: 'platform' | 'merchant') => minutes.reduce((sum, each) => sum + each[book], 0);
  const says = `${codes.feed.PLATFORM} ${countText(sumOf('platform'))}, ${codes.feed.MERCHANT} ${countText(sumOf('merchant'))}`;
  return (
    <Card size="small" title={home.minutesTitle} style={{ height: '100%' }}>
      {overview?.minutes.length === 0 ? (
        <Nothing title={home.minutesNone} text={home.minutesNoneText} />
      ) : (
        <Chart option={option} says={`${home.minutesTitle}: ${says}`} heightPx={HEIGHT_PX} />
      )}
    </Card>
  );
}
