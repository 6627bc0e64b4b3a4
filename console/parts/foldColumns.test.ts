import { expect, test } from 'vitest';
import type { LongColumn } from './foldColumns.ts';
import { foldColumns, widthOf } from './foldColumns.ts';

const column = (key: string, width: number): LongColumn<object> => ({
  key,
  title: key,
  width,
  render: () => key,
});
const COLUMNS = [column('date', 100), column('hospital', 100), column('sum', 100), column('file', 300)];
const FOLDS = [
  { column: 'hospital', into: 'date', width: 120 },
  { column: 'date', into: 'sum', width: 150 },
  { column: 'file' },
];
const shownIn = (roomPx: number): readonly (readonly [string, number])[] =>
  foldColumns(COLUMNS, FOLDS, roomPx).map(({ column: { key }, width }) => [key, width]);

test('columns stand side by side while there is room', () => {
  expect(foldColumns(COLUMNS, FOLDS, 600).map(({ column: { key }, below }) => [key, below])).toEqual(
    COLUMNS.map(({ key }) => [key, []]),
  );
});

test('they give way in the order of the folds, and no more of them than it takes', () => {
  expect(shownIn(599)).toEqual([
    ['date', 120],
    ['sum', 100],
    ['file', 300],
  ]);
  expect(shownIn(500)).toEqual([
    ['sum', 150],
    ['file', 300],
  ]);
  expect(shownIn(449)).toEqual([['sum', 150]]);
});

test('what went below a column goes on with it, in the order of the columns', () => {
  const [sum] = foldColumns(COLUMNS, FOLDS, 500);
  expect(sum?.below.map(({ column: { key } }) => key)).toEqual(['date', 'hospital']);
});

test('what one cannot fold is left to be scrolled', () => {
  expect(widthOf(foldColumns(COLUMNS, FOLDS, 10))).toBe(150);
});

test('a fold of a column that a page has not got changes nothing', () => {
  const without = COLUMNS.filter(({ key }) => key !== 'hospital');
  expect(foldColumns(without, FOLDS, 499).map(({ column: { key } }) => key)).toEqual(['sum', 'file']);
});
