import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Panel, ThresholdsConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as Timeseries } from '@grafana/grafana-foundation-sdk/timeseries';
import { MAPPINGS } from './codes.ts';
import { CLICKHOUSE, PROMETHEUS, promQl, sql } from './queries.ts';
import type { PromTarget } from './queries.ts';

// The kinds of panel that the dashboards are made of.

/** Of fractions, amounts and the rest, as Grafana names units. */
export type Unit = 'percentunit' | 'currencyCNY' | 'short' | 's' | 'ms' | 'bytes' | 'reqps' | 'ops' | 'd';

export type About = {
  readonly title: string;
  /** What it shows, what it counts and what to do about it. */
  readonly description: string;
  readonly unit: Unit;
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  /** Lowest first: from this value on this colour. */
  readonly colors?: readonly (readonly [from: number | null, color: string])[];
  readonly decimals?: number;
};

export type PanelOf = Builder<Panel> & { id(id: number): PanelOf };

type Described = PanelOf & {
  title(title: string): Described;
  description(text: string): Described;
  datasource(ref: DataSourceRef): Described;
  span(width: number): Described;
  height(height: number): Described;
  unit(unit: string): Described;
  decimals(decimals: number): Described;
  thresholds(thresholds: Builder<ThresholdsConfig>): Described;
  withTarget(target: Builder<Dataquery>): Described;
};

const PLAIN = [[null, 'blue']] as const;
/** A rate of matches: below 99 % somebody should look, below 95 % something is broken. */
export const RATE_COLORS = [
  [null, 'red'],
  [0.95, 'orange'],
  [0.99, 'green'],
] as const;
export const NONE_IS_GOOD = [
  [null, 'green'],
  [1, 'orange'],
] as const;

function described<B extends Described>(panel: B, about: About, ref: DataSourceRef): B {
  const steps = (about.colors ?? PLAIN).map(([value, color]) => ({ value, color }));
  panel
    .title(about.title)
    .description(about.description)
    .datasource(ref)
    .span(about.width)
    .height(about.height ?? 8)
    .unit(about.unit)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  if (about.decimals !== undefined) panel.decimals(about.decimals);
  return panel;
}

const lastValue = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

/** One number. @param rawSql one row with one column */
export function stat(about: About, rawSql: string): PanelOf {
  return described(new Stat(), { height: 4, ...about }, CLICKHOUSE)
    .reduceOptions(lastValue())
    .noValue('—')
    .withTarget(sql(rawSql));
}

export function promStat(about: About, expr: string): PanelOf {
  return described(new Stat(), { height: 4, ...about }, PROMETHEUS)
    .reduceOptions(lastValue())
    .noValue('—')
    .withTarget(promQl({ expr, legend: about.title }, 0));
}

function lines(about: About, ref: DataSourceRef): Timeseries {
  const legend = new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);
  const panel = described(new Timeseries(), about, ref).legend(legend).showPoints(VisibilityMode.Auto);
  const limits = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
  return about.colors ? panel.thresholdsStyle(limits) : panel;
}

/** @param rawSql rows of time, a text that names the series, and a number; by time */
export function series(about: About, rawSql: string): PanelOf {
  return lines(about, CLICKHOUSE).withTarget(sql(rawSql, 'timeseries'));
}

/** As series, one upon the other. */
export function stacked(about: About, rawSql: string): PanelOf {
  return lines(about, CLICKHOUSE)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .fillOpacity(40)
    .withTarget(sql(rawSql, 'timeseries'));
}

export function promSeries(about: About, targets: readonly PromTarget[]): PanelOf {
  return targets.reduce((panel, target, i) => panel.withTarget(promQl(target, i)), lines(about, PROMETHEUS));
}

/** @param rawSql rows of a text and numbers: a bar each */
export function bars(about: About, rawSql: string): PanelOf {
  const panel = described(new BarChart(), about, CLICKHOUSE)
    .orientation(VizOrientation.Horizontal)
    .showValue(VisibilityMode.Auto)
    .withTarget(sql(rawSql));
  return about.colors ? panel.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds)) : panel;
}

export type Column = {
  readonly unit?: Unit;
  readonly codes?: keyof typeof MAPPINGS;
  /** Where a cell leads to. */
  readonly link?: { readonly title: string; readonly url: string };
};

/** From a hospital's number to its dashboard. */
export const TO_HOSPITAL = {
  title: '打开这家医院',
  url: '/d/duizhang-hospital?var-merchant=${__value.raw}&${__url_time_range}',
} as const;

/** @param columns by the names that the query gives */
export function table(about: About, rawSql: string, columns: Readonly<Record<string, Column>>): PanelOf {
  const panel = described(new Table(), about, CLICKHOUSE).filterable(true).withTarget(sql(rawSql));
  for (const [name, { unit, codes, link }] of Object.entries(columns)) {
    panel.overrideByName(name, [
      ...(unit ? [{ id: 'unit', value: unit }] : []),
      ...(codes
        ? [
            { id: 'mappings', value: [MAPPINGS[codes]] },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]
        : []),
      ...(link ? [{ id: 'links', value: [{ ...link, targetBlank: true }] }] : []),
    ]);
  }
  return panel;
}
