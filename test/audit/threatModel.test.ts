import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
/** `file` "the beginning of a test's name" */
const named = [...text.matchAll(/`([\w./]+\.test\.ts)` "([^"]+)"/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

test('every row of an attack names a test, and every test that is named is there', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && /\.test\.ts|\| *\|$/.test(line));
  expect(named.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !/`[\w./]+\.test\.ts` "[^"]+"/.test(row))).toEqual([]);
  const missing = named.filter(({ file, name }) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
  });
  expect(missing).toEqual([]);
});
