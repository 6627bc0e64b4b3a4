import { theme } from 'antd';
import type { ComposeOption } from 'echarts/core';
import { getInstanceByDom, init, use as registerParts } from 'echarts/core';
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import { BarChart, LineChart } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

registerParts([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>;

type Props = { readonly option: ChartOption; readonly says: string; readonly heightPx: number };

export function EChart({ option, says, heightPx }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { token } = theme.useToken();
  const { colorText, colorBgElevated, colorBorder } = token;
  useEffect(() => {
    if (!box.current) return undefined;
    const chart = init(box.current);
    const measure = new ResizeObserver(() => chart.resize());
    measure.observe(box.current);
    return () => {
      measure.disconnect();
      chart.dispose();
    };
  }, []);
  useEffect(() => {
    if (!box.current) return;
    // What the page's policy forbids is markup with styles in it: tooltips are drawn, not written.
    const tooltip = {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: colorBgElevated,
      borderColor: colorBorder,
      textStyle: { color: colorText },
    } as const;
    const textStyle = { color: colorText, fontFamily: getComputedStyle(box.current).fontFamily };
    getInstanceByDom(box.current)?.setOption({ animation: false, textStyle, tooltip, ...option });
  }, [option, colorText, colorBgElevated, colorBorder]);
  return <div ref={box} role="img" aria-label={says} style={{ height: heightPx }} />;
}
