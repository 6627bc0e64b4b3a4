import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { Principal } from '../../domain/principal.ts';
import type { SettingWish } from '../../domain/settings.ts';
import type { ListedProposal } from '../../domain/settingsProposals.ts';
import type { SettingsSystem } from './settingsHarness.ts';
import {
  adminOf,
  CAN_HEAL,
  CHEN,
  HEALING,
  LIMITS,
  OF_H001,
  startSettings,
  wishesOf,
  ZHAO,
} from './settingsHarness.ts';

let system: SettingsSystem;
beforeEach(async () => {
  system = await startSettings();
  writeFileSync(system.path, CAN_HEAL);
});
afterEach(() => system[Symbol.asyncDispose]());

type Values = Readonly<Record<string, SettingWish['value']>>;
const ON: Values = { ...LIMITS, [`${HEALING}/mode`]: 'on' };
const OF_H002: Principal = { ...OF_H001, userId: 'wu', merchants: new Set(['H002']) };
const propose = (values: Values, base = 0, who = CHEN): Promise<ListedProposal> =>
  system.proposalDesk.propose(who, { base, changes: wishesOf(values), reason: '放开', key: randomUUID() });
const answerTo = ({ proposalId }: ListedProposal) => ({ proposalId, note: '同意' });
const statesSeenBy = async (who: Principal): Promise<readonly string[]> =>
  (await system.proposalDesk.list(who, 10)).map(({ state }) => state);
const secondOf = async (values: Values, base: number): Promise<string> =>
  (await system.desk.preview(CHEN, { base, changes: wishesOf(values) })).second;
const healingNow = async () =>
  loadConfig(system.path, (await system.store.latest())?.overlay).healing.get('H001');

test('what lets the system refund more takes effect when another administrator agrees, and not before', async () => {
  expect(await secondOf(ON, 0)).toBe('NEEDED');
  await expect(system.set(CHEN, 0, ON)).rejects.toMatchObject({ code: 'DZ_SETTINGS_SECOND' });
  const proposal = await propose(ON);
  expect(proposal).toMatchObject({ state: 'OPEN', by: 'chen', base: 0, reason: '放开' });
  expect([await system.store.latest(), await healingNow()]).toEqual([null, undefined]);
  await expect(system.proposalDesk.agree(CHEN, answerTo(proposal))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_OWN',
  });
  const made = await system.proposalDesk.agree(ZHAO, answerTo(proposal));
  expect(made).toMatchObject({ revision: 1, by: 'chen', agreedBy: 'zhao', reason: '放开' });
  expect(await healingNow()).toMatchObject({ mode: 'on', perOrderFen: 20_000n });
  expect(await system.proposalDesk.list(CHEN, 10)).toMatchObject([
    { state: 'AGREED', decision: { by: 'zhao', note: '同意' } },
  ]);
  expect(await system.desk.history(CHEN, null, 10)).toMatchObject([{ by: 'chen', agreedBy: 'zhao' }]);
  // An answer that was lost on its way; the others come too late.
  expect(await system.proposalDesk.agree(ZHAO, answerTo(proposal))).toMatchObject({ revision: 1 });
  await expect(system.proposalDesk.refuse(ZHAO, answerTo(proposal))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_DECIDED',
  });
  expect((await system.store.latest())?.revision).toBe(1);
});

test('every step that widens needs a second person, and none that narrows', async () => {
  await system.widen(0, ON);
  const at = (name: string): string => `${HEALING}/${name}`;
  const wider: readonly Values[] = [
    { [at('perOrderYuan')]: '200.01' },
    { [at('dailyYuan')]: '2000.01' },
    { [at('dailyOrders')]: 21 },
    { [at('askAgainAfter')]: '4m' },
    { [at('notBefore')]: '29m' },
    { [at('perOrderYuan')]: '100', [at('dailyOrders')]: 21 },
  ];
  for (const values of wider) expect([values, await secondOf(values, 1)]).toEqual([values, 'NEEDED']);
  const narrower: readonly Values[] = [
    { [at('perOrderYuan')]: '199.99' },
    { [at('dailyOrders')]: 1 },
    { [at('notBefore')]: '2h' },
    { [at('mode')]: 'dry-run' },
    { [at('mode')]: 'off', [at('perOrderYuan')]: '300' },
    { '/defaults/approvals/from': 'never' },
  ];
  for (const values of narrower) expect([values, await secondOf(values, 1)]).toEqual([values, 'NOT_NEEDED']);
  await expect(propose({ [at('dailyOrders')]: 1 }, 1)).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_NOT_NEEDED',
  });
  // Off at once, with limits that are no longer in force; on again is another matter.
  await system.set(CHEN, 1, { [at('mode')]: 'off', [at('perOrderYuan')]: '300' });
  expect((await healingNow())?.mode).toBe('off');
  expect(await secondOf({ [at('mode')]: 'on' }, 2)).toBe('NEEDED');
});

test('the amount from which people agree is a limit of self-healing, too', async () => {
  await system.widen(0, { ...ON, '/merchants/H001/approvals/from': '100.00' });
  expect(await secondOf({ '/merchants/H001/approvals/from': '150.00' }, 1)).toBe('NEEDED');
  expect(await secondOf({ '/merchants/H001/approvals/from': '50.00' }, 1)).toBe('NOT_NEEDED');
  expect(await secondOf({ '/merchants/H002/approvals/from': '900.00' }, 1)).toBe('NOT_NEEDED');
});

test('nobody agrees to a change of other settings, or of another file, than were looked at', async () => {
  const first = await propose(ON);
  await system.set(ZHAO, 0, { '/defaults/grace': '20m' });
  await expect(system.proposalDesk.agree(ZHAO, answerTo(first))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_OUTDATED',
  });
  const second = await propose(ON, 1);
  expect(await statesSeenBy(ZHAO)).toEqual(['OPEN', 'OUTDATED']);
  writeFileSync(system.path, `# another file\n${CAN_HEAL}`);
  await expect(system.proposalDesk.agree(ZHAO, answerTo(second))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_OUTDATED',
  });
  expect(await statesSeenBy(ZHAO)).toEqual(['OUTDATED', 'OUTDATED']);
  expect([(await system.store.latest())?.revision, await healingNow()]).toEqual([1, undefined]);
  await expect(propose(ON, 0)).rejects.toMatchObject({ code: 'DZ_SETTINGS_CHANGED' });
});

test('another administrator refuses, whoever proposed it withdraws, and nothing has changed', async () => {
  const [refused, withdrawn] = [await propose(ON), await propose(ON)];
  await expect(system.proposalDesk.refuse(CHEN, answerTo(refused))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_OWN',
  });
  await expect(system.proposalDesk.withdraw(ZHAO, answerTo(withdrawn))).rejects.toMatchObject({
    code: 'DZ_FORBIDDEN',
  });
  await system.proposalDesk.refuse(ZHAO, { ...answerTo(refused), note: '限额过高' });
  await system.proposalDesk.withdraw(CHEN, answerTo(withdrawn));
  expect((await statesSeenBy(CHEN)).toSorted()).toEqual(['REFUSED', 'WITHDRAWN']);
  for (const proposal of [refused, withdrawn]) {
    await expect(system.proposalDesk.agree(ZHAO, answerTo(proposal))).rejects.toMatchObject({
      code: 'DZ_PROPOSAL_DECIDED',
    });
  }
  expect(await system.store.latest()).toBeNull();
});

test('where there is no second administrator it says so, and the file is the way', async () => {
  await system.users.save({ ...adminOf('zhao'), version: 2n, disabled: true });
  expect(await secondOf(ON, 0)).toBe('NOBODY');
  await expect(propose(ON)).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_NOBODY',
    messageZh: expect.stringContaining('在配置文件中设置'),
  });
  expect(await secondOf({ '/defaults/grace': '20m' }, 0)).toBe('NOT_NEEDED');
  // One of another hospital, and one who is no administrator, are none; one of this hospital is.
  const wu = { ...adminOf('wu'), reach: { merchants: ['H002'], isvs: [] } };
  await system.users.save(wu);
  await system.users.save({ ...adminOf('sun'), roles: ['operator', 'approver'] });
  expect(await secondOf(ON, 0)).toBe('NOBODY');
  await system.users.save({ ...wu, version: 2n, reach: { merchants: ['H001'], isvs: [] } });
  expect(await secondOf(ON, 0)).toBe('NEEDED');
  expect(await secondOf({ ...ON, '/defaults/grace': '20m' }, 0)).toBe('NOBODY');
});

test('an account that whoever proposes has just made, or changed, agrees to nothing of theirs', async () => {
  const proposal = await propose(ON);
  const made = { changedBy: 'chen', changedAtMs: Date.now() - 23 * 3_600_000 };
  await system.users.save({ ...adminOf('zhao'), version: 2n, ...made });
  await expect(system.proposalDesk.agree(ZHAO, answerTo(proposal))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_ACCOUNT',
  });
  const later = system.proposalsWith({ now: () => Date.now() + 3_600_001 });
  expect(await later.agree(ZHAO, answerTo(proposal))).toMatchObject({ agreedBy: 'zhao' });
});

test('of an agreement and a withdrawal at once one counts', async () => {
  const proposal = await propose(ON);
  const both = await Promise.allSettled([
    system.proposalDesk.agree(ZHAO, answerTo(proposal)),
    system.proposalDesk.withdraw(CHEN, answerTo(proposal)),
  ]);
  const refused = both.filter((result) => result.status === 'rejected').map(({ reason }) => reason);
  expect(refused).toEqual([
    expect.objectContaining({ code: expect.stringMatching(/^DZ_(SETTINGS_BUSY|PROPOSAL_DECIDED)$/) }),
  ]);
  const isAgreed = both[0]?.status === 'fulfilled';
  expect(await statesSeenBy(CHEN)).toEqual([isAgreed ? 'AGREED' : 'WITHDRAWN']);
  expect((await healingNow())?.mode).toBe(isAgreed ? 'on' : undefined);
});

test('a kill leaves a proposal agreed to and in force, or open and not', async () => {
  const proposal = await propose(ON);
  const before = system.proposalsWith({
    store: { ...system.store, append: () => Promise.reject(new Error('killed')) },
  });
  await expect(before.agree(ZHAO, answerTo(proposal))).rejects.toThrow('killed');
  expect([await statesSeenBy(ZHAO), await healingNow()]).toEqual([['OPEN'], undefined]);
  const between = system.proposalsWith({
    proposals: { ...system.proposals, decide: () => Promise.reject(new Error('killed')) },
  });
  await expect(between.agree(ZHAO, answerTo(proposal))).rejects.toThrow('killed');
  expect(await system.proposalDesk.list(CHEN, 10)).toMatchObject([
    { state: 'AGREED', decision: { by: 'zhao' } },
  ]);
  expect((await healingNow())?.mode).toBe('on');
  await expect(system.proposalDesk.withdraw(CHEN, answerTo(proposal))).rejects.toMatchObject({
    code: 'DZ_PROPOSAL_DECIDED',
  });
  expect((await system.store.latest())?.revision).toBe(1);
});

test('a proposal is there for those who reach all of it', async () => {
  const [own, mixed] = [await propose(ON), await propose({ ...ON, '/defaults/grace': '20m' })];
  expect(await statesSeenBy(OF_H002)).toEqual([]);
  expect((await system.proposalDesk.list(OF_H001, 10)).map(({ proposalId }) => proposalId)).toEqual([
    own.proposalId,
  ]);
  for (const [who, proposal] of [
    [OF_H002, own],
    [OF_H001, mixed],
  ] as const) {
    await expect(system.proposalDesk.agree(who, answerTo(proposal))).rejects.toMatchObject({
      code: 'DZ_NOT_FOUND',
    });
  }
  await expect(propose(ON, 0, OF_H002)).rejects.toMatchObject({ code: 'DZ_NOT_FOUND' });
  expect(await system.proposalDesk.agree(OF_H001, answerTo(own))).toMatchObject({ agreedBy: 'li' });
});

test('a proposal whose answer was lost is the same one when it is sent again', async () => {
  const wish = { base: 0, changes: wishesOf(ON), reason: '放开', key: 'k' };
  const { proposalId } = await system.proposalDesk.propose(CHEN, wish);
  expect(await system.proposalDesk.propose(CHEN, wish)).toMatchObject({ proposalId, state: 'OPEN' });
  await expect(
    system.proposalDesk.propose(CHEN, { ...wish, changes: wishesOf({ ...ON, '/defaults/grace': '20m' }) }),
  ).rejects.toMatchObject({ code: 'DZ_IDEMPOTENCY_KEY_USED' });
  // The key is one's own.
  expect((await system.proposalDesk.propose(ZHAO, wish)).proposalId).not.toBe(proposalId);
  expect(await statesSeenBy(CHEN)).toEqual(['OPEN', 'OPEN']);
});

test('while the file does not fit, no limit of self-healing is moved by one person', async () => {
  await system.widen(0, { ...ON, '/alerts/routes': [{ steps: [{ to: ['chief'] }] }] });
  writeFileSync(system.path, CAN_HEAL.replace(/ {4}chief.*\n/, ''));
  const repaired = { '/alerts/routes': undefined };
  expect(await secondOf(repaired, 1)).toBe('NOT_NEEDED');
  expect(await secondOf({ ...repaired, [`${HEALING}/dailyOrders`]: 1 }, 1)).toBe('NEEDED');
  expect(await secondOf({ ...repaired, [`${HEALING}/mode`]: 'off' }, 1)).toBe('NOT_NEEDED');
});
