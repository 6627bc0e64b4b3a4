import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Exposed } from './exposedMetrics.ts';
import { exposedMetrics } from './exposedMetrics.ts';

type Row = Pick<Exposed, 'name' | 'type' | 'labels'> & {
  readonly unit: string;
  readonly words: readonly string[];
};

const PAGE = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
const PROCESSES = ['pipeline', 'api'] as const;

const rows = PAGE.split('\n').flatMap((line): readonly Row[] => {
  const [name = '', type = '', labels = '', unit = '', ...words] = line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
  if (!name.startsWith('`')) return [];
  const names = name.includes('<process>')
    ? PROCESSES.map((each) => name.replace('<process>', each))
    : [name];
  return names.map((each) => ({
    name: each.replaceAll('`', ''),
    type,
    labels: labels === '' ? [] : labels.split(', '),
    unit,
    words,
  }));
});

let exposed: readonly Exposed[];
beforeAll(async () => {
  exposed = await exposedMetrics();
});

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

test('docs/metrics.md has every metric that is exposed, with its type and labels, and no other', () => {
  const told = rows.map(({ name, type, labels }) => ({ name, type, labels })).toSorted(byName);
  const real = exposed.map(({ name, type, labels }) => ({ name, type, labels })).toSorted(byName);
  expect(told).toEqual(real);
});

test('each row says what it means and what to do, and its unit is the one in the name', () => {
  for (const { name, unit, words } of rows) {
    expect(words, name).toHaveLength(2);
    for (const word of words) expect(word, name).not.toBe('');
    const inName = /_(seconds|bytes)(?:_total)?$/.exec(name)?.[1];
    if (inName !== undefined) expect(unit, name).toBe(inName);
    expect(unit, name).not.toBe('');
  }
});
