import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';

useBrowser();
beforeAll(followTheFile);
// The server takes ten followers of one person.

const row = (page: Page, path: string) => page.locator(`[data-setting="${path}"]`);
async function asked(path: string, body?: object): Promise<string> {
  const { url, tokens } = inject('system');
  const headers = {
    authorization: `Bearer ${tokens['admin']}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const more = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/v1${path}`, { headers, ...more });
  return answer.text();
}

/** Nothing is set from an earlier time. */
async function followTheFile(): Promise<void> {
  type View = { revision: number; fields: { path: string; override: object | null }[] };
  for (const query of ['', '?merchantId=H001']) {
    const { revision, fields }: View = JSON.parse(await asked(`/settings${query}`));
    const changes = fields.filter(({ override }) => override !== null).map(({ path }) => ({ path }));
    if (changes.length > 0) await asked('/settings', { base: revision, changes, reason: 'test' });
  }
}

/** Reviews the drafts, gives a reason and confirms. */
async function confirm(page: Page, reason: string): Promise<void> {
  await page
    .getByRole('button', { name: /查看差异并提交/ })
    .last()
    .click();
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByLabel('修改原因').fill(reason);
  await dialog.getByRole('button', { name: '确认修改' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('a window is changed: typed, reviewed, confirmed, in force, on record, and taken back', async () => {
  const tab = await logInAs('admin', '/system?of=H001');
  const { page } = tab;
  const path = '/merchants/H001/rules/window';
  const field = row(page, path);
  await field.getByRole('spinbutton').fill('8');
  await page.getByRole('button', { name: /查看差异并提交/ }).click();
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByRole('cell', { name: '8 分钟' }).waitFor();
  await dialog.getByText('只影响此后的实时判定').waitFor();
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'system-diff');
  await dialog.getByRole('button', { name: '确认修改' }).click();
  await dialog.getByText('请填写修改原因').waitFor();
  await dialog.getByLabel('修改原因').fill('上送变慢');
  await dialog.getByRole('button', { name: '确认修改' }).click();
  await field.getByText('此处').waitFor();
  await picture(tab, 'system-hospital');
  // Both processes have taken it, and say so.
  type Audit = { items: { user: string; kind: string; said: { revisions?: number[] } }[] };
  const takers = async () => {
    const { items }: Audit = JSON.parse(await asked('/audit?kind=CONFIG_CHANGE&limit=20'));
    return items.filter(({ said }) => said.revisions !== undefined).map(({ user }) => user);
  };
  await expect.poll(takers, { timeout: 10_000 }).toEqual(expect.arrayContaining(['api', 'pipeline']));
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: '变更记录' }).click();
  const card = page.locator('[data-revision]').first();
  expect(await card.innerText()).toMatch(/admin[^]*上送变慢[^]*5 分钟[^]*8 分钟/);
  await expectAccessible(tab);
  await picture(tab, 'system-history');
  expect(tab.complaints).toEqual([]);

  const again = await logInAs('admin', '/system?of=H001');
  await row(again.page, path).getByRole('button', { name: '以文件为准' }).click();
  await confirm(again.page, '恢复');
  await row(again.page, path).getByText('沿用').waitFor();
  expect(again.complaints).toEqual([]);
});

test('what is wrong is refused in words, and a second administrator learns who was first', async () => {
  const [first, second] = [
    await logInAs('admin', '/system?tab=rules'),
    await logInAs('admin', '/system?tab=rules'),
  ];
  const amount = row(first.page, '/defaults/approvals/from').getByRole('textbox');
  await amount.fill('五百');
  await first.page.getByRole('button', { name: /查看差异并提交/ }).click();
  await first.page.getByText('金额应以元为单位').waitFor();
  await first.page
    .getByRole('button', { name: '取 消' })
    .or(first.page.getByRole('button', { name: '取消' }))
    .click();
  await amount.fill('400.00');
  await confirm(first.page, '甲');
  await row(second.page, '/defaults/grace').getByRole('spinbutton').fill('12');
  await second.page.getByRole('button', { name: /查看差异并提交/ }).click();
  await second.page.getByText(/设置已被 admin 修改/).waitFor();
  await picture(second, 'system-conflict');
  await second.page.getByRole('button', { name: '重新载入' }).click();
  expect([...first.complaints, ...second.complaints]).toEqual([]);
});

test('routes of alerts are put together, and the file is exported with them', async () => {
  const tab = await logInAs('admin', '/system?tab=alerts');
  const { page } = tab;
  await page.getByRole('button', { name: '增加路由' }).click();
  await page.getByRole('button', { name: '增加一步' }).click();
  await page.getByRole('combobox', { name: '第 1 条 联系人 2' }).click();
  await page.getByTitle('chief').last().click();
  await page.getByText('通知顺序').click();
  await page.waitForTimeout(500);
  await expectAccessible(tab);
  await picture(tab, 'system-routes');
  await confirm(page, '升级到负责人');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '导出配置文件' }).click();
  const file = await (await download).path();
  const text = await readFile(file, 'utf8');
  expect(text).toContain('# one-sided after this long without a counterpart');
  const said: { alerts: { routes: unknown } } = parse(text);
  expect(said.alerts.routes).toEqual([{ steps: [{ to: ['duty'] }, { to: ['chief'], after: '10m' }] }]);
  expect(tab.complaints).toEqual([]);
});

test('thresholds of alerts are set for all and for a hospital, with what falls silent said first', async () => {
  const tab = await logInAs('admin', '/system?tab=alerts');
  const { page } = tab;
  await row(page, '/alerts/rules/deadLetters').getByRole('spinbutton').fill('5');
  await row(page, '/alerts/rules/closedBy').getByRole('textbox').fill('25:00');
  await page.getByRole('button', { name: /查看差异并提交/ }).click();
  await page.getByText('设置无效：时刻应写作 10:30，或关闭').waitFor();
  await page.getByRole('button', { name: /取\s?消/ }).click();
  await row(page, '/alerts/rules/closedBy').getByRole('textbox').fill('13:30');
  await row(page, '/alerts/rules/matchRate')
    .getByRole('spinbutton', { name: '低于', exact: true })
    .fill('85');
  await confirm(page, '放宽死信');
  await row(page, '/alerts/rules/deadLetters').getByText('此处').waitFor();
  type View = { fields: { path: string; value: unknown; inherited: unknown }[] };
  const said = async (path: string): Promise<View['fields'][number] | undefined> => {
    const view: View = JSON.parse(await asked('/settings?merchantId=H001'));
    return view.fields.find((field) => field.path === path);
  };
  const [AGE, RATE] = ['/merchants/H001/alertRules/age', '/merchants/H001/alertRules/matchRate'];
  expect((await said(RATE))?.inherited).toMatchObject({ below: 0.85, within: '1h' });

  const own = await logInAs('admin', '/system?of=H001');
  await row(own.page, AGE).getByRole('checkbox').check();
  await own.page.getByRole('button', { name: /查看差异并提交/ }).click();
  const dialog = own.page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByText('以下情况将不再告警').waitFor();
  await dialog.getByRole('cell', { name: '不告警' }).waitFor();
  await own.page.waitForTimeout(400);
  await expectAccessible(own);
  await picture(own, 'system-thresholds');
  await dialog.getByRole('button', { name: /取\s?消/ }).click();
  await confirm(own.page, '停用时长告警');
  await row(own.page, AGE).getByText('此处').waitFor();
  expect((await said(AGE))?.value).toBe('off');
  expect(await asked('/audit?kind=CONFIG_CHANGE&limit=20')).toContain(AGE);
  expect([...tab.complaints, ...own.complaints]).toEqual([]);
});

test('a match rate that the file sets in part shows what counts for the rest', async () => {
  const tab = await logInAs('admin', '/system?of=H003');
  const rate = row(tab.page, '/merchants/H003/alertRules/matchRate');
  const part = (name: string) => rate.getByRole('spinbutton', { name, exact: true });
  await rate.getByText('未单独设置的沿用：低于往常、至少、统计时长').waitFor();
  expect([await part('低于').inputValue(), await part('低于往常').inputValue()]).toEqual(['80', '5']);
  expect([await part('至少').inputValue(), await part('匹配率过低').inputValue()]).toEqual(['50', '1']);
  await rate.scrollIntoViewIfNeeded();
  await expectAccessible(tab);
  await picture(tab, 'system-rate-in-part');
  await part('低于往常').fill('7');
  await tab.page.getByRole('button', { name: /查看差异并提交/ }).click();
  const dialog = tab.page.getByRole('dialog', { name: '确认修改' });
  await dialog
    .getByRole('cell', { name: '低于 80.00% · 低于往常 7.00% · 至少 50 笔（沿用） · 1 小时（沿用）' })
    .waitFor();
  expect(tab.complaints).toEqual([]);
});

test('self-healing is not switched on where HIS cannot be asked, and the page says what is missing', async () => {
  const tab = await logInAs('admin', '/system?of=H001');
  const { page } = tab;
  const field = (name: string) => row(page, `/merchants/H001/selfHealing/${name}`);
  await field('mode').getByRole('combobox').click();
  await page.getByTitle('试运行（只记录，不退款）').last().click();
  await field('perOrderYuan').getByRole('textbox').fill('200');
  await field('dailyYuan').getByRole('textbox').fill('100');
  await page.getByRole('button', { name: /查看差异并提交/ }).click();
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByText('设置无效：缺少每日笔数').waitFor();
  await dialog.getByRole('button', { name: /取\s?消/ }).click();
  await field('dailyOrders').getByRole('spinbutton').fill('20');
  await page.getByRole('button', { name: /查看差异并提交/ }).click();
  await dialog.getByText('设置无效：每日上限不能低于单笔上限 200.00 元').waitFor();
  await dialog.getByRole('button', { name: /取\s?消/ }).click();
  await field('dailyYuan').getByRole('textbox').fill('2000');
  await page.getByRole('button', { name: /查看差异并提交/ }).click();
  await dialog.getByText(/自动退款须先在配置文件中接入前置机/).waitFor();
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'system-healing');
  await dialog.getByRole('button', { name: /取\s?消/ }).click();
  expect(tab.complaints).toEqual([]);
});

test('a user is added with a password that is shown once, changed, shut out, and on record', async () => {
  const tab = await logInAs('admin', '/system?tab=users');
  const { page } = tab;
  const name = `u${randomBytes(4).toString('hex')}`;
  await page.getByRole('button', { name: '新增用户' }).click();
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('姓名').fill('新同事');
  await page.getByRole('combobox', { name: '角色' }).click();
  await page.getByTitle('操作员').last().click();
  await page.getByText('新增用户').last().click();
  await page.getByText('全部医院').last().click();
  await picture(tab, 'system-user-new');
  await page.getByRole('button', { name: /保\s?存/ }).click();
  const password = (await page.locator('[data-once]').innerText()).trim();
  const { url } = inject('system');
  const logIn = () =>
    fetch(`${url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: name, password }),
    });
  expect((await logIn()).status).toBe(200);
  await page.getByRole('button', { name: '我已保存' }).click();
  await page.locator('.ant-table-row', { hasText: name }).click();
  await page.getByRole('button', { name: '重置密码' }).waitFor();
  await page.waitForTimeout(500);
  await expectAccessible(tab);
  await page.getByRole('button', { name: /^停\s?用$/ }).click();
  await page.getByRole('button', { name: /确\s?定/ }).click();
  await page.getByText('已停用').first().waitFor();
  expect((await logIn()).status).toBe(401);
  expect(await asked('/audit?kind=USER_CHANGE&limit=10')).not.toContain(password);
  expect(await asked('/audit?kind=USER_CHANGE&limit=10')).toContain(name);
  expect(tab.complaints).toEqual([]);
});

test('a secret is replaced and never shown', async () => {
  const tab = await logInAs('admin', '/system?tab=secrets');
  const { page } = tab;
  const line = page.locator('.ant-table-row', { hasText: 'secrets/front' });
  await line.getByRole('button', { name: /替\s?换/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('新密钥').fill('not a key at all');
  await dialog.getByLabel('修改原因').fill('轮换');
  await dialog.getByRole('button', { name: /替\s?换/ }).click();
  await dialog.getByText('未替换：新密钥的内容不符合要求', { exact: false }).waitFor();
  const key = randomBytes(32).toString('base64');
  await dialog.getByLabel('新密钥').fill(key);
  await expectAccessible(tab);
  await picture(tab, 'system-secret');
  await dialog.getByRole('button', { name: /替\s?换/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await line.getByText('已替换，重启后生效').waitFor();
  expect(await page.content()).not.toContain(key);
  const told = (await asked('/settings/secrets')) + (await asked('/audit?limit=20'));
  expect(told).not.toContain(key);
  expect(told).toContain('secrets/front');
  expect(tab.complaints).toEqual([]);
});

test('where a setting comes from is said in a word, and what the word means to whoever points at it', async () => {
  const { page } = await logInAs('auditor', '/system?of=H003');
  await page.getByText(/取值先后：此处的修改 › 配置文件 › 沿用/).waitFor();
  const below = row(page, '/merchants/H003/alertRules/billBy').getByText('配置文件', { exact: true });
  await below.focus();
  await page.getByRole('tooltip').getByText('取自配置文件；在此处修改后，以此处为准。').waitFor();
  await row(page, '/merchants/H003/rules/grace').getByText('沿用', { exact: true }).hover();
  await page
    .getByRole('tooltip')
    .getByText(/沿用全部医院的规则/)
    .waitFor();
});

test('an auditor sees all of it and changes nothing', async () => {
  const tab = await logInAs('auditor', '/system?of=H001');
  const { page } = tab;
  await row(page, '/merchants/H001/rules/window').waitFor();
  expect(await page.getByRole('spinbutton').first().isDisabled()).toBe(true);
  await page.getByText('只有管理员可以修改').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: '用户' }).click();
  expect(await page.getByRole('button', { name: '新增用户' }).isDisabled()).toBe(true);
  await page.getByRole('tab', { name: '密钥' }).click();
  await page.locator('.ant-table-row', { hasText: 'secrets/duty' }).waitFor();
  expect(
    await page
      .getByRole('button', { name: /替\s?换/ })
      .first()
      .isDisabled(),
  ).toBe(true);
  expect(tab.complaints).toEqual([]);
});

const LOOKS = [
  { size: 'small', theme: 'light', language: 'zh' },
  { size: 'large', theme: 'dark', language: 'zh' },
  { size: 'narrow', theme: 'light', language: 'en' },
  { size: 'small', theme: 'dark', language: 'en' },
  { size: 'tablet', theme: 'light', language: 'zh' },
  { size: 'tablet', theme: 'dark', language: 'en' },
] as const;

/** Settings of which something lies over what is typed. */
const COVERED = `[...document.querySelectorAll('.dz-setting')].filter((row) => {
  const [, editor, source] = row.children;
  const { left, top } = source.getBoundingClientRect();
  return [...editor.querySelectorAll('input, button, label')].some((part) => {
    const { right, bottom } = part.getBoundingClientRect();
    return right > left && bottom > top;
  });
}).map((row) => row.dataset.setting)`;

test.each(LOOKS)(
  'every tab fits: $size, $theme, $language',
  async (look) => {
    const tab = await logInAs('admin', '/system', look);
    const tabs = tab.page.getByRole('tab');
    for (let index = 0; index < (await tabs.count()); index += 1) {
      await tabs.nth(index).click();
      // Answers come, and colours stop moving.
      await tab.page.waitForTimeout(700);
      await expectNoSideScroll(tab);
      expect(await tab.page.evaluate(COVERED)).toEqual([]);
      await expectAccessible(tab);
      await picture(tab, `system-tab${index}`);
      expect(await tab.page.locator('[data-live]').getAttribute('data-live')).toBe('LIVE');
    }
    expect(tab.complaints).toEqual([]);
  },
  60_000,
);
