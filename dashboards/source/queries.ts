import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  DataqueryBuilder,
  PromQueryFormat,
  QueryEditorMode,
} from '@grafana/grafana-foundation-sdk/prometheus';

// The two datasources, and a query of each. Their uids are the ones that provisioning/datasources gives them.

export const CLICKHOUSE = { type: 'grafana-clickhouse-datasource', uid: 'duizhang-clickhouse' } as const;
export const PROMETHEUS = { type: 'prometheus', uid: 'duizhang-prometheus' } as const;

/** How the plugin shapes rows: wide by time (rows must come in its order), or as they are. */
const FORMATS = {
  timeseries: { queryType: 'timeseries', format: 0 },
  table: { queryType: 'table', format: 1 },
} as const;

/** The SDK has no query of this plugin; the shape is that of its src/types/sql.ts (CHSqlQuery). */
type SqlQuery = Dataquery & {
  readonly refId: string;
  readonly datasource: typeof CLICKHOUSE;
  readonly editorType: 'sql';
  readonly queryType: string;
  readonly format: number;
  readonly rawSql: string;
};

export function sql(rawSql: string, format: keyof typeof FORMATS = 'table', refId = 'A'): Builder<Dataquery> {
  const query: SqlQuery = {
    refId,
    datasource: CLICKHOUSE,
    editorType: 'sql',
    ...FORMATS[format],
    rawSql: rawSql.trim().replaceAll(/\n {2,}/g, '\n  '),
    _implementsDataqueryVariant: () => undefined,
  };
  return { build: () => query };
}

export type PromTarget = { readonly expr: string; readonly legend: string };

export function promQl({ expr, legend }: PromTarget, index: number): Builder<Dataquery> {
  return new DataqueryBuilder()
    .refId(String.fromCodePoint(65 + index))
    .datasource(PROMETHEUS)
    .editorMode(QueryEditorMode.Code)
    .format(PromQueryFormat.TimeSeries)
    .range()
    .expr(expr)
    .legendFormat(legend);
}
