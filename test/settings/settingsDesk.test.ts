import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { SettingsSystem } from './settingsHarness.ts';
import {
  CAN_HEAL,
  CHEN,
  CONFIG,
  HEALING,
  LIMITS,
  OF_H001,
  startSettings,
  wishesOf,
  ZHAO,
} from './settingsHarness.ts';

let system: SettingsSystem;
beforeEach(async () => {
  system = await startSettings();
});
afterEach(() => system[Symbol.asyncDispose]());

const WINDOW = '/merchants/H001/rules/window';
const preview = (values: Parameters<typeof wishesOf>[0], who = CHEN, base = 0) =>
  system.desk.preview(who, { base, changes: wishesOf(values) });
const fieldOf = async (path: string, merchantId: string | null = 'H001') =>
  (await system.desk.view(CHEN, merchantId)).fields.find((field) => field.path === path);

test('a value is set, counts over the file, shows who set it, and is taken back', async () => {
  expect(await fieldOf(WINDOW)).toEqual({
    path: WINDOW,
    value: null,
    inherited: '5m',
    fileValue: null,
    override: null,
  });
  const made = await system.set(CHEN, 0, { [WINDOW]: '8m', '/defaults/grace': '20m' });
  expect(made).toMatchObject({ revision: 1, by: 'chen', changes: [{ before: null, after: '8m' }, {}] });
  expect(await fieldOf(WINDOW)).toMatchObject({
    value: '8m',
    fileValue: null,
    override: { by: 'chen', revision: 1, fileChanged: false },
  });
  const { overlay } = (await system.store.latest()) ?? { overlay: new Map() };
  const merchant = loadConfig(system.path, overlay).merchants.get('H001');
  expect([merchant?.rules.windowMs, merchant?.graceMs]).toEqual([480_000, 1_200_000]);
  await system.set(ZHAO, 1, { [WINDOW]: undefined });
  expect(await fieldOf(WINDOW)).toMatchObject({ value: null, override: null });
  const history = await system.desk.history(CHEN, null, 10);
  expect(history.map(({ revision, by, changes }) => [revision, by, changes.length])).toEqual([
    [2, 'zhao', 1],
    [1, 'chen', 2],
  ]);
});

test('where the file changes what is set in the console, the console still counts, and both are shown', async () => {
  await system.set(CHEN, 0, { '/merchants/H002/rules/window': '9m' });
  writeFileSync(system.path, CONFIG.replace('window: 7m', 'window: 6m'));
  expect(await fieldOf('/merchants/H002/rules/window', 'H002')).toMatchObject({
    value: '9m',
    fileValue: '6m',
    override: { fileValue: '7m', fileChanged: true },
  });
  writeFileSync(system.path, CONFIG.replace(/ {2}- id: H002[^]*/, ''));
  expect(await system.desk.view(CHEN, null)).toMatchObject({
    idle: ['/merchants/H002/rules/window'],
    fault: null,
  });
});

test('what is wrong is refused by the words and the place of the file', async () => {
  const refusals = [
    [
      { [WINDOW]: '8 minutes' },
      /duizhang\.config\.yaml:\d+: merchants\.0\.rules\.window: must be a duration/,
    ],
    [{ '/merchants/H001/channels/WECHAT': { number: '1' } }, /merchants\.0\.channels\.WECHAT/],
    [
      { '/alerts/routes': [{ steps: [{ to: ['nobody'] }] }] },
      /there is no contact nobody.*set in the console/,
    ],
    [{ '/defaults/approvals/from': 500 }, /defaults\.approvals\.from/],
  ] as const;
  for (const [values, words] of refusals) {
    await expect(preview(values)).rejects.toMatchObject({
      code: 'DZ_CONFIG_INVALID',
      message: expect.stringMatching(words),
      messageZh: expect.stringContaining('设置无效'),
    });
  }
  for (const path of [
    '/port',
    '/slots',
    '/log/partitions',
    '/merchants/H001/id/x',
    '/alerts/contacts',
    '/machines',
    '/merchants/H001/sources/hdp/keyFile',
  ]) {
    await expect(preview({ [path]: 1 })).rejects.toMatchObject({ code: 'DZ_SETTINGS_LOCKED' });
  }
  await expect(preview({ '/merchants/H009/name': 'x' })).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
  await expect(preview({ [WINDOW]: undefined })).rejects.toMatchObject({ code: 'DZ_SETTINGS_SAME' });
  expect(await system.store.latest()).toBeNull();
});

test('an administrator of one hospital sets what is of that hospital alone', async () => {
  await expect(preview({ '/merchants/H002/name': 'x' }, OF_H001)).rejects.toMatchObject({
    code: 'DZ_NOT_FOUND',
  });
  await expect(preview({ '/defaults/window': '1m' }, OF_H001)).rejects.toMatchObject({
    code: 'DZ_FORBIDDEN',
  });
  expect((await preview({ [WINDOW]: '8m' }, OF_H001)).diff).toHaveLength(1);
  await system.set(CHEN, 0, { '/merchants/H002/name': '丙医院', [WINDOW]: '8m' });
  const [seen] = await system.desk.history(OF_H001, null, 10);
  expect(seen?.changes.map(({ path }) => path)).toEqual([WINDOW]);
  const view = await system.desk.view(OF_H001, null);
  expect([view.fields, view.hospitals.map(({ merchantId }) => merchantId)]).toEqual([[], ['H001']]);
});

test('whoever confirms is told first what follows from it', async () => {
  const codes = async (values: Parameters<typeof wishesOf>[0]) =>
    (await preview(values)).warnings.map(({ code }) => code);
  expect(await codes({ [WINDOW]: '8m' })).toEqual(['PROVISIONAL_ONLY']);
  expect(await codes({ '/defaults/cutOff': '-1h' })).toEqual(['DATES_MOVE']);
  expect(await codes({ '/schedule/at': '13:00' })).toEqual(['NEXT_CLOSE']);
  expect(await codes({ '/defaults/approvals/from': 'never' })).toEqual(['APPROVAL_WEAKENED']);
  expect(await codes({ '/defaults/approvals/from': '100.00' })).toEqual([]);
  expect(await codes({ '/merchants/H001/channels/WECHAT': { merchantNo: '1900000002' } })).toEqual([
    'BILLS_REFUSED',
    'NEXT_CLOSE',
    'SHARED_NUMBER',
  ]);
  expect(await codes({ '/alerts/routes': [{ steps: [{ to: ['chief'] }] }] })).toEqual([]);
  writeFileSync(system.path, CONFIG.replace('keyEnv: CHIEF', 'keyEnv: OTHER'));
  expect(await codes({ '/alerts/routes': [{ steps: [{ to: ['chief'] }] }] })).toEqual(['NEEDS_RESTART']);
});

test('thresholds of alerts are set for all and for one hospital, and what goes silent is said first', async () => {
  const AGE = '/merchants/H001/alertRules/age';
  expect(await fieldOf(AGE)).toMatchObject({ value: null, inherited: '2h' });
  const quieter = await preview({ [AGE]: 'off', '/alerts/rules/deadLetters': 5 });
  expect(quieter.warnings).toEqual([{ code: 'ALERTS_OFF', paths: [AGE], detail: '' }]);
  await system.set(CHEN, 0, {
    '/alerts/rules/age': '3h',
    '/alerts/rules/criticalYuan': '2000.00',
    '/merchants/H001/alertRules/closedBy': '13:30',
    '/merchants/H001/alertRules/matchRate': { below: 0.8, within: '30m' },
    '/merchants/H002/alertRules/age': '1h',
  });
  expect(await fieldOf(AGE)).toMatchObject({ value: null, inherited: '3h' });
  const { alertRules } = loadConfig(system.path, (await system.store.latest())?.overlay);
  expect(alertRules.get('H001')).toMatchObject({
    ageMs: 10_800_000,
    criticalFen: 200_000n,
    closedBy: { atMs: 48_600_000 },
    matchRate: { below: 0.8, belowUsualBy: 0.05, withinMs: 1_800_000 },
  });
  expect(alertRules.get('H002')?.ageMs).toBe(3_600_000);
  // What counts for the parts that are not said: of all hospitals, and below it the program's.
  const RATE = '/merchants/H002/alertRules/matchRate';
  await system.set(CHEN, 1, { '/alerts/rules/matchRate': { below: 0.7 } });
  expect((await fieldOf(RATE, 'H002'))?.inherited).toEqual({
    below: 0.7,
    belowUsualBy: 0.05,
    atLeastOrders: 50,
    within: '1h',
  });
  await system.set(CHEN, 2, { '/alerts/rules/matchRate': undefined });
  writeFileSync(system.path, await system.desk.exported());
  expect(loadConfig(system.path).alertRules).toEqual(alertRules);
  const wrong = [
    [{ [AGE]: '0m' }, '设置无效：时长须大于零，不需要时请关闭'],
    [{ '/alerts/rules/closedBy': '25:00' }, '设置无效：时刻应写作 10:30，或关闭'],
    [{ '/alerts/rules/matchRate': { within: '2d' } }, '设置无效：匹配率的统计时长须在 1 分钟至 12 小时之间'],
    [{ '/merchants/H001/alertRules/criticalYuan': '一千' }, '设置无效：金额应以元为单位，如 500.00'],
  ] as const;
  for (const [values, messageZh] of wrong)
    await expect(preview(values, CHEN, 3)).rejects.toMatchObject({ code: 'DZ_CONFIG_INVALID', messageZh });
  await expect(preview({ '/merchants/H001/alertRules/deadLetters': 5 }, CHEN, 3)).rejects.toMatchObject({
    code: 'DZ_SETTINGS_LOCKED',
  });
});

test('self-healing is switched on within its limits, and whoever widens it is told so', async () => {
  const messageOf = async (values: Parameters<typeof wishesOf>[0]) =>
    preview(values).then(
      () => null,
      (error: unknown) => (error instanceof DuizhangError ? error.messageZh : error),
    );
  expect(await fieldOf(`${HEALING}/mode`)).toMatchObject({ value: null, inherited: 'off' });
  expect(await messageOf({ ...LIMITS, [`${HEALING}/mode`]: 'on' })).toMatch(/前置机（sources.hdp）/);
  writeFileSync(system.path, CAN_HEAL);
  expect(await messageOf({ [`${HEALING}/mode`]: 'on' })).toBe('设置无效：缺少单笔上限、每日上限、每日笔数');
  expect(await messageOf({ ...LIMITS, [`${HEALING}/mode`]: 'on', [`${HEALING}/dailyYuan`]: '100' })).toBe(
    '设置无效：每日上限不能低于单笔上限 200.00 元',
  );
  const codes = async (values: Parameters<typeof wishesOf>[0], base: number) =>
    (await preview(values, CHEN, base)).warnings.map(({ code }) => code);
  expect(await codes({ ...LIMITS, [`${HEALING}/mode`]: 'dry-run' }, 0)).toEqual([]);
  expect(await codes({ ...LIMITS, [`${HEALING}/mode`]: 'on' }, 0)).toEqual(['HEALING_WIDENED']);
  await system.widen(0, { ...LIMITS, [`${HEALING}/mode`]: 'on' });
  const { healing } = loadConfig(system.path, (await system.store.latest())?.overlay);
  expect(healing.get('H001')).toMatchObject({ mode: 'on', perOrderFen: 20_000n, dailyOrders: 20 });
  expect(await codes({ [`${HEALING}/perOrderYuan`]: '300' }, 1)).toEqual(['HEALING_WIDENED']);
  expect(await codes({ [`${HEALING}/perOrderYuan`]: '100' }, 1)).toEqual([]);
  writeFileSync(system.path, await system.desk.exported());
  expect(loadConfig(system.path).healing).toEqual(healing);
});

test('of two administrators at once one changes, and the other learns who did', async () => {
  const both = await Promise.allSettled([
    system.set(CHEN, 0, { [WINDOW]: '8m' }),
    system.set(ZHAO, 0, { [WINDOW]: '9m' }),
  ]);
  const refused = both.filter((result) => result.status === 'rejected').map(({ reason }) => reason);
  expect(refused).toEqual([
    expect.objectContaining({ code: expect.stringMatching(/^DZ_SETTINGS_(CHANGED|BUSY)$/) }),
  ]);
  const latest = await system.store.latest();
  expect(latest?.revision).toBe(1);
  await expect(system.set(ZHAO, 0, { [WINDOW]: '10m' })).rejects.toMatchObject({
    code: 'DZ_SETTINGS_CHANGED',
    message: expect.stringContaining(`${latest?.by} has changed settings`),
  });
});

test('a change whose answer was lost is the same change when it is sent again', async () => {
  const changeId = randomUUID();
  const wish = { base: 0, changes: wishesOf({ [WINDOW]: '8m' }), reason: 'x', changeId };
  // The process dies after the row was written.
  const dying = system.deskWith({
    ...system.store,
    append: async (revision) => {
      await system.store.append(revision);
      throw new Error('killed');
    },
  });
  await expect(dying.change(CHEN, wish)).rejects.toThrow('killed');
  expect(await system.desk.change(CHEN, wish)).toMatchObject({ revision: 1, changeId });
  // And before it: nothing is there, and nothing stands in the way.
  const before = system.deskWith({ ...system.store, append: () => Promise.reject(new Error('killed')) });
  await expect(before.change(CHEN, { ...wish, base: 1, changeId: randomUUID() })).rejects.toThrow();
  expect((await system.set(CHEN, 1, { [WINDOW]: '9m' })).revision).toBe(2);
  await expect(system.desk.change(ZHAO, wish)).rejects.toMatchObject({ code: 'DZ_IDEMPOTENCY_KEY_USED' });
});

test('what is exported is the file with its comments, says the same, and needs nothing on top of it', async () => {
  await system.set(CHEN, 0, {
    '/defaults/window': '6m',
    '/merchants/H001/channels/WECHAT': { merchantNo: '1900000009', feeRate: '0.6%' },
    '/merchants/H001/channels/ALIPAY': { merchantNo: '2088000000000009' },
    '/merchants/H002/approvals/from': '800.00',
    '/alerts/quietHours': { from: '22:00', to: '07:00' },
  });
  const text = await system.desk.exported();
  expect(text).toContain('# 示例');
  expect(text).toContain('window: 6m # one-sided after this long');
  expect(text).toContain("ALIPAY: '2088000000000009'");
  const overlay = (await system.store.latest())?.overlay;
  const as = loadConfig(system.path, overlay);
  writeFileSync(system.path, text);
  const is = loadConfig(system.path);
  expect([is.merchants, is.resolution, is.alerts?.routes]).toEqual([
    as.merchants,
    as.resolution,
    as.alerts?.routes,
  ]);
});

test('a file that no longer fits says so on the page, and what stands in its way is taken back there', async () => {
  await system.set(CHEN, 0, { '/alerts/routes': [{ steps: [{ to: ['chief'] }] }] });
  writeFileSync(system.path, CONFIG.replace(/ {4}chief.*\n/, ''));
  expect((await system.desk.view(CHEN, null)).fault).toEqual({
    message: expect.stringMatching(/there is no contact chief.*set in the console by chen/),
    messageZh: '设置无效：没有联系人 chief（由 chen 设置）',
  });
  await system.set(CHEN, 1, { '/alerts/routes': undefined });
  expect((await system.desk.view(CHEN, null)).fault).toBeNull();
});
