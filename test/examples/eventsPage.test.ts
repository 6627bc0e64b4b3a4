import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SCHEMA_DIR } from '../../adapters/events/schemas.ts';
import { en } from '../../console/labels/en.ts';

const DOCS = new URL('../../docs/', import.meta.url).pathname;
const page = readFileSync(`${DOCS}events.md`, 'utf8');
/** What stands as code in the first column of a table. */
const rows = new Set(
  page.split('\n').flatMap((line) => {
    const [first = ''] = /^\| (.*?) \|/.exec(line)?.slice(1) ?? [];
    return [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  }),
);

test.each(readdirSync(SCHEMA_DIR))('the page for producers has every field of %s', (file) => {
  const { name, fields }: { name: string; fields: { name: string }[] } = JSON.parse(
    readFileSync(`${SCHEMA_DIR}/${file}`, 'utf8'),
  );
  expect(page).toContain(`\`duizhang.${name}\``);
  expect(fields.map((field) => field.name).filter((field) => !rows.has(field))).toEqual([]);
});

test('it has every code that a dead letter of an event may have', () => {
  // What machines alone are answered, and what no record of a log can be.
  const others = ['DZ_EVENT_NOT_YOURS', 'DZ_EVENT_UNENCODABLE'];
  const codes = Object.keys(en.codes.deadLetter).filter((code) => !others.includes(code));
  expect(codes.filter((code) => !rows.has(code))).toEqual([]);
  expect(page).toContain('DZ_EVENT_NOT_YOURS');
});

test('it links to every example, and to none that is not there', () => {
  const linked = [...page.matchAll(/\(examples\/([^)]+)\)/g)].map(([, file = '']) => file);
  expect(linked.toSorted()).toEqual(readdirSync(`${DOCS}examples`).toSorted());
});
