import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { expectAccessible, logInAs, picture, useBrowser } from './browser.ts';
import type { Listed } from './caseHelp.ts';
import {
  askedAs,
  codeFor,
  drawerOf,
  expectNoCodes,
  openException,
  openExceptions,
  stakeOf,
  submit,
} from './caseHelp.ts';

// What operators do less often: somebody takes a case, a refund is done elsewhere or in part, rows of a bill are seen to.

useBrowser();

type Detail = {
  readonly actions: readonly { readonly action: string; readonly allowed: boolean }[];
  readonly money: { readonly refundableFen: string };
};

/** An open exception of which the API says that an action may be done, whole and by one person alone. */
async function openFor(action: string, filter: string): Promise<Listed> {
  for (const item of await openExceptions(filter)) {
    const answer = await askedAs('operator', `/exceptions/${item.id}?merchantId=${item.merchantId}`);
    const { actions, money } = (await answer.json()) as Detail;
    const isAllowed = actions.some((each) => each.action === action && each.allowed);
    const isWhole = action !== 'SELF_REFUND' || Number(money.refundableFen) >= stakeOf(item);
    if (isAllowed && isWhole && stakeOf(item) < 50_000 && !item.possiblyCrossDay) return item;
  }
  throw new Error(`the demo has no exception that allows ${action}`);
}

test('somebody takes an exception, says so, and gives it back', async () => {
  const { id } = await openException('type=DUPLICATE');
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  const drawer = drawerOf(page);
  await drawer.getByRole('button', { name: '指派与备注' }).click();
  const dialog = page.getByRole('dialog').last();
  await dialog.getByText('处理人：未指派').waitFor();
  await dialog.getByLabel('备注').fill('等渠道回电');
  await page.waitForTimeout(400);
  await expectAccessible(tab);
  await picture(tab, 'case-assign');
  await submit(page);
  await drawer.getByText('等渠道回电').waitFor();
  await drawer.getByRole('button', { name: '指派与备注' }).click();
  await page.getByRole('dialog').last().getByText('处理人：operator').waitFor();
  await page.getByRole('dialog').last().getByText('取消指派').click();
  await submit(page);
  const assigneeOf = async () => {
    const body = (await (await askedAs('operator', `/exceptions/${id}`)).json()) as { assignee: unknown };
    return body.assignee;
  };
  await expect.poll(assigneeOf, { timeout: 10_000 }).toBeNull();
  expect(tab.complaints).toEqual([]);
});

test('a refund that only HIS has is made from its case', async () => {
  const { id } = await openFor('SELF_REFUND', 'type=MERCHANT_ONLY&kind=REFUND');
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '自助退款', exact: true }).click();
  const due = await page.getByLabel('退款金额（元）').inputValue();
  await page.getByLabel('退款金额（元）').fill('0');
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('请输入大于零、最多两位小数的金额').waitFor();
  expect(await page.getByRole('dialog').last().innerText()).not.toContain('[object');
  await page.getByLabel('退款金额（元）').fill(due);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText(/验证码有效/).waitFor();
  await page.getByLabel('验证码', { exact: true }).fill(await codeFor('operator'));
  await page.getByLabel('备注').fill('补退患者');
  await picture(tab, 'case-self-refund');
  await submit(page);
  await drawerOf(page).getByText('补退患者').waitFor({ timeout: 20_000 });
  await drawerOf(page).getByText(`¥${due}`).first().waitFor();
  await expectNoCodes(page);
  expect(tab.complaints).toEqual([]);
});

test('a refund that was done at the channel is registered with its number', async () => {
  const { id } = await openFor('EXTERNAL_REFUND', 'type=PLATFORM_ONLY&kind=REFUND');
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '登记外部退款' }).click();
  await submit(page);
  await page.getByText('请填写渠道后台的退款单号').waitFor();
  const refundNo = `50${Date.now()}`;
  await page.getByLabel('渠道退款单号').fill(refundNo);
  await page.getByLabel('备注').fill('已在商户平台退款');
  await page.waitForTimeout(400);
  await page.getByRole('dialog').last().getByRole('button', { name: '提交' }).hover();
  await expectAccessible(tab);
  await picture(tab, 'case-external-refund');
  await submit(page);
  await drawerOf(page).getByText('已在商户平台退款').waitFor({ timeout: 20_000 });
  expect(await drawerOf(page).innerText()).toContain(refundNo);
  await expectNoCodes(page);
  expect(tab.complaints).toEqual([]);
});

test('the list is taken away line by line, as JSON', async () => {
  const tab = await logInAs('viewer', '/exceptions');
  const { page } = tab;
  await page.getByRole('button', { name: '导出' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'JSON 逐行', exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.jsonl$/);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  const listed = await openExceptions('');
  const orders = lines.map((line) => (JSON.parse(line) as { orderNo: string }).orderNo);
  expect(orders).toEqual(expect.arrayContaining(listed.map(({ orderNo }) => orderNo)));
  expect(tab.complaints).toEqual([]);
});

const DATE = '2026-01-16';

/** A bill of a day on which nothing else happened, with a row that cannot be read. */
async function bringBadBill(page: Page, name: string): Promise<void> {
  const row = (orderNo: string, amount: string) =>
    `${orderNo},42${orderNo},,PAYMENT,${amount},${DATE} 10:00:00,WECHAT,REGISTRATION,R${orderNo}`;
  const header =
    'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no';
  const text = [header, row(`${name}A`, '12.50'), row(`${name}B`, 'x')].join('\n');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '上传账单' }).click();
  await dialog.getByRole('combobox', { name: '医院' }).click();
  await page.locator('.ant-select-item-option', { hasText: 'H002' }).click();
  await dialog.getByRole('combobox', { name: '账单方' }).click();
  await page.locator('.ant-select-item-option', { hasText: '商户账单' }).last().click();
  const buffer = Buffer.from(text);
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: `${name}.csv`, mimeType: 'text/csv', buffer });
  await dialog.getByRole('button', { name: '上传', exact: true }).click();
  await dialog.getByText('有 1 行无法识别').waitFor();
}

test('rows of a bill that could not be read are listed with their reason, and off the list once somebody saw to them', async () => {
  const name = `ERR${randomUUID().slice(0, 8)}`;
  const brought = await logInAs('operator', '/bill-files?hospital=H002');
  await bringBadBill(brought.page, name);
  const tab = await logInAs('operator', '/exceptions?tab=bills&hospital=H002');
  const { page } = tab;
  const card = page.locator('.ant-card', { hasText: name });
  await card.waitFor();
  expect(await card.innerText()).toMatch(new RegExp(`${DATE}[^]*${name}B`));
  await expectNoCodes(page);
  await expectAccessible(tab);
  await picture(tab, 'bill-errors');
  await card.getByRole('button', { name: '标记已处理' }).click();
  await submit(page);
  await page.getByText('请填写备注').waitFor();
  await page.getByLabel('备注').fill('非本院业务，已核实');
  await submit(page);
  await card.waitFor({ state: 'detached' });
  const { url, tokens } = inject('system');
  const headers = { authorization: `Bearer ${tokens['operator']}` };
  const left = await fetch(`${url}/api/v1/bill-errors?merchantId=H002`, { headers });
  expect(await left.text()).not.toContain(name);
  expect(tab.complaints).toEqual([]);
});
