import { createHash, randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import { savedBy } from './savedFile.ts';

// 账单下载: what is on record, its bytes, and another bill.

useBrowser();

const DATE = '2026-01-15';
/** A bill of a day on which nothing else happened. */
const billOf = (orderNo: string, amount = '12.50'): Buffer =>
  Buffer.from(
    [
      'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
      `${orderNo},42${orderNo},,PAYMENT,${amount},${DATE} 10:00:00,WECHAT,REGISTRATION,R${orderNo}`,
    ].join('\n'),
  );

async function upload(page: Page, name: string, buffer: Buffer): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: '医院' }).click();
  await page.locator('.ant-select-item-option', { hasText: 'H001' }).click();
  await dialog.getByRole('combobox', { name: '账单方' }).click();
  await page.locator('.ant-select-item-option', { hasText: '商户账单' }).last().click();
  await dialog.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer });
  await dialog.getByRole('button', { name: '上传', exact: true }).click();
}

test('a bill comes as it was received, byte for byte', async () => {
  const tab = await logInAs('viewer', '/bill-files?hospital=H001&book=CHANNEL');
  const { page } = tab;
  const row = page.locator('.ant-table-row').first();
  await row.waitFor();
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, 'bill-files');
  await row.click();
  const drawer = page.getByRole('dialog');
  const sha256 = await drawer.locator('.dz-id').getAttribute('title');
  await page.waitForTimeout(400);
  await picture(tab, 'bill');
  const saved = await savedBy(page, () => drawer.getByRole('button', { name: /下载/ }).click());
  expect(createHash('sha256').update(saved.bytes).digest('hex')).toBe(sha256);
  await drawer.getByText(saved.name).waitFor();
  expect(await page.getByRole('button', { name: '上传账单' }).isDisabled()).toBe(true);
  expect(tab.complaints).toEqual([]);
});

test('a bill is brought, known again, and another for its place takes over', async () => {
  const tab = await logInAs('operator', '/bill-files?hospital=H001');
  const { page } = tab;
  const dialog = page.getByRole('dialog');
  const orderNo = `UP${randomUUID().slice(0, 8)}`;
  await page.getByRole('button', { name: '上传账单' }).click();
  await dialog.getByRole('button', { name: '上传', exact: true }).click();
  await dialog.getByText('请选择账单方').waitFor();
  await page.waitForTimeout(400);
  await picture(tab, 'bill-upload');
  await upload(page, `${orderNo}.csv`, billOf(orderNo));
  await dialog.locator('[data-upload=imported]').waitFor();
  expect(await dialog.innerText()).toMatch(/2026-01-15 · 商户账单.*¥12\.50/s);
  await dialog.getByRole('button', { name: '继续上传' }).click();
  await upload(page, 'again.csv', billOf(orderNo));
  await dialog.locator('[data-upload=known]').waitFor();
  await dialog.getByRole('button', { name: '继续上传' }).click();
  await upload(page, `${orderNo}-2.csv`, billOf(orderNo, '13.00'));
  await dialog.locator('[data-upload=imported]').waitFor();
  await page.keyboard.press('Escape');
  const listed = await logInAs('operator', `/bill-files?hospital=H001&from=${DATE}&to=${DATE}`);
  const rows = listed.page.locator('.ant-table-row');
  await rows.first().waitFor();
  const texts = await rows.allInnerTexts();
  expect(texts.find((text) => text.includes('13.00'))).toContain('生效');
  expect(texts.find((text) => text.includes('12.50'))).toContain('已被替代');
  expect(tab.complaints).toEqual([]);
});

test('a bill that is none, or of another day, is refused with the reason in words', async () => {
  const tab = await logInAs('admin', '/bill-files?hospital=H001');
  const { page } = tab;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '上传账单' }).click();
  await upload(page, 'note.csv', Buffer.from('这不是账单'));
  const refused = dialog.locator('[data-upload=refused]');
  await refused.waitFor();
  expect(await refused.innerText()).toMatch(/账单被拒绝，未导入.*[\u4e00-\u9fff]{6,}.*DZ_BILL_/s);
  await picture(tab, 'bill-refused');
  expect(tab.complaints).toEqual([]);
});

test('rows that could not be read are counted and told one by one', async () => {
  const tab = await logInAs('operator', '/bill-files?hospital=H001');
  const { page } = tab;
  const orderNo = `BAD${randomUUID().slice(0, 8)}`;
  await page.getByRole('button', { name: '上传账单' }).click();
  const good = billOf(orderNo).toString();
  await upload(page, 'rows.csv', Buffer.from(`${good}\n${good.split('\n')[1]?.replace('12.50', 'x')}`));
  const dialog = page.getByRole('dialog');
  await dialog.getByText('有 1 行无法识别').waitFor();
  expect(await dialog.innerText()).toMatch(/第 3 行/);
  // What nobody has handled makes the day fail: this day is over with it.
  await bringWhole(page, orderNo);
  expect(tab.complaints).toEqual([]);
});

test('of a bill whose rows were all seen to nothing is warned of any more', async () => {
  const tab = await logInAs('viewer', '/bill-files?book=CHANNEL');
  const { page } = tab;
  const asked = page.waitForResponse(/bill-errors/);
  await page
    .locator('.ant-table-row', { has: page.locator('.ant-typography-danger') })
    .first()
    .click();
  await asked;
  const drawer = page.getByRole('dialog');
  await drawer.getByText('错误行').waitFor();
  await expect.poll(() => drawer.locator('.ant-spin-spinning').count()).toBe(0);
  expect(await drawer.getByText('无法识别').count()).toBe(0);
  expect(tab.complaints).toEqual([]);
});

/** A whole bill again in the place of the bad one. */
async function bringWhole(page: Page, orderNo: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '继续上传' }).click();
  await upload(page, 'whole.csv', billOf(orderNo, '14.00'));
  await dialog.locator('[data-upload=imported]').waitFor();
}
