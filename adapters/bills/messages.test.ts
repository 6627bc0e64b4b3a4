import { expect, test } from 'vitest';
import { FILE_MESSAGES, ROW_MESSAGES } from './messages.ts';

test('Chinese sentences about bills are set as those of the pages: a space around figures and Latin words', () => {
  const sentences = [...Object.values(ROW_MESSAGES), ...Object.values(FILE_MESSAGES)].map(({ zh }) => zh);
  const close = /[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]|[\u4e00-\u9fff][,;:?!]/;
  expect(sentences.filter((zh) => close.test(zh))).toEqual([]);
});
