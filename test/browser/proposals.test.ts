import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, inject, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, logInAs, picture, SIZES, useBrowser } from './browser.ts';

// Two administrators: what lets the system refund more takes effect when the second one agrees.

const HEALING = '/merchants/H003/selfHealing';
const LIMITS = [`${HEALING}/perOrderYuan`, `${HEALING}/dailyYuan`, `${HEALING}/dailyOrders`];

useBrowser();
beforeAll(followTheFile);

type View = {
  readonly revision: number;
  readonly fields: readonly {
    readonly path: string;
    readonly value: unknown;
    readonly override: object | null;
  }[];
};

async function asked(path: string, body?: object): Promise<string> {
  const { url, tokens } = inject('system');
  const headers = {
    authorization: `Bearer ${tokens['admin']}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const more = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${url}/api/v1${path}`, { headers, ...more })).text();
}

async function view(): Promise<View> {
  return JSON.parse(await asked('/settings?merchantId=H003'));
}

async function followTheFile(): Promise<void> {
  const { revision, fields } = await view();
  const changes = fields.filter(({ override }) => override !== null).map(({ path }) => ({ path }));
  if (changes.length > 0) await asked('/settings', { base: revision, changes, reason: 'test' });
}

const valueOf = async (name: string): Promise<unknown> =>
  (await view()).fields.find(({ path }) => path === `${HEALING}/${name}`)?.value;
const row = (page: Page, path: string): Locator => page.locator(`[data-setting="${path}"]`);
/** In the drawer of the hospital, or on the page. */
const card = (page: Page): Locator => page.locator('[data-proposal]').last();

async function propose(page: Page, reason: string): Promise<void> {
  await page
    .getByRole('button', { name: /查看差异并提交/ })
    .last()
    .click();
  const dialog = page.getByRole('dialog', { name: '确认修改' });
  await dialog.getByText('须由另一名管理员同意才生效').waitFor();
  await dialog.getByLabel('修改原因').fill(reason);
  await dialog.getByRole('button', { name: '提交申请' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('self-healing is switched on by two administrators, and narrowed by one', async () => {
  const first = await logInAs('admin', '/system?of=H003');
  const { page } = first;
  await row(page, `${HEALING}/mode`).getByRole('combobox').click();
  await page.getByTitle('开启（自动退款）').last().click();
  for (const [index, limit] of ['200', '2000'].entries())
    await row(page, LIMITS[index] ?? '')
      .getByRole('textbox')
      .fill(limit);
  await row(page, `${HEALING}/dailyOrders`).getByRole('spinbutton').fill('20');
  await propose(page, '试运行一周无误');
  await card(page).getByText('待同意').waitFor();
  // It stands above the form, whose end was in sight: whoever proposed it is led there.
  await page.locator('[data-proposal]:focus').waitFor();
  const { y = -1, height = 0 } = (await card(page).boundingBox()) ?? {};
  expect(y).toBeGreaterThanOrEqual(0);
  expect(y + height).toBeLessThanOrEqual(SIZES.small.height);
  await page.waitForTimeout(500);
  await expectAccessible(first);
  await picture(first, 'proposal-own');
  expect(await card(page).getByRole('button', { name: '同意' }).count()).toBe(0);
  expect(await valueOf('mode')).toBeNull();

  const second = await logInAs('admin2', '/approvals');
  await card(second.page).getByText('试运行一周无误').waitFor();
  await expectNoSideScroll(second);
  await expectAccessible(second);
  await picture(second, 'proposal-approvals');
  await card(second.page)
    .getByRole('button', { name: /同\s?意/ })
    .click();
  const dialog = second.page.getByRole('dialog', { name: '同意该设置' });
  await dialog.getByRole('cell', { name: '开启（自动退款）' }).waitFor();
  await second.page.waitForTimeout(400);
  await picture(second, 'proposal-agree');
  await dialog.getByRole('button', { name: /同\s?意/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await second.page.locator('[data-proposal]').waitFor({ state: 'detached' });
  expect(await valueOf('mode')).toBe('on');
  await second.page.getByText('全部记录').click();
  await card(second.page).getByText('已同意').first().waitFor();
  await picture(second, 'proposal-all');

  const history = await logInAs('admin2', '/system?tab=history');
  await history.page.locator('[data-revision]').first().getByText('admin2 同意').waitFor();
  expect(await asked('/audit?kind=CONFIG_CHANGE&limit=20')).toContain('"proposedBy":"admin"');

  const alone = await logInAs('admin2', '/system?of=H003');
  await row(alone.page, `${HEALING}/dailyOrders`).getByRole('spinbutton').fill('10');
  await alone.page
    .getByRole('button', { name: /查看差异并提交/ })
    .last()
    .click();
  const confirm = alone.page.getByRole('dialog', { name: '确认修改' });
  await confirm.getByLabel('修改原因').fill('收紧');
  await confirm.getByRole('button', { name: '确认修改' }).click();
  await confirm.waitFor({ state: 'detached' });
  expect(await valueOf('dailyOrders')).toBe(10);
  expect([first, second, history, alone].flatMap(({ complaints }) => complaints)).toEqual([]);
});

test('a proposal is refused with a reason, outdated by another change, and withdrawn', async () => {
  const first = await logInAs('admin', '/system?of=H003');
  await row(first.page, `${HEALING}/dailyOrders`).getByRole('spinbutton').fill('500');
  await propose(first.page, '高峰');
  const second = await logInAs('admin2', '/system');
  await card(second.page)
    .getByRole('button', { name: /驳\s?回/ })
    .click();
  const dialog = second.page.getByRole('dialog', { name: '驳回该设置' });
  await dialog.getByRole('button', { name: /驳\s?回/ }).click();
  await dialog.getByText('请填写驳回理由').waitFor();
  await dialog.getByLabel('备注').fill('上限过高');
  await dialog.getByRole('button', { name: /驳\s?回/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await second.page.locator('[data-proposal]').waitFor({ state: 'detached' });

  const again = await logInAs('admin', '/system?of=H003');
  await row(again.page, `${HEALING}/dailyOrders`).getByRole('spinbutton').fill('30');
  await propose(again.page, '高峰');
  const { revision } = await view();
  const window = [{ path: '/merchants/H003/rules/window', value: '6m' }];
  await asked('/settings', { base: revision, changes: window, reason: '别的修改' });
  const later = await logInAs('admin', '/system');
  await card(later.page).getByText('已失效').waitFor();
  await picture(later, 'proposal-outdated');
  await card(later.page)
    .getByRole('button', { name: /撤\s?回/ })
    .click();
  const withdraw = later.page.getByRole('dialog', { name: '撤回该申请' });
  await withdraw.getByRole('button', { name: /撤\s?回/ }).click();
  await picture(later, 'proposal-withdraw');
  await withdraw.waitFor({ state: 'detached' });
  await later.page.locator('[data-proposal]').waitFor({ state: 'detached' });
  expect(await valueOf('dailyOrders')).toBe(10);
  await followTheFile();
  expect([first, second, again, later].flatMap(({ complaints }) => complaints)).toEqual([]);
});
