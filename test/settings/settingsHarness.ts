import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickHouseSettings } from '../../adapters/clickhouse/settings.ts';
import { LiveConfig } from '../../adapters/config/liveConfig.ts';
import { settingsDesk } from '../../adapters/config/settingsDesk.ts';
import { settingsLock } from '../../adapters/redis/settingsLock.ts';
import type { Principal } from '../../domain/principal.ts';
import type { SettingsDesk, SettingsRevision, SettingsStore, SettingWish } from '../../domain/settings.ts';
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
  set(
    who: Principal,
    base: number,
    values: Readonly<Record<string, SettingWish['value']>>,
  ): Promise<SettingsRevision>;
};

/** Settings in a real ledger and Redis, over a file of their own. */
export async function startSettings(): Promise<SettingsSystem> {
  const close = await startCloseSystem();
  const path = join(close.dataDir, 'duizhang.config.yaml');
  writeFileSync(path, CONFIG);
  const live = new LiveConfig(path, { onLoaded: () => undefined, onRefused: () => undefined });
  const deskWith = (store: SettingsStore) =>
    settingsDesk({
      path,
      store,
      whileHeld: settingsLock(close.redis),
      needsRestart: (next) => live.needsRestart(next),
      onChanged: () => Promise.resolve(),
      now: Date.now,
    });
  const store = clickHouseSettings(close.client);
  const desk = deskWith(store);
  return {
    close,
    path,
    store,
    desk,
    deskWith,
    set: (who, base, values) =>
      desk.change(who, { base, changes: wishesOf(values), reason: '测试', changeId: randomUUID() }),
    [Symbol.asyncDispose]: () => close[Symbol.asyncDispose](),
  };
}

export function wishesOf(values: Readonly<Record<string, SettingWish['value']>>): readonly SettingWish[] {
  return Object.entries(values).map(([path, value]) => (value === undefined ? { path } : { path, value }));
}
