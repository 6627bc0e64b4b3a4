import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

function texts(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(Reflect.apply(value, null, ['1', '2', '3']))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${path}/${name}`));
}

test('no text is missing, none of English is left in Chinese, none of Chinese in English', () => {
  expect(texts(zh, '').map(([path]) => path)).toEqual(texts(en, '').map(([path]) => path));
  const english = texts(zh, '').filter(
    ([path, text]) => !path.startsWith('/shell/switchLanguage') && /[a-z]{4,}/i.test(text),
  );
  // Names of files, addresses and systems are no English.
  expect(
    english.filter(
      ([, text]) => !/demo-users\.json|\/api\/v1|\bJSON\b|\bHTTPS\b|\bExcel\b|\.\/duizhang verify/.test(text),
    ),
  ).toEqual([]);
  const chinese = texts(en, '').filter(
    ([path, text]) => !path.startsWith('/shell/switchLanguage') && /[\u4e00-\u9fff]/.test(text),
  );
  expect(chinese).toEqual([]);
});
