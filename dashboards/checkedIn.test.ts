import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DASHBOARDS, dashboardFiles } from './build.ts';
import { panelsOf, sqlOf } from './reading.ts';
import { CLICKHOUSE, PROMETHEUS } from './source/queries.ts';

const CHINESE = /\p{Script=Han}/u;

test('the files are what the sources give (npm run dashboards), and there are no others', () => {
  for (const [path, text] of dashboardFiles()) expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(join(import.meta.dirname, 'grafana')).sort()).toEqual(
    dashboardFiles()
      .map(([path]) => basename(path))
      .sort(),
  );
});

describe.each(DASHBOARDS.map((dashboard) => [dashboard.title ?? '', dashboard] as const))(
  '%s',
  (_, dashboard) => {
    const panels = panelsOf(dashboard);

    test('names every panel in Chinese, says what it shows, and has a unit for its numbers', () => {
      for (const { title, description, fieldConfig } of panels) {
        expect(title, title).toMatch(CHINESE);
        expect(description, title).toMatch(CHINESE);
        expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      }
    });

    test('asks only the two datasources that are provisioned', () => {
      const refs = [
        ...panels.flatMap((panel) => [
          panel.datasource,
          ...(panel.targets ?? []).map((target) => Object(target).datasource),
        ]),
        ...(dashboard.annotations?.list ?? []).map(({ datasource }) => datasource),
        ...(dashboard.templating?.list ?? []).flatMap(({ datasource }) => datasource ?? []),
      ];
      for (const ref of refs) expect([CLICKHOUSE, PROMETHEUS]).toContainEqual(ref);
      for (const panel of panels) expect(panel.targets?.length, panel.title).toBeGreaterThan(0);
    });

    test('has ids of their own, and no panel lies upon another', () => {
      const all = dashboard.panels ?? [];
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      const taken = new Set<string>();
      for (const { gridPos, title } of all) {
        if (!gridPos) throw new Error(`${title} has no place`);
        const { x, y, w, h } = gridPos;
        expect(x + w, title).toBeLessThanOrEqual(24);
        for (let column = x; column < x + w; column += 1)
          for (let row = y; row < y + h; row += 1) {
            expect(taken.has(`${column} ${row}`), title).toBe(false);
            taken.add(`${column} ${row}`);
          }
      }
    });

    test('uses only variables that it has', () => {
      const known = new Set((dashboard.templating?.list ?? []).map(({ name }) => name));
      const text = JSON.stringify([dashboard.panels, dashboard.annotations]);
      for (const [, name = ''] of text.matchAll(/\$\{(?!__)(\w+)/g)) expect(known).toContain(name);
    });

    test('reads views, and a table only with FINAL', () => {
      for (const { title, rawSql } of sqlOf(dashboard))
        for (const [, name = '', final] of rawSql.matchAll(/\b(?:FROM|JOIN)\s+(\w+)(\s+FINAL)?/g))
          expect(/^v_|^event_days$/.test(name) || final !== undefined, `${title}: ${name}`).toBe(true);
    });
  },
);

test('the provisioned datasources are those that the panels name, without an address or a password of anybody', () => {
  const file = join(import.meta.dirname, 'provisioning/datasources/duizhang.yaml');
  const text = readFileSync(file, 'utf8');
  const { datasources } = parse(text) as { datasources: readonly { type: string; uid: string }[] };
  expect(datasources.map(({ type, uid }) => ({ type, uid }))).toEqual([CLICKHOUSE, PROMETHEUS]);
  for (const line of text.split('\n'))
    if (/^\s*(url|host|server|port|username|password|user):/.test(line))
      expect(line).toMatch(/\$\{\w+\}|\$\w+/);
});

test('the provider looks for dashboards where an environment variable says', () => {
  const file = join(import.meta.dirname, 'provisioning/dashboards/duizhang.yaml');
  const { providers } = parse(readFileSync(file, 'utf8')) as {
    providers: readonly { options: { path: string } }[];
  };
  expect(providers.map(({ options }) => options.path)).toEqual(['$DUIZHANG_DASHBOARDS']);
});
