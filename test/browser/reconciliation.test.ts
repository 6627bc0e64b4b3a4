import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { readWorkbook } from '../workbook.ts';
import { expectAccessible, expectNoSideScroll, logInAs, picture, useBrowser } from './browser.ts';
import type { Tab } from './browser.ts';
import { savedBy } from './savedFile.ts';

// 三方对账 and 两方对账: from the list of runs to one order, to a file, to a verified certificate, and to another run.

useBrowser();

/** For a machine that has other work. */
const PATIENT = { timeout: 20_000 } as const;

type Run = { readonly id: string; readonly businessDate: string; readonly outcome: string };

/** The hospital's run with exceptions that counts. */
async function runOf(merchantId: string): Promise<Run> {
  const { url, tokens } = inject('system');
  const answer = await fetch(`${url}/api/v1/reconciliations?mode=THREE_WAY&merchantId=${merchantId}`, {
    headers: { authorization: `Bearer ${tokens['viewer']}` },
  });
  const { items }: { items: readonly Run[] } = JSON.parse(await answer.text());
  const found = items.find(({ outcome }) => outcome === 'UNBALANCED');
  if (!found) throw new Error(`the demo has no run of ${merchantId} with exceptions`);
  return found;
}

async function choose(page: Page, button: string, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Without what the mouse lights up. */
async function lookAt(tab: Tab, name: string): Promise<void> {
  await tab.page.mouse.move(0, 0);
  await tab.page.waitForTimeout(400);
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, name);
}

test('a day is found by hospital and date, and its result says what is open and what is settled', async () => {
  const { businessDate, id } = await runOf('H001');
  const tab = await logInAs('operator', '/three-way');
  const { page } = tab;
  const row = page.locator('.ant-table-row', { hasText: businessDate }).filter({ hasText: '异常' }).first();
  await row.waitFor();
  expect(await row.innerText()).toContain('当前');
  await lookAt(tab, 'records');
  // The state is the address: a colleague's link shows the same.
  const linked = await logInAs('viewer', `/three-way?hospital=H001&from=${businessDate}&to=${businessDate}`);
  await linked.page.locator('.ant-table-row').first().waitFor();
  const rows = await linked.page.locator('.ant-table-row').allInnerTexts();
  expect(rows.every((text) => text.includes(businessDate))).toBe(true);
  await linked.page.locator(`a[href*="${id}"]`).click();
  await linked.page.getByRole('heading', { name: new RegExp(`三方对账 · .* · ${businessDate}`) }).waitFor();
  const pending = linked.page.locator('[data-figure=pending]');
  await pending.getByText('待处理异常').waitFor();
  await expect.poll(() => pending.innerText(), PATIENT).toMatch(/待处理 \d+ · 处理中 \d+ · 待审批 \d+/);
  await lookAt(linked, 'run');
  // Who only looks on may not run it again, and is told so.
  expect(await linked.page.getByRole('button', { name: '重新对账' }).isDisabled()).toBe(true);
  expect([...tab.complaints, ...linked.complaints]).toEqual([]);
});

test('exceptions are filtered, sorted, searched, and lead to where they are worked on', async () => {
  const { id } = await runOf('H001');
  const tab = await logInAs('operator', `/three-way/${id}`);
  const { page } = tab;
  const rows = page.locator('.ant-table-row');
  await rows.first().waitFor();
  await page.getByRole('columnheader', { name: '渠道账单' }).click();
  await page.getByRole('columnheader', { name: '渠道账单' }).click();
  const amounts = (await rows.locator('td:nth-child(7), .ant-table-cell:nth-child(7)').allInnerTexts())
    .filter((text) => text.startsWith('¥'))
    .map((text) => Number(text.replaceAll(/[¥,]/g, '')));
  expect(amounts.length).toBeGreaterThan(3);
  expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
  await page.getByRole('combobox', { name: '异常类型' }).click();
  await page.locator('.ant-select-item-option', { hasText: '渠道单边' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('type'), PATIENT).toBe('CHANNEL_ONLY');
  await expect
    .poll(async () => (await rows.allInnerTexts()).every((text) => text.includes('渠道单边')), PATIENT)
    .toBe(true);
  const orderNo = (await rows.first().locator('.dz-id').getAttribute('title')) ?? '';
  await page.getByLabel('订单号、退款单号或 HIS 单号').fill(orderNo);
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count(), PATIENT).toBe(1);
  await page.getByText('已处理', { exact: true }).last().click();
  await page.getByText('没有符合条件的异常').waitFor();
  await page.getByText('待处理', { exact: true }).first().click();
  await rows.first().click();
  await page.waitForURL(/[?&]case=[0-9a-f]{32}/);
  expect(tab.complaints).toEqual([]);
});

test('the result is broken down by verdict and channel, and adds up to what the books hold', async () => {
  const { id } = await runOf('H001');
  const tab = await logInAs('viewer', `/three-way/${id}?tab=breakdown`);
  const { page } = tab;
  await page.locator('.ant-table-row', { hasText: '一致' }).first().waitFor();
  await page.locator('.ant-table-row', { hasText: '渠道账单' }).first().waitFor();
  await lookAt(tab, 'breakdown');
  expect(tab.complaints).toEqual([]);
});

test('who may only look is offered to look, and no two filters sound alike', async () => {
  const { id } = await runOf('H001');
  const { page } = await logInAs('auditor', `/three-way/${id}`);
  const row = page.locator('.ant-table-row').first();
  await row.getByText('查看', { exact: true }).waitFor();
  expect(await row.getByText('处理', { exact: true }).count()).toBe(0);
  await page.getByRole('combobox', { name: '交易类型' }).waitFor();
  expect(await page.getByRole('combobox', { name: '类型', exact: true }).count()).toBe(0);
});

test('a certificate is verified in the browser, and one that was tampered with is shown as such', async () => {
  const { id } = await runOf('H001');
  const tab = await logInAs('auditor', `/three-way/${id}?tab=certificate`);
  const { page } = tab;
  const verify = page.getByRole('button', { name: '验证凭证' });
  await verify.click();
  await page.locator('[data-verification=HOLDS]').waitFor();
  for (const check of ['form', 'signature', 'conservation', 'run']) {
    expect(await page.locator(`[data-check=${check}]`).getAttribute('data-state')).toBe('HOLDS');
  }
  await lookAt(tab, 'certificate');
  const { bytes } = await savedBy(page, () => page.getByRole('button', { name: '下载凭证' }).click());
  // A fen more of one book, as somebody on the way might have it.
  const forged = bytes
    .toString()
    .replace(/"paymentFen":"(\d+)"/, (_, fen) => `"paymentFen":"${BigInt(fen) + 1n}"`);
  await page.route('**/certificate', (route) =>
    route.fulfill({ contentType: 'application/json', body: forged }),
  );
  await verify.click();
  await page.locator('[data-verification=FAILS]').waitFor();
  expect(await page.locator('[data-check=signature]').getAttribute('data-state')).toBe('FAILS');
  await lookAt(tab, 'certificate-forged');
  await page.unroute('**/certificate');
  // The same file from a disk, and a file that is none.
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/json', buffer });
  const chooser = page.locator('input[type=file]');
  await chooser.setInputFiles(file('certificate.json', bytes));
  await page.locator('[data-verification=HOLDS]').waitFor();
  await chooser.setInputFiles(file('other.json', Buffer.from('{}')));
  await page.locator('[data-check=form][data-state=FAILS]').waitFor();
  expect(tab.complaints).toEqual([]);
});

test('statements and exports are files that hold what the page says', async () => {
  const { id, businessDate } = await runOf('H002');
  const tab = await logInAs('viewer', `/three-way/${id}`);
  const { page } = tab;
  await page.locator('.ant-table-row').first().waitFor();
  const figure = page.locator('[data-figure=pending] .dz-number');
  await figure.filter({ hasText: /^[\d,]+$/ }).waitFor();
  const shown = Number((await figure.innerText()).replaceAll(',', ''));
  const exported = await savedBy(page, () => choose(page, '导出明细', '异常明细 · CSV'));
  expect(exported.name).toMatch(/\.csv$/);
  const lines = exported.bytes
    .toString()
    .split('\r\n')
    .filter((line) => line.startsWith('H002'));
  expect(lines).toHaveLength(shown);
  await page.getByText(`已下载：${exported.name}`).waitFor();
  const sheetFile = await savedBy(page, () => choose(page, '导出明细', '对账明细 · XLSX'));
  const sheets = await readWorkbook(sheetFile.bytes);
  const cells = sheets.flatMap((sheet) => [...sheet.cells.values()]);
  expect(cells).toContain('对账结果');
  expect(cells).toContain(id);
  const daily = await savedBy(page, () => choose(page, '对账报表', '日报 · 网页'));
  expect(daily.bytes.toString()).toContain(businessDate);
  const monthly = await savedBy(page, () => choose(page, '对账报表', '月报 · Excel'));
  expect((await readWorkbook(monthly.bytes)).length).toBeGreaterThan(1);
  const records = await savedBy(page, async () => {
    await page.getByRole('link', { name: '返回列表' }).click();
    await choose(page, '导出记录', 'CSV');
  });
  expect(records.bytes.toString()).toContain(id);
  expect(tab.complaints).toEqual([]);
});

test('a day is run again: the new result is told wherever one is, and the former says that it was replaced', async () => {
  const { id } = await runOf('H002');
  const tab = await logInAs('operator', `/three-way/${id}`);
  const { page } = tab;
  await page.getByRole('button', { name: '重新对账' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('原因').fill('渠道补发账单');
  await dialog.getByRole('button', { name: '重新对账' }).click();
  await page.getByText(/正在对账：/).waitFor();
  // Long work can be left.
  await page.getByRole('menuitem', { name: '账单下载' }).click();
  await page.getByText(/对账完成：/).waitFor({ timeout: 40_000 });
  await page.getByRole('button', { name: '查看' }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/three-way/') && !url.pathname.endsWith(id));
  await page.getByText('当前', { exact: true }).waitFor();
  expect(await page.locator('#content').innerText()).toContain('operator');
  const former = await logInAs('operator', `/three-way/${id}`);
  await former.page.getByText('已被替代').first().waitFor();
  await former.page.getByText('该结果已被替代或未发布').waitFor();
  await former.page.getByRole('tab', { name: '对账凭证' }).click();
  await former.page.getByRole('button', { name: '验证凭证' }).click();
  await former.page.locator('[data-verification=HOLDS]').waitFor();
  expect([...tab.complaints, ...former.complaints]).toEqual([]);
});

test('where nobody is compared two-way the page says what to connect', async () => {
  const tab = await logInAs('viewer', '/two-way');
  await tab.page.getByText('还没有对账记录').waitFor();
  await tab.page.getByText('未对接 HIS 的医院在配置中设为两方对账').waitFor();
  await expectNoSideScroll(tab);
  await picture(tab, 'two-way-empty');
  await tab.page.getByRole('link', { name: '去账单下载' }).click();
  await tab.page.getByRole('heading', { name: '账单下载' }).waitFor();
  expect(tab.complaints).toEqual([]);
});

test('a run that is not there is told, with the way back', async () => {
  const tab = await logInAs('viewer', '/three-way/none');
  await tab.page.getByRole('alert').first().waitFor();
  await tab.page.getByRole('link', { name: '返回列表' }).click();
  await tab.page.locator('.ant-table-row').first().waitFor();
  expect(tab.complaints).toEqual([]);
});
