import { Card, theme } from 'antd';
import { useMemo } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { Chart } from '../../parts/Chart.tsx';
import { Nothing } from '../../parts/Nothing.tsx';
import { countText, percentText } from '../../parts/texts.ts';
import type { Overview } from './queries.ts';

const HEIGHT_PX = 220;

/** Today hour by hour: how much was judged, and how much of it matched. */
export function HourChart({ hours = [] }: { readonly hours: Overview['hours'] | undefined }) {
  const { home } = useLabels();
  const { token } = theme.useToken();
  const { colorPrimary, colorPrimaryBorder, colorTextSecondary, colorSplit } = token;
  const option = useMemo(() => {
    const byHour = new Map(hours.map((each) => [each.hour, each]));
    const [first = 0, last = 0] = [hours[0]?.hour, hours.at(-1)?.hour];
    // An hour without orders is a gap, not a line across.
    const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const rates = all.map((hour) => rateOf(byHour.get(hour)));
    const axisLabel = { color: colorTextSecondary };
    return {
      grid: { left: 56, right: 56, top: 36, bottom: 28 },
      legend: { top: 0, textStyle: axisLabel },
      xAxis: { type: 'category' as const, data: all.map((hour) => `${hour}:00`), axisLabel },
      yAxis: [
        {
          type: 'value' as const,
          min: leastShown(rates),
          max: 100,
          axisLabel: { ...axisLabel, formatter: '{value}%' },
          splitLine: { lineStyle: { color: colorSplit } },
        },
        { type: 'value' as const, minInterval: 1, axisLabel, splitLine: { show: false } },
      ],
      series: [
        {
          name: home.judged,
          type: 'bar' as const,
          barMaxWidth: 48,
          yAxisIndex: 1,
          data: all.map((hour) => byHour.get(hour)?.verdicts ?? 0),
          color: colorPrimaryBorder,
        },
        { name: home.matchRate, type: 'line' as const, data: rates, color: colorPrimary },
      ],
    };
  }, [hours, home, colorPrimary, colorPrimaryBorder, colorTextSecondary, colorSplit]);
  const says = hours
    .map(
      ({ hour, verdicts, matched }) =>
        `${hour}:00 ${percentText(matched, verdicts)} (${countText(matched)}/${countText(verdicts)})`,
    )
    .join('; ');
  return (
    <Card size="small" title={home.hoursTitle} style={{ height: '100%' }}>
      {hours.length === 0 ? (
        <Nothing title={home.noVerdictsYet} text={home.hoursNone} />
      ) : (
        <Chart option={option} says={`${home.hoursTitle}: ${says}`} heightPx={HEIGHT_PX} />
      )}
    </Card>
  );
}

/** The lowest rate stands above the axis, not on it. */
function leastShown(rates: readonly (number | null)[]): number {
  const least = Math.min(...rates.map((rate) => rate ?? 100));
  return Math.max(0, Math.min(90, Math.ceil(least / 10) * 10 - 10));
}

function rateOf(hour: Overview['hours'][number] | undefined): number | null {
  return hour ? Math.floor((hour.matched / hour.verdicts) * 10_000) / 100 : null;
}
