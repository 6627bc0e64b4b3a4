import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickHouseSettings } from '../../adapters/clickhouse/settings.ts';
import { clickHouseProposals } from '../../adapters/clickhouse/settingsProposals.ts';
import { LiveConfig } from '../../adapters/config/liveConfig.ts';
import type { ProposalDeskParts } from '../../adapters/config/proposalDesk.ts';
import { proposalDesk } from '../../adapters/config/proposalDesk.ts';
import type { SettingsDeskParts } from '../../adapters/config/settingsBasis.ts';
import { settingsDesk } from '../../adapters/config/settingsDesk.ts';
import { settingsLock } from '../../adapters/redis/settingsLock.ts';
import { clickHouseUsers } from '../../adapters/clickhouse/users.ts';
import type { Users } from '../../domain/accessPorts.ts';
import type { User } from '../../domain/user.ts';
import { otherAdmins } from '../../people/otherAdmins.ts';
import type { Principal } from '../../domain/principal.ts';
import type { SettingsDesk, SettingsRevision, SettingsStore, SettingWish } from '../../domain/settings.ts';
import type { ProposalDesk, ProposalStore } from '../../domain/settingsProposals.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { startCloseSystem } from '../integration/closeHarness.ts';

export const CONFIG = `# 示例
defaults:
  window: 5m # one-sided after this long
  approvals: { from: '500.00' }
schedule:
  at: '12:00'
alerts:
  contacts:
    duty: { type: wecom, keyEnv: DUTY }
    chief: { type: wecom, keyEnv: CHIEF }
  routes:
    - steps: [{ to: [duty] }]
merchants:
  - id: H001
    name: 甲医院
    channels:
      WECHAT: '1900000001' # mchid
      ALIPAY: '2088000000000001'
  - id: H002
    name: 乙医院
    isv: yuntai
    rules: { window: 7m }
    channels: { WECHAT: '1900000002' }
`;

/** The first hospital may refund by itself, as far as the file goes. */
export const CAN_HEAL = CONFIG.replace(
  "    channels:\n      WECHAT: '1900000001' # mchid\n",
  `    sources: { hdp: { url: 'http://127.0.0.1:9', keyId: front, keyFile: hdp.key } }
    refunds: { upp: { url: 'http://127.0.0.1:9', keyId: upp, keyFile: upp.key } }
    channels:
      WECHAT: '1900000001' # mchid
`,
);
export const HEALING = '/merchants/H001/selfHealing';
export const LIMITS = {
  [`${HEALING}/perOrderYuan`]: '200',
  [`${HEALING}/dailyYuan`]: '2000',
  [`${HEALING}/dailyOrders`]: 20,
};

export const CHEN: Principal = { userId: 'chen', roles: new Set(['admin']), merchants: null };
export const ZHAO: Principal = { userId: 'zhao', roles: new Set(['admin']), merchants: null };
export const OF_H001: Principal = {
  userId: 'li',
  roles: new Set(['admin']),
  merchants: new Set(['H001']),
};

export type SettingsSystem = AsyncDisposable & {
  readonly close: CloseSystem;
  readonly path: string;
  readonly store: SettingsStore;
  readonly desk: SettingsDesk;
  deskWith(store: SettingsStore): SettingsDesk;
  readonly proposals: ProposalStore;
  readonly proposalDesk: ProposalDesk;
  proposalsWith(more: Partial<ProposalDeskParts>): ProposalDesk;
  /** One proposes it, and another one agrees. */
  widen(base: number, values: Readonly<Record<string, SettingWish['value']>>): Promise<SettingsRevision>;
  readonly users: Users;
  set(
    who: Principal,
    base: number,
    values: Readonly<Record<string, SettingWish['value']>>,
  ): Promise<SettingsRevision>;
};

/** Of all hospitals, and there for long. */
export function adminOf(userId: string): User {
  const long = Date.UTC(2026, 0, 1);
  return {
    userId,
    name: userId,
    passwordHash: '',
    roles: ['admin'],
    reach: null,
    disabled: false,
    sealedTotp: '',
    version: 1n,
    createdBy: 'root',
    createdAtMs: long,
    changedBy: 'root',
    changedAtMs: long,
  };
}

/** Settings in a real ledger and Redis, over a file of their own. */
export async function startSettings(): Promise<SettingsSystem> {
  const close = await startCloseSystem();
  const path = join(close.dataDir, 'duizhang.config.yaml');
  writeFileSync(path, CONFIG);
  const live = new LiveConfig(path, { onLoaded: () => undefined, onRefused: () => undefined });
  const users = clickHouseUsers(close.client);
  const { merchants } = live.config;
  for (const { userId } of [CHEN, ZHAO]) await users.save(adminOf(userId));
  const partsWith = (store: SettingsStore): SettingsDeskParts => ({
    path,
    store,
    whileHeld: settingsLock(close.redis),
    needsRestart: (next) => live.needsRestart(next),
    otherAdmins: otherAdmins({ users, merchants, demo: [], hasProvider: false }),
    onChanged: () => Promise.resolve(),
    now: Date.now,
  });
  const store = clickHouseSettings(close.client);
  const desk = settingsDesk(partsWith(store));
  const proposals = clickHouseProposals(close.client);
  const proposalsWith = (more: Partial<ProposalDeskParts>): ProposalDesk =>
    proposalDesk({ ...partsWith(store), proposals, ...more });
  const waiting = proposalsWith({});
  return {
    close,
    path,
    store,
    desk,
    deskWith: (other) => settingsDesk(partsWith(other)),
    proposals,
    proposalDesk: waiting,
    proposalsWith,
    users,
    set: (who, base, values) =>
      desk.change(who, { base, changes: wishesOf(values), reason: '测试', changeId: randomUUID() }),
    async widen(base, values) {
      const wish = { base, changes: wishesOf(values), reason: '测试', key: randomUUID() };
      const { proposalId } = await waiting.propose(CHEN, wish);
      return waiting.agree(ZHAO, { proposalId, note: '' });
    },
    [Symbol.asyncDispose]: () => close[Symbol.asyncDispose](),
  };
}

export function wishesOf(values: Readonly<Record<string, SettingWish['value']>>): readonly SettingWish[] {
  return Object.entries(values).map(([path, value]) => (value === undefined ? { path } : { path, value }));
}
