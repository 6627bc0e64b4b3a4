import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

// What a dashboard asks, for those who check it.

export type Asked = { readonly title: string; readonly rawSql: string };

/** Without the rows that head a section. */
export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return (dashboard.panels ?? []).flatMap((panel) => ('targets' in panel ? [panel] : []));
}

/** Of panels, variables and annotations. */
export function sqlOf(dashboard: Dashboard): readonly Asked[] {
  const asked = (title: string | undefined, query: unknown) => {
    const rawSql = textAt(query, 'rawSql');
    return rawSql === null ? [] : [{ title: title ?? '', rawSql }];
  };
  return [
    ...panelsOf(dashboard).flatMap(({ title, targets }) =>
      (targets ?? []).flatMap((each) => asked(title, each)),
    ),
    ...(dashboard.templating?.list ?? []).flatMap(({ name, query }) => asked(`variable ${name}`, query)),
    ...(dashboard.annotations?.list ?? []).flatMap(({ name, target }) => asked(`annotation ${name}`, target)),
  ];
}

export function promQlOf(dashboard: Dashboard): readonly string[] {
  return panelsOf(dashboard).flatMap(({ targets }) =>
    (targets ?? []).flatMap((each) => textAt(each, 'expr') ?? []),
  );
}

function textAt(object: unknown, key: string): string | null {
  if (typeof object !== 'object' || object === null) return null;
  const value: unknown = Object.entries(object).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : null;
}
