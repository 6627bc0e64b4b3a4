import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Principal } from '../../domain/principal.ts';
import { mayReach } from '../../domain/principal.ts';
import type { HospitalSettings, Override, SettingField, SettingsView } from '../../domain/settings.ts';
import { merchantOfSetting, pointerOf } from '../../domain/settings.ts';
import { placeIn, saidAt, withOverlay } from './overlay.ts';
import { globalPaths, hospitalPaths } from './settingPaths.ts';
import type { SettingsBasis } from './settingsPlan.ts';
import { configOrFile, inheritedAt, notThere } from './settingsPlan.ts';

/** What counts, where it comes from, and what the file says of it. @throws DZ_NOT_FOUND of a hospital that is not there */
export function viewOf(
  { path, text, overlay }: Pick<SettingsBasis, 'path' | 'text' | 'overlay'>,
  principal: Principal,
  merchantId: string | null,
): Omit<SettingsView, 'revision' | 'file' | 'fileSha256'> {
  const document: unknown = parse(text);
  const merged = withOverlay(document, overlay);
  const { config, fault } = configOrFile(path, text, overlay);
  if (merchantId !== null && (!mayReach(principal, merchantId) || !config.merchants.has(merchantId)))
    throw notThere();
  const paths = merchantId === null ? globalPaths(config.alerts !== null) : hospitalPaths(merchantId);
  const mayShow = (of: string): boolean => {
    const whose = merchantOfSetting(of);
    return whose === null ? principal.merchants === null : mayReach(principal, whose);
  };
  const fields = paths.filter(mayShow).map((each): SettingField => {
    const set = overlay.get(each);
    const fileValue = saidAt(document, each);
    return {
      path: each,
      value: saidAt(merged, each),
      inherited: inheritedAt(merged, each),
      fileValue,
      override: set ? overrideOf(set, !isDeepStrictEqual(set.fileValue, fileValue)) : null,
    };
  });
  const counts = Map.groupBy(overlay.keys(), (each) => merchantOfSetting(each) ?? '');
  const own = [...config.merchants.values()].filter((merchant) => mayReach(principal, merchant.merchantId));
  return {
    fields,
    fault,
    hospitals: own.map((merchant): HospitalSettings => ({
      merchantId: merchant.merchantId,
      name: merchant.name,
      isv: merchant.isv ?? null,
      mode: merchant.mode,
      channels: merchant.channels.map(({ channel, merchantNo }) => ({ channel, merchantNo })),
      lastDate: merchant.lastDate ?? null,
      isMadeHere: placeIn(document, pointerOf(['merchants', merchant.merchantId])) === null,
      overrides: counts.get(merchant.merchantId)?.length ?? 0,
    })),
    contacts: principal.merchants === null ? [...(config.alerts?.contacts.keys() ?? [])] : [],
    idle: [...overlay.keys()].filter((each) => mayShow(each) && placeIn(merged, each) === null),
  };
}

function overrideOf(set: Override, fileChanged: boolean): NonNullable<SettingField['override']> {
  const { fileValue, by, atMs, reason, revision } = set;
  return { fileValue, by, atMs, reason, revision, fileChanged };
}
