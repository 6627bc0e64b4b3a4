import { Spin } from 'antd';
import { lazy, Suspense } from 'react';
import type { ChartOption } from './EChart.tsx';

// ECharts is half of all script: it comes when the first chart is drawn.
const EChart = lazy(() => import('./EChart.tsx').then(({ EChart: chart }) => ({ default: chart })));

type Props = {
  readonly option: ChartOption;
  /** What it shows, in a sentence with its numbers: for those who do not see it. */
  readonly says: string;
  readonly heightPx: number;
};

/** The one way to draw. */
export function Chart({ option, says, heightPx }: Props) {
  return (
    <Suspense fallback={<Spin style={{ height: heightPx, display: 'grid', placeContent: 'center' }} />}>
      <EChart option={option} says={says} heightPx={heightPx} />
    </Suspense>
  );
}
