import { expect, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import { codeFor, drawerOf, expectNoCodes, openException, stakeOf, submit } from './caseHelp.ts';

// The life of a case by clicking, in the drawer that opens over any page.

useBrowser();

/** 1 × 1. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('an exception shows its three books, what differs, where it came from, and what may be done', async () => {
  const { id, orderNo } = await openException('type=DUPLICATE');
  const tab = await logInAs('operator', `/?case=${id}`);
  const drawer = drawerOf(tab.page);
  await drawer.getByRole('heading', { name: '各方账单' }).waitFor();
  expect(await drawer.getByText(orderNo).count()).toBeGreaterThanOrEqual(3);
  await drawer
    .getByText(/账单 \S+ 第 \d+ 行/)
    .first()
    .waitFor();
  await drawer
    .getByText(/事件 payments\/\d+ 第 \d+ 条/)
    .first()
    .waitFor();
  expect(await drawer.getByText('差异', { exact: true }).count()).toBeGreaterThan(0);
  expect(await drawer.getByRole('button', { name: '补差' }).isDisabled()).toBe(true);
  await drawer.getByText(/补差.*：此类异常不支持该操作/).waitFor();
  await expectNoCodes(tab.page);
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, 'case');
  await tab.page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  expect(new URL(tab.page.url()).searchParams.has('case')).toBe(false);
  expect(tab.complaints).toEqual([]);
});

test('a payment that HIS lacks is refunded with a code, and the case is settled', async () => {
  const { id } = await openException('type=CHANNEL_ONLY&kind=PAYMENT', (item) => {
    return !item.possiblyCrossDay && stakeOf(item) < 50_000;
  });
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '退款', exact: true }).click();
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText(/验证码有效，剩余 4:\d\d/).waitFor();
  await expectAccessible(tab);
  await picture(tab, 'case-refund');
  await page.getByLabel('备注').fill('HIS 未入账,已联系患者');
  await page.getByLabel('验证码', { exact: true }).fill('000000');
  await submit(page);
  await page.getByRole('dialog').last().getByRole('alert').filter({ hasText: '错误代码' }).waitFor();
  await page.getByLabel('验证码', { exact: true }).fill(await codeFor('operator'));
  await submit(page);
  await drawerOf(page).getByText('已处理').first().waitFor({ timeout: 20_000 });
  // A part of it may have been refunded by its number before.
  await drawerOf(page).getByText('退款结果').first().waitFor();
  await expectNoCodes(page);
  await picture(tab, 'case-refunded');
  expect(tab.complaints).toEqual([]);
});

test('a difference is written off with a reason', async () => {
  const { id } = await openException('type=AMOUNT_MISMATCH', (item) => stakeOf(item) < 50_000);
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '平账' }).click();
  await submit(page);
  await page.getByText('请填写备注').waitFor();
  await page.getByLabel('备注').fill('窗口已更正');
  await submit(page);
  await drawerOf(page).getByText('已通过平账处理').first().waitFor();
  await drawerOf(page).getByText('窗口已更正').waitFor();
  expect(await drawerOf(page).getByRole('button', { name: '平账' }).isDisabled()).toBe(true);
  expect(tab.complaints).toEqual([]);
});

test('what is missing is made up for, with a proof that is seen before it is sent and can be taken back out', async () => {
  const item = await openException('type=MERCHANT_ONLY&kind=PAYMENT', (each) => {
    return !each.possiblyCrossDay && stakeOf(each) < 50_000;
  });
  const { id } = item;
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '补差' }).click();
  const dialog = page.getByRole('dialog').last();
  const sum = `¥${(stakeOf(item) / 100).toFixed(2)}`;
  const sums = await dialog.getByRole('table').innerText();
  expect(sums.replaceAll(/\s+/g, ' ')).toContain(`应补差额 ${sum} 补差后仍差 ¥0.00`);
  await dialog.getByLabel('补差方式').click();
  await page.getByTitle('现金', { exact: true }).click();
  await dialog.getByLabel('备注').fill('窗口现金补收');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: '收据.png', mimeType: 'image/png', buffer: PNG });
  await dialog.getByLabel('预览 收据.png').waitFor();
  await page.locator('.ant-select-dropdown').waitFor({ state: 'hidden' });
  await expectAccessible(tab);
  await picture(tab, 'case-supplement');
  await submit(page);
  await drawerOf(page).getByText('已通过补差处理').first().waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    drawerOf(page)
      .getByRole('button', { name: /查看凭证/ })
      .click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^proof-[0-9a-f]+\.png$/);
  expect(tab.complaints).toEqual([]);
});

test('near midnight a person has to say on which day it belongs', async () => {
  const { id } = await openException('type=CHANNEL_ONLY&kind=PAYMENT', (item) => item.possiblyCrossDay);
  const tab = await logInAs('operator', `/?case=${id}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '退款', exact: true }).click();
  await page.getByText(/须相邻日期已完成日结/).waitFor();
  await page
    .getByRole('dialog')
    .last()
    .getByRole('button', { name: /取 ?消/ })
    .click();
  await drawerOf(page).getByRole('button', { name: '平账' }).click();
  await page.getByLabel('备注').fill('次日账单已到');
  await submit(page);
  await page.getByText('请先核实并勾选').waitFor();
  await page.getByRole('checkbox', { name: /隔日账/ }).check();
  await picture(tab, 'case-cross-day');
  await submit(page);
  await drawerOf(page)
    .getByText(/已通过平账处理|等待他人审批/)
    .first()
    .waitFor();
  expect(tab.complaints).toEqual([]);
});

test('a viewer sees everything and is told why nothing can be pressed', async () => {
  const { id } = await openException('type=PLATFORM_MISSING');
  const tab = await logInAs('viewer', `/?case=${id}`, { theme: 'dark', language: 'en' });
  const drawer = drawerOf(tab.page);
  await drawer.getByText(/Only operators act on exceptions/).waitFor();
  expect(await drawer.getByRole('button', { name: 'Write off' }).isDisabled()).toBe(true);
  await expectAccessible(tab);
  await picture(tab, 'case-viewer');
  expect(tab.complaints).toEqual([]);
});
