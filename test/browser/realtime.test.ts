import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { readRunFile } from '../../adapters/process/runFile.ts';
import { partOf } from '../integration/startHarness.ts';
import {
  expectAccessible,
  expectListFits,
  expectNoSideScroll,
  logInAs,
  picture,
  SIZES,
  useBrowser,
} from './browser.ts';
import { booking, payment, sendEvents } from './events.ts';

// 实时对账: verdicts as they happen.

useBrowser();

const newOrder = (): string => `RT${randomUUID().slice(0, 8)}`;
const justNow = (): number => Date.now() - 1_000;

async function pay(merchantId: string, orderNo: string, hisFen = 2500): Promise<void> {
  const atMs = justNow();
  await sendEvents([payment(merchantId, orderNo, atMs)]);
  await sendEvents([booking(merchantId, orderNo, atMs, hisFen)]);
}

test('verdicts appear while events come, an exception is told and heals', async () => {
  const tab = await logInAs('operator', '/realtime');
  const { page } = tab;
  await page.getByText('暂无新判定').waitFor();
  await page.locator('[data-live=LIVE]').waitFor();
  await page.waitForTimeout(1_000);
  const [matched, wrong] = [newOrder(), newOrder()];
  await pay('H001', matched);
  const row = page.locator('.ant-table-row', { hasText: matched });
  await row.waitFor({ timeout: 20_000 });
  expect(await row.innerText()).toMatch(/一致.*暂定.*¥25\.00/s);
  await pay('H002', wrong, 1_500);
  await page
    .locator('.ant-table-row', { hasText: wrong })
    .filter({ hasText: '金额不匹配' })
    .waitFor({ timeout: 20_000 });
  // HIS books the rest on a second receipt: together they are the payment.
  await sendEvents([
    { ...booking('H002', wrong, justNow(), 1_000), eventId: `h2-${wrong}`, hisOrderNo: `S${wrong}` },
  ]);
  const healed = page.locator('.ant-table-row', { hasText: wrong }).filter({ hasText: '一致' });
  await healed.waitFor({ timeout: 20_000 });
  expect(await healed.innerText()).toMatch(/\d+ 秒/);
  expect(await page.locator('[data-figure=healed]').innerText()).toMatch(/自行对平\s*1/);
  await page.mouse.move(0, 0);
  await expectAccessible(tab);
  await expectNoSideScroll(tab);
  await picture(tab, 'realtime');
  await expectListFits(tab);
  await page.setViewportSize(SIZES.tablet);
  await expectListFits(tab);
  await page.getByText('已对平', { exact: true }).first().click();
  await expect.poll(() => page.locator('.ant-table-row').count(), { timeout: 20_000 }).toBe(1);
  await expect.poll(() => new URL(page.url()).searchParams.get('show'), { timeout: 20_000 }).toBe('HEALED');
  expect(tab.complaints).toEqual([]);
});

test('paused nothing moves and what came is counted; it comes when it goes on', async () => {
  const tab = await logInAs('viewer', '/realtime?hospital=H001');
  const { page } = tab;
  await page.locator('[data-live=LIVE]').waitFor();
  await page.waitForTimeout(1_000);
  await page.getByRole('button', { name: '暂停' }).click();
  const [own, other] = [newOrder(), newOrder()];
  await pay('H002', other);
  await pay('H001', own);
  await expect
    .poll(() => page.getByTestId('pace').innerText(), { timeout: 20_000 })
    .toBe('已暂停，其间新增 1 条');
  expect(await page.locator('.ant-table-row').count()).toBe(0);
  await page.getByRole('button', { name: '继续' }).click();
  await page.locator('.ant-table-row', { hasText: own }).waitFor();
  // Of the hospital that is looked at alone.
  expect(await page.locator('.ant-table-row', { hasText: other }).count()).toBe(0);
  expect(tab.complaints).toEqual([]);
});

test('a lost connection is said, and verdicts go on when it is back', async () => {
  const tab = await logInAs('operator', '/realtime');
  const { page } = tab;
  await page.locator('[data-live=LIVE]').waitFor();
  await page.waitForTimeout(1_000);
  const before = newOrder();
  await pay('H001', before);
  await page.locator('.ant-table-row', { hasText: before }).waitFor({ timeout: 20_000 });
  const { pid } = readRunFile(inject('system').dataDir);
  const api = partOf(pid, 'api/main.ts');
  if (!api) throw new Error('the system has no API process');
  process.kill(api.pid, 'SIGKILL');
  await page.getByTestId('verdicts-lost').waitFor();
  await picture(tab, 'realtime-lost');
  // The supervisor starts another one.
  await page.getByTestId('verdicts-lost').waitFor({ state: 'detached', timeout: 40_000 });
  const meanwhile = newOrder();
  await pay('H001', meanwhile);
  await page.locator('.ant-table-row', { hasText: meanwhile }).waitFor({ timeout: 20_000 });
});
