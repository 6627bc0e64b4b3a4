import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import { askedAs, codeFor, drawerOf, expectNoCodes, openException, stakeOf, submit } from './caseHelp.ts';

useBrowser();

test('the list is filtered by its address, opens a case, and its filters are kept under a name', async () => {
  const tab = await logInAs('operator', '/exceptions?type=DUPLICATE');
  const { page } = tab;
  const rows = page.locator('.ant-table-row');
  await rows.first().waitFor();
  const types = await rows.locator('.ant-tag').allInnerTexts();
  expect(types).toContain('重复支付');
  expect(types).not.toContain('金额不匹配');
  await expectNoCodes(page);
  await page.getByRole('button', { name: '常用条件' }).click();
  await page.getByLabel('名称').fill('重复的');
  await page.getByRole('button', { name: '保存当前条件' }).click();
  await page.getByRole('button', { name: '清空条件' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.has('type')).toBe(false);
  await page.getByRole('button', { name: '常用条件' }).click();
  await page.getByRole('button', { name: '重复的', exact: true }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('type')).toBe('DUPLICATE');
  await page.keyboard.press('Escape');
  await rows.first().click();
  await drawerOf(page).getByRole('heading', { name: '各方账单' }).waitFor();
  expect(tab.complaints).toEqual([]);
});

test('a channel narrows the list, and whoever finds nothing is told what to do', async () => {
  const tab = await logInAs('viewer', '/exceptions?channel=ALIPAY&kind=PAYMENT');
  const { page } = tab;
  await page.locator('.ant-table-row').first().waitFor();
  const text = await page.locator('.ant-table-body, .ant-table-tbody-virtual').first().innerText();
  expect(text).toMatch(/支付\s+支付宝/);
  expect(text).not.toContain('微信');
  await page.getByText('只有操作员可以批量平账').waitFor();
  await page.getByLabel('订单号、退款单号或 HIS 单号').fill('NONE');
  await page.keyboard.press('Enter');
  await page.getByText(/没有符合条件的数据/).waitFor();
  expect(tab.complaints).toEqual([]);
});

test('a click on a book orders the whole list by its amounts, and the address says so', async () => {
  const tab = await logInAs('viewer', '/exceptions');
  const { page } = tab;
  const rows = page.locator('.ant-table-row');
  await rows.first().waitFor();
  const header = page.getByRole('columnheader', { name: '商户账单' });
  const amounts = async (): Promise<readonly number[]> => {
    const texts = await rows.evaluateAll((all) =>
      all.map((row) => row.querySelectorAll('.dz-money').item(0)?.textContent ?? ''),
    );
    return texts.map((text) => Number(text.replaceAll(/[¥,]/g, '')));
  };
  const listed = await askedAs('viewer', '/exceptions?limit=500');
  const { items } = (await listed.json()) as { readonly items: readonly { merchantFen: string | null }[] };
  const all = items.map(({ merchantFen }) => Number(merchantFen ?? '0') / 100);
  for (const [sort, first] of [
    ['-merchantFen', Math.max(...all)],
    ['merchantFen', Math.min(...all.filter((yuan) => yuan > 0))],
  ] as const) {
    await header.click();
    await expect.poll(() => new URL(page.url()).searchParams.get('sort')).toBe(sort);
    await expect.poll(async () => (await amounts())[0]).toBe(first);
    expect(await header.getAttribute('aria-sort')).toBe(sort.startsWith('-') ? 'descending' : 'ascending');
  }
  await header.click();
  await expect.poll(() => new URL(page.url()).searchParams.has('sort')).toBe(false);
  expect(tab.complaints).toEqual([]);
});

test.each([
  ['small', 'light', 'zh'],
  ['large', 'dark', 'zh'],
  ['narrow', 'light', 'en'],
] as const)('the page fits a %s screen, %s, in %s', async (size, theme, language) => {
  const tab = await logInAs('operator', '/exceptions', { size, theme, language });
  await tab.page.locator('.ant-table-row').first().waitFor();
  await expectNoCodes(tab.page);
  await expectNoSideScroll(tab);
  await picture(tab, 'exceptions');
  await expectAccessible(tab);
  expect(tab.complaints).toEqual([]);
});

test('the list is taken away as a file that opens', async () => {
  const tab = await logInAs('viewer', '/exceptions');
  const { page } = tab;
  for (const [name, ending] of [
    ['CSV 文本', 'csv'],
    ['Excel 表格', 'xlsx'],
  ] as const) {
    await page.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name, exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${ending}$`));
    const bytes = await readFile(await file.path());
    if (ending === 'xlsx') expect(bytes.subarray(0, 2).toString()).toBe('PK');
    else expect(bytes.toString()).toContain('异常类型');
  }
  expect(tab.complaints).toEqual([]);
});

test('of several hospitals the sum of each is shown before they are written off, and that of all', async () => {
  const { page } = await logInAs('operator', '/exceptions?status=OPEN&type=DUPLICATE');
  const rows = page.locator('.ant-table-row');
  await rows.first().waitFor();
  for (const name of ['协和示范医院', '人民示范医院']) {
    await rows.filter({ hasText: name }).first().locator('.ant-checkbox-input').check();
  }
  await page.getByRole('button', { name: '批量平账' }).click();
  const text = await page.getByRole('dialog').last().innerText();
  const [first = 0, second = 0] = ['协和示范医院', '人民示范医院'].map((name) =>
    fenAfter(text, new RegExp(`${name} 1 笔\\s+¥([\\d,.]+)`)),
  );
  expect(first + second).toBe(fenAfter(text, /合计金额\s+¥([\d,.]+)/));
  expect(first).toBeGreaterThan(0);
});

function fenAfter(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1]?.replaceAll(/[,.]/g, ''));
}

test('several are written off at once, each with its own result', async () => {
  const tab = await logInAs('operator', '/exceptions?status=OPEN&hospital=H002');
  const { page } = tab;
  const boxes = page.locator('.ant-table-row .ant-checkbox-input');
  await boxes.first().waitFor();
  await page.getByText('请先勾选要平账的异常').waitFor();
  for (const index of [0, 1, 2]) await boxes.nth(index).check();
  await page.getByRole('button', { name: '批量平账' }).click();
  const dialog = page.getByRole('dialog').last();
  await dialog.getByLabel('备注').fill('月末核对');
  await picture(tab, 'exceptions-bulk');
  await expectAccessible(tab);
  await submit(page);
  await dialog.getByText(/提交 \d 条，未成功 \d 条/).waitFor();
  await expectNoCodes(page);
  expect(tab.complaints).toEqual([]);
});

test('an order is refunded by its number', async () => {
  const { orderNo, merchantId } = await openException('type=CHANNEL_ONLY&kind=PAYMENT', (item) => {
    return !item.possiblyCrossDay && stakeOf(item) < 50_000;
  });
  const tab = await logInAs('operator', `/exceptions?tab=refund&hospital=${merchantId}`);
  const { page } = tab;
  await page.getByLabel('订单号').fill(orderNo);
  await page.getByRole('button', { name: '查询订单' }).click();
  await page.getByRole('button', { name: '申请退款' }).click();
  await page.getByLabel('退款金额（元）').fill('1.00');
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText(/验证码有效/).waitFor();
  await page.getByLabel('验证码', { exact: true }).fill(await codeFor('operator'));
  await page.getByLabel('备注').fill('患者退号');
  await submit(page);
  await page.getByText('¥1.00 · 成功').waitFor({ timeout: 20_000 });
  await expectAccessible(tab);
  await picture(tab, 'exceptions-refund');
  expect(tab.complaints).toEqual([]);
});

test('going back to another order, the form says the order that is shown', async () => {
  const { page } = await logInAs('operator', '/exceptions?tab=refund&hospital=H001&order=ONE');
  const order = page.locator('#content input.dz-id');
  await page.locator('#content').getByText('记录不存在。请核对编号').waitFor();
  await order.fill('TWO');
  await page.getByRole('button', { name: '查询订单' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('order')).toBe('TWO');
  expect(await order.inputValue()).toBe('TWO');
  await page.goBack();
  await expect.poll(() => order.inputValue()).toBe('ONE');
});
