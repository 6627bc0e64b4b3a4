// What Grafana and the ClickHouse plugin make of a query before it is sent, for the macros and formats that the dashboards
// use. Definitions: grafana/clickhouse-datasource, pkg/macros/macros.go and src/data/CHDatasource.ts (applyConditionalAll).

export type View = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalSeconds: number;
  /** Values chosen; null: All, which the plugin sees as "$__all". */
  readonly variables: Readonly<Record<string, readonly string[] | null>>;
};

export function expandMacros(rawSql: string, view: View): string {
  // timeToDateTime: whole seconds.
  const from = `toDateTime(${Math.floor(view.fromMs / 1000)})`;
  const to = `toDateTime(${Math.floor(view.toMs / 1000)})`;
  const expanded = rawSql
    // $__conditionalAll(condition, $variable): the condition, or 1=1 where all are chosen. Resolved before variables are.
    .replaceAll(
      /\$__conditionalAll\(((?:[^()]|\([^()]*\))*), \$(\w+)\)/g,
      (_, condition: string, name: string) => (valuesOf(view, name) === null ? '1=1' : condition),
    )
    // ${name:singlequote}: each value quoted, joined by commas.
    .replaceAll(/\$\{(\w+):singlequote\}/g, (_, name: string) =>
      (valuesOf(view, name) ?? ['$__all']).map((value) => `'${value.replaceAll("'", "\\'")}'`).join(','),
    )
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 >= ${from} AND $1 <= ${to}`)
    .replaceAll(
      /\$__timeInterval\((\w+)\)/g,
      `toStartOfInterval(toDateTime($1), INTERVAL ${view.intervalSeconds} second)`,
    )
    .replaceAll('$__fromTime', from)
    .replaceAll('$__toTime', to);
  const left = /\$[\w{]+/.exec(expanded);
  if (left) throw new Error(`nobody expands ${left[0]} in ${rawSql}`);
  return expanded;
}

function valuesOf({ variables }: View, name: string): readonly string[] | null {
  const values = variables[name];
  if (values === undefined) throw new Error(`there is no variable ${name}`);
  return values;
}
