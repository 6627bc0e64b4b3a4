import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { DASHBOARDS } from '../../dashboards/build.ts';
import { promQlOf } from '../../dashboards/reading.ts';
import type { Exposed } from './exposedMetrics.ts';
import { exposedMetrics, seriesOf } from './exposedMetrics.ts';
import { hasPromtool, promtool } from './promtool.ts';

const PROMETHEUS = new URL('../../dashboards/prometheus/', import.meta.url).pathname;
const RULES = join(PROMETHEUS, 'duizhang.rules.yml');
const RULE_TESTS = join(PROMETHEUS, 'duizhang.rules.test.yml');

type Rule = { readonly record?: string; readonly alert?: string; readonly expr: string };
const read = <T>(path: string): T => parse(readFileSync(path, 'utf8')) as T;
const rules = read<{ groups: readonly { rules: readonly Rule[] }[] }>(RULES).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.flatMap(({ alert }) => alert ?? []);

/** As Grafana sends them: its own durations replaced. */
const panels = DASHBOARDS.flatMap(promQlOf).map((expr) =>
  expr.replaceAll(/\$__(rate_interval|range)/g, '5m'),
);
const expressions = [...panels, ...rules.map(({ expr }) => expr)];

let exposed: readonly Exposed[];
let dir: string;
beforeAll(async () => {
  exposed = await exposedMetrics();
  dir = mkdtempSync(join(tmpdir(), 'dz-promql-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const WORDS = new Set(['and', 'or', 'unless', 'by', 'on', 'without', 'ignoring', 'offset', 'bool']);

/** Names that stand where a series does: no functions, labels, texts or durations. */
function seriesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|without|ignoring)\s*\([^)]*\)/g, '')
    .replaceAll(/\boffset\s+\w+/g, '');
  return Array.from(bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w|:|\s*\()/g), ([name]) => name).filter(
    (name) => !WORDS.has(name),
  );
}

function labelsIn(expr: string): readonly string[] {
  const lists = Array.from(expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g), ([, list = '']) => list.split(','));
  const chosen = Array.from(expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g), ([, name = '']) => name);
  return [...lists.flat().map((name) => name.trim()), ...chosen];
}

test('every series that a dashboard or a rule asks for is one that the registries expose', () => {
  const known = new Set(['up', ...exposed.flatMap(seriesOf), ...rules.flatMap(({ record }) => record ?? [])]);
  const asked = expressions.flatMap(seriesIn);
  expect(asked.length).toBeGreaterThanOrEqual(expressions.length);
  expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
});

test('every label that one asks for is one that its metrics have', () => {
  const known = new Set(['job', 'instance', 'le', ...exposed.flatMap(({ labels }) => labels)]);
  expect([...new Set(expressions.flatMap(labelsIn))].filter((name) => !known.has(name))).toEqual([]);
});

test('every metric of ours is on a dashboard', () => {
  const asked = new Set(panels.flatMap(seriesIn));
  const own = exposed.filter(({ name }) => !/^duizhang_(pipeline|api)_/.test(name));
  expect(
    own.filter((metric) => !seriesOf(metric).some((name) => asked.has(name))).map(({ name }) => name),
  ).toEqual([]);
});

test('every alert has a case in which it fires and one in which it stays silent', () => {
  const names = read<{ tests: readonly { name: string }[] }>(RULE_TESTS).tests.map(({ name }) => name);
  for (const alert of alerts) {
    expect(names.filter((name) => name.startsWith(`${alert} fires: `))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith(`${alert} stays silent: `))).toHaveLength(1);
  }
  expect(names).toHaveLength(2 * alerts.length);
});

if (!hasPromtool)
  process.stderr.write(
    'promtool is not installed (package prometheus): 4 tests of its syntax and rules are SKIPPED\n',
  );

describe.skipIf(!hasPromtool)('promtool', () => {
  test('takes every expression of the dashboards', () => {
    const file = join(dir, 'panels.yml');
    const asRules = panels.map((expr, i) => ({ record: `panel:${i}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules: asRules }] }));
    expect(promtool('check', 'rules', file)).toContain(`${panels.length} rules found`);
  });

  test('takes the rules', () => {
    expect(promtool('check', 'rules', RULES)).toContain(`${rules.length} rules found`);
  });

  test('takes the configuration', () => {
    expect(promtool('check', 'config', join(PROMETHEUS, 'prometheus.yml'))).toContain('SUCCESS');
  });

  test('sees each alert fire alone, and stay silent', () => {
    expect(promtool('test', 'rules', RULE_TESTS)).toContain('SUCCESS');
  });
});
