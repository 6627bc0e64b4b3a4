import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lastWordsOf } from './lastWords.ts';

const dir = mkdtempSync(join(tmpdir(), 'dz-words-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const READY = '{"level":30,"msg":"ready"}\n';
const FATAL = '{"level":60,"err":{"message":"the log is gone"},"msg":"the pipeline ends"}\n';

test.each([
  ['a fatal entry', `${READY}${FATAL}`, 'the log is gone'],
  ['a line of ours', `${READY}DZ_CONFIG_INVALID: no port\n`, 'DZ_CONFIG_INVALID: no port'],
  [
    'a stack trace',
    `${READY}file:///a.ts:1\nimport\nSyntaxError: no such export\n    at b\n\nNode.js v26.10.0\n`,
    'SyntaxError: no such export',
  ],
  ['nothing, of one that was killed at its work', `${FATAL}${READY}`, ''],
  ['nothing, of an entry cut short', `${READY}{"level":60,"er`, ''],
  ['nothing yet', '', ''],
])('a log tells %s', (_, text, words) => {
  const path = join(dir, 'part.log');
  writeFileSync(path, text);
  expect(lastWordsOf(path)).toBe(words);
});

test('a log that was never written tells nothing', () => {
  expect(lastWordsOf(join(dir, 'none.log'))).toBe('');
});
