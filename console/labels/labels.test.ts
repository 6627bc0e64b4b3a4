import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** @param given what stands for the words that are put in */
function texts(
  value: unknown,
  path: string,
  given = ['1', '2', '3'],
): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(Reflect.apply(value, null, given))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => texts(inner, `${path}/${name}`, given));
}

test('no text is missing, none of English is left in Chinese, none of Chinese in English', () => {
  expect(texts(zh, '').map(([path]) => path)).toEqual(texts(en, '').map(([path]) => path));
  const english = texts(zh, '').filter(
    ([path, text]) => !path.startsWith('/shell/switchLanguage') && /[a-z]{4,}/i.test(text),
  );
  // Names of files, addresses and systems are no English.
  expect(
    english.filter(
      ([, text]) =>
        !/demo-users\.json|\/api\/v1|\bJSON\b|\bHTTPS\b|\bExcel\b|\bJPEG\b|\.\/duizhang verify/.test(text),
    ),
  ).toEqual([]);
  const chinese = texts(en, '').filter(
    ([path, text]) => !path.startsWith('/shell/switchLanguage') && /[\u4e00-\u9fff]/.test(text),
  );
  expect(chinese).toEqual([]);
});

test('Chinese is set as print sets it: its own punctuation, and a space around figures and Latin words', () => {
  const han = '[\\u4e00-\\u9fff]';
  const halfWidth = new RegExp(`${han}[,;:!?()]|[,;:!?()]${han}`);
  const close = new RegExp(`${han}[A-Za-z0-9]|[A-Za-z0-9]${han}`);
  const all = texts(zh, '', ['甲', '乙', '丙']);
  expect(all.filter(([, text]) => halfWidth.test(text) || close.test(text))).toEqual([]);
});

test('one thing has one name: what was called otherwise once is not called so again', () => {
  const former = /关账|自愈|跨日|对平率|一致率|对账模式|补记方式/;
  expect(texts(zh, '').filter(([, text]) => former.test(text))).toEqual([]);
});
