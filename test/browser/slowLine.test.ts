import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { logInAs, useBrowser } from './browser.ts';
import { drawerOf, openException, stakeOf } from './caseHelp.ts';

// A slow line: whatever takes long says so, is done once however often it is pressed, and goes on while one looks at other
// pages, which tell how it came out.

useBrowser();

const PATIENT = { timeout: 60_000 };

/** From now on the page's line has 400 ms of latency and 50 kB/s. */
async function slowDown(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Network.enable');
  const bytesPerSecond = 50_000;
  await devTools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

/** How often the page sent such a request. */
function sentBy(page: Page, method: string, path: RegExp): () => number {
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === method && path.test(new URL(request.url()).pathname)) sent += 1;
  });
  return () => sent;
}

/** Within the page, as a link would: a reload is a new login. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
}

function largeBill(): Buffer {
  const own = randomUUID().slice(0, 8);
  const rows = Array.from(
    { length: 3_000 },
    (_, i) => `S${own}${i},42${own}${i},,PAYMENT,12.50,2026-01-16 10:00:00,WECHAT,REGISTRATION,R${own}${i}`,
  );
  return Buffer.from(
    [
      'order_no,channel_txn_no,refund_no,kind,amount,occurred_at,channel,business_type,his_order_no',
      ...rows,
    ].join('\n'),
  );
}

test('a bill is sent once, tells how far it is, and what became of it wherever one is by then', async () => {
  const tab = await logInAs('operator', '/bill-files?hospital=H001');
  const { page } = tab;
  const sent = sentBy(page, 'POST', /bill-files/);
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: '上传账单' }).click();
  await dialog.getByRole('combobox', { name: '账单方' }).click();
  await page.locator('.ant-select-item-option', { hasText: '商户账单' }).last().click();
  const file = { name: 'large.csv', mimeType: 'text/csv', buffer: largeBill() };
  await dialog.locator('input[type=file]').setInputFiles(file);
  await slowDown(page);
  await dialog.getByRole('button', { name: '上传', exact: true }).dblclick();
  await dialog.getByText(/正在上传 \d+%/).waitFor();
  await page.keyboard.press('Escape');
  await goTo(page, '/alerts');
  await page.locator('.ant-notification').getByText('正在上传：large.csv').waitFor(PATIENT);
  await page.locator('.ant-notification').getByText('large.csv：账单已导入').waitFor(PATIENT);
  expect(sent()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('a day is run once, and whoever comes back while it runs sees that it does', async () => {
  const tab = await logInAs('operator', '/three-way?hospital=H002');
  const { page } = tab;
  const sent = sentBy(page, 'POST', /reconciliations$/);
  const open = page.getByRole('button', { name: '对账', exact: true });
  await open.click();
  const dialog = page.getByRole('dialog');
  await page.route('**/api/v1/reconciliations', async (route) => {
    if (route.request().method() === 'POST') await page.waitForTimeout(4_000);
    await route.continue();
  });
  await slowDown(page);
  await dialog.getByRole('button', { name: '对账', exact: true }).dblclick();
  await page
    .locator('.ant-notification')
    .getByText(/正在对账：人民示范医院/)
    .waitFor();
  await goTo(page, '/alerts');
  await page.getByRole('heading', { level: 1, name: '告警' }).waitFor(PATIENT);
  await goTo(page, '/three-way?hospital=H002');
  await page.locator('button.ant-btn-loading', { hasText: '对账' }).waitFor(PATIENT);
  await page
    .locator('.ant-notification')
    .getByText(/人民示范医院 \S+ 对账完成/)
    .waitFor(PATIENT);
  expect(sent()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('a list is taken away once, says how much has come, and goes on on another page', async () => {
  const tab = await logInAs('operator', '/exceptions');
  const { page } = tab;
  const sent = sentBy(page, 'GET', /exports/);
  await page.locator('.ant-table-row').first().waitFor();
  await slowDown(page);
  await page.getByRole('button', { name: /导\s?出/ }).click();
  const saved = page.waitForEvent('download', PATIENT);
  await page.getByText('CSV 文本').dblclick();
  await page
    .locator('.ant-notification')
    .getByText(/正在(准备|下载)：/)
    .first()
    .waitFor(PATIENT);
  await goTo(page, '/alerts');
  await saved;
  await page
    .locator('.ant-notification')
    .getByText(/已下载：/)
    .waitFor(PATIENT);
  expect(sent()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('an approval is sent once however often it is pressed', async () => {
  const { id, orderNo } = await openException('type=AMOUNT_MISMATCH', (item) => stakeOf(item) >= 50_000);
  const { page: asker } = await logInAs('operator', `/?case=${id}`);
  await drawerOf(asker).getByRole('button', { name: '平账' }).click();
  await asker.getByLabel('备注').fill('大额差异已核实');
  await slowDown(asker);
  const asked = sentBy(asker, 'POST', /write-off/);
  await asker
    .getByRole('dialog')
    .last()
    .getByRole('button', { name: /^提 ?交$/ })
    .dblclick();
  await drawerOf(asker).getByText('待审批').first().waitFor(PATIENT);
  expect(asked()).toBe(1);
  const tab = await logInAs('approver', '/approvals');
  const row = tab.page.locator('.ant-table-row', { hasText: orderNo });
  await row.getByRole('button', { name: '驳回' }).click();
  const dialog = tab.page.getByRole('dialog').last();
  await dialog.getByLabel('理由').fill('请补充依据');
  const sent = sentBy(tab.page, 'POST', /actions/);
  await slowDown(tab.page);
  await dialog.getByRole('button', { name: /^驳 ?回$/ }).dblclick();
  await row.waitFor({ state: 'detached', ...PATIENT });
  expect(sent()).toBe(1);
  expect(tab.complaints).toEqual([]);
});

test('where an answer does not come in time, it is said what may have happened and what to do', async () => {
  const { page } = await logInAs('operator', '/three-way?hospital=H002');
  await page.route('**/api/v1/reconciliations', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 504, contentType: 'text/html', body: '<h1>Gateway Time-out</h1>' })
      : route.continue(),
  );
  await page.getByRole('button', { name: '对账', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: '对账', exact: true }).click();
  await page.getByText('服务器没有及时答复（504）；操作可能已完成，请刷新核对后再重试').waitFor(PATIENT);
});
