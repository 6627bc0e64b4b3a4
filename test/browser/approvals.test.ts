import { expect, test } from 'vitest';
import {
  expectAccessible,
  expectListFits,
  expectNoSideScroll,
  logInAs,
  picture,
  SIZES,
  useBrowser,
} from './browser.ts';
import { drawerOf, expectNoCodes, openException, stakeOf, submit } from './caseHelp.ts';

// Two people in two tabs: one asks, another decides.

useBrowser();

async function askFor(caseId: string) {
  const tab = await logInAs('operator', `/?case=${caseId}`);
  const { page } = tab;
  await drawerOf(page).getByRole('button', { name: '平账' }).click();
  await page.getByText(/提交后需他人审批/).waitFor();
  await page.getByLabel('备注').fill('大额差异已核实');
  await submit(page);
  await drawerOf(page).getByText('待审批').first().waitFor();
  return tab;
}

test('a large write-off waits for another person, who agrees or sends it back', async () => {
  const { id, orderNo } = await openException('type=AMOUNT_MISMATCH', (item) => stakeOf(item) >= 50_000);
  const asker = await askFor(id);
  await asker.page.goto('about:blank');

  const own = await logInAs('operator', '/approvals');
  const ownRow = own.page.locator('.ant-table-row', { hasText: orderNo });
  await ownRow.getByText('只有审批人可以审批').waitFor();
  expect(await ownRow.getByRole('button', { name: '通过' }).isDisabled()).toBe(true);

  const tab = await logInAs('approver', '/approvals');
  const { page } = tab;
  const row = page.locator('.ant-table-row', { hasText: orderNo });
  await row.waitFor();
  await expectNoCodes(page);
  await expectNoSideScroll(tab);
  await expectAccessible(tab);
  await picture(tab, 'approvals');
  await expectListFits(tab);
  await page.setViewportSize(SIZES.tablet);
  await expectListFits(tab);
  await row.getByRole('button', { name: '驳回' }).click();
  const dialog = page.getByRole('dialog').last();
  await dialog.getByRole('button', { name: '驳回' }).click();
  await dialog.getByText('请填写驳回理由').waitFor();
  await dialog.getByLabel('理由').fill('请补充依据');
  await dialog.getByRole('button', { name: '驳回' }).click();
  await row.waitFor({ state: 'detached' });

  await askFor(id);
  const again = await logInAs('approver', '/approvals');
  const rowAgain = again.page.locator('.ant-table-row', { hasText: orderNo });
  await rowAgain.getByRole('button', { name: '通过' }).click();
  await again.page.getByRole('dialog').last().getByRole('button', { name: '通过' }).click();
  await rowAgain.waitFor({ state: 'detached' });
  expect([...tab.complaints, ...own.complaints, ...again.complaints]).toEqual([]);
});
