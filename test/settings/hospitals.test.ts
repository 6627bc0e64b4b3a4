import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { SettingsSystem } from './settingsHarness.ts';
import { CHEN, CONFIG, OF_H001, startSettings, wishesOf } from './settingsHarness.ts';

let system: SettingsSystem;
beforeEach(async () => {
  system = await startSettings();
});
afterEach(() => system[Symbol.asyncDispose]());

const OF = '/merchants/H021';
const NEW = {
  [`${OF}/id`]: 'H021',
  [`${OF}/name`]: '新医院',
  [`${OF}/channels/WECHAT`]: { merchantNo: '1900000021' },
  [`${OF}/rules/window`]: '8m',
};
const preview = (values: Parameters<typeof wishesOf>[0], who = CHEN, base = 0) =>
  system.desk.preview(who, { base, changes: wishesOf(values) });
const configNow = async () => loadConfig(system.path, (await system.store.latest())?.overlay);

test('a hospital is made by its settings, stands beside those of the file, and goes into it as it is exported', async () => {
  const { diff, warnings } = await preview(NEW);
  expect(diff.map(({ path, before, after }) => [path, before, after])).toEqual([
    [`${OF}/id`, null, 'H021'],
    [`${OF}/name`, null, '新医院'],
    [`${OF}/channels/WECHAT`, null, { merchantNo: '1900000021' }],
    [`${OF}/rules/window`, null, '8m'],
  ]);
  expect(warnings).toEqual([{ code: 'HOSPITAL_NEW', paths: [`${OF}/id`], detail: '' }]);
  await system.set(CHEN, 0, NEW);
  const made = (await configNow()).merchants.get('H021');
  expect(made).toMatchObject({ name: '新医院', mode: 'THREE_WAY', rules: { windowMs: 480_000 } });
  const view = await system.desk.view(CHEN, 'H021');
  expect(view.idle).toEqual([]);
  expect(view.hospitals.map(({ merchantId, isMadeHere }) => [merchantId, isMadeHere])).toEqual([
    ['H001', false],
    ['H002', false],
    ['H021', true],
  ]);
  // It is set like any other, in whatever order changes came.
  await system.set(CHEN, 1, { [`${OF}/mode`]: 'TWO_WAY', '/merchants/H001/name': '甲' });
  expect((await configNow()).merchants.get('H021')?.mode).toBe('TWO_WAY');
  const text = await system.desk.exported();
  expect(text).toContain('# 示例');
  writeFileSync(system.path, text);
  expect(loadConfig(system.path).merchants).toEqual((await configNow()).merchants);
  // From here on it may follow the file.
  await system.set(CHEN, 2, { [`${OF}/id`]: undefined, [`${OF}/name`]: undefined });
  expect((await configNow()).merchants.get('H021')?.name).toBe('新医院');
  expect((await system.desk.view(CHEN, 'H021')).hospitals.at(-1)).toMatchObject({ isMadeHere: false });
});

test('where payments of all go back through one gateway, its own do from the next start on, and that is said', async () => {
  const refunds = "refunds: { upp: { url: 'http://127.0.0.1:9', keyId: upp, keyFile: upp.key } }";
  writeFileSync(system.path, `${CONFIG}${refunds}\n`);
  expect((await preview(NEW)).warnings).toEqual([
    { code: 'NEEDS_RESTART', paths: [`${OF}/id`, `${OF}/channels/WECHAT`], detail: '' },
    { code: 'HOSPITAL_NEW', paths: [`${OF}/id`], detail: '' },
  ]);
});

test('a hospital is refused as the file would be, and where there is one of its id', async () => {
  const wrong = [
    [{ [`${OF}/id`]: 'H021' }, '设置无效：缺少医院名称、渠道商户号'],
    [{ ...NEW, [`${OF}/rules/window`]: '8' }, '设置无效：时长应写作 30s、5m 或 24h'],
    [{ ...NEW, [`${OF}/id`]: 'H022' }, '设置无效：医院编号与路径不一致'],
    [{ '/merchants/H002/id': 'H002' }, '设置无效：医院编号 H002 已存在'],
    [
      { '/merchants/新/id': '新', '/merchants/新/name': 'x' },
      '设置无效：医院编号应为 1 至 64 位字母、数字或符号，不含空格',
    ],
  ] as const;
  for (const [values, messageZh] of wrong)
    await expect(preview(values)).rejects.toMatchObject({ code: 'DZ_CONFIG_INVALID', messageZh });
  await expect(preview({ [`${OF}/name`]: 'x' })).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
  const ofBoth = { ...OF_H001, merchants: new Set(['H001', 'H021']) };
  await expect(preview(NEW, ofBoth)).rejects.toMatchObject({ code: 'DZ_FORBIDDEN' });
  await system.set(CHEN, 0, NEW);
  await expect(preview(NEW, CHEN, 1)).rejects.toMatchObject({
    code: 'DZ_SETTINGS_SAME',
  });
  // What it cannot do without stays.
  await expect(preview({ [`${OF}/name`]: undefined }, CHEN, 1)).rejects.toMatchObject({
    code: 'DZ_CONFIG_INVALID',
  });
  await expect(preview({ [`${OF}/id`]: undefined }, CHEN, 1)).rejects.toMatchObject({
    code: 'DZ_SETTINGS_LOCKED',
    messageZh: expect.stringContaining('请改为停用'),
  });
});

test('a hospital leaves with a date and comes back, whatever the file says', async () => {
  const LAST = '/merchants/H002/lastDate';
  const lastDate = async () => (await configNow()).merchants.get('H002')?.lastDate ?? null;
  expect((await preview({ [LAST]: '2026-11-30' })).warnings).toEqual([
    { code: 'HOSPITAL_LEAVES', paths: [LAST], detail: '' },
  ]);
  await system.set(CHEN, 0, { [LAST]: '2026-11-30' });
  expect(await lastDate()).toBe('2026-11-30');
  expect((await system.desk.view(CHEN, null)).hospitals.at(-1)).toMatchObject({ lastDate: '2026-11-30' });
  expect((await preview({ [LAST]: undefined }, CHEN, 1)).warnings).toEqual([]);
  for (const value of ['2026-11-31', '30.11.2026', 20261130])
    await expect(preview({ [LAST]: value }, CHEN, 1)).rejects.toMatchObject({ code: 'DZ_CONFIG_INVALID' });
  writeFileSync(system.path, CONFIG.replace('isv: yuntai', 'lastDate: 2026-10-31'));
  expect(await lastDate()).toBe('2026-11-30');
  await system.set(CHEN, 1, { [LAST]: 'none' });
  expect(await lastDate()).toBeNull();
  await system.set(CHEN, 2, { [LAST]: undefined });
  expect(await lastDate()).toBe('2026-10-31');
});
