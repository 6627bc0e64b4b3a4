import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Json } from '../../domain/canonicalJson.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { mayReach } from '../../domain/principal.ts';
import type {
  Overlay,
  Override,
  SettingDiff,
  SettingsFault,
  SettingsPreview,
  SettingWish,
} from '../../domain/settings.ts';
import { madeBySetting, merchantOfSetting, NO_OVERLAY } from '../../domain/settings.ts';
import type { Config } from './loadConfig.ts';
import { configOfText } from './loadConfig.ts';
import { checkHospitals } from './madeHospitals.ts';
import { placeIn, saidAt, withOverlay } from './overlay.ts';
import { inheritedFrom, mayBeSet, programDefault } from './settingPaths.ts';
import { settingWarnings, widenedHealing } from './settingWarnings.ts';

export type SettingsBasis = {
  /** Of the file, and its text. */
  readonly path: string;
  readonly text: string;
  readonly overlay: Overlay;
  readonly needsRestart: (next: Config) => readonly string[];
};

export type SettingsPlan = Omit<SettingsPreview, 'second'> & {
  /** Whether another administrator has to agree. */
  readonly needsSecond: boolean;
  readonly overlayWith: (about: Pick<Override, 'by' | 'atMs' | 'reason' | 'revision'>) => Overlay;
};

/**
 * What a change comes to, checked as the file itself is.
 * @throws DZ_SETTINGS_LOCKED, DZ_SETTINGS_SAME, DZ_CONFIG_INVALID, DZ_FORBIDDEN, DZ_NOT_FOUND
 */
export function planSettings(
  { path: file, text, overlay, needsRestart }: SettingsBasis,
  principal: Principal,
  wishes: readonly SettingWish[],
): SettingsPlan {
  const document: unknown = parse(text);
  checkWishes(wishes, principal);
  const changed = wishes.filter((wish) => {
    const set = overlay.get(wish.path);
    return wish.value === undefined ? set !== undefined : !isDeepStrictEqual(set?.value, wish.value);
  });
  checkHospitals(changed, { file, document, overlay });
  if (changed.length === 0) {
    throw new DuizhangError('DZ_SETTINGS_SAME', 'nothing changes: all of it stands like this already', {
      messageZh: '没有任何变化',
    });
  }
  const overlayWith: SettingsPlan['overlayWith'] = (about) => {
    const next = new Map(overlay);
    for (const { path, value } of changed) {
      if (value === undefined) next.delete(path);
      else next.set(path, { ...about, value, fileValue: saidAt(document, path) });
    }
    return next;
  };
  const trial = overlayWith({ by: principal.userId, atMs: 0, reason: '', revision: 0 });
  const [mergedBefore, mergedAfter] = [withOverlay(document, overlay), withOverlay(document, trial)];
  const missing = changed.find(
    ({ path, value }) => value !== undefined && placeIn(mergedAfter, path) === null,
  );
  if (missing) throw notThere();
  const { config: before, fault } = configOrFile(file, text, overlay);
  const after = checkedConfig(file, text, trial);
  const diff = changed.map(({ path, value }): SettingDiff => ({
    path,
    before: saidAt(mergedBefore, path),
    after: saidAt(mergedAfter, path),
    fileValue: saidAt(document, path),
    inherited: inheritedAt(mergedAfter, path),
    takenBack: value === undefined,
  }));
  return {
    diff,
    warnings: settingWarnings({ before, after, diff, needsRestart: needsRestart(after) }),
    // Under a fault nobody can tell what counted before: whatever then moves a limit is taken for more.
    needsSecond: fault === null ? widenedHealing({ before, after }).length > 0 : movesLimits(diff, after),
    overlayWith,
  };
}

function movesLimits(diff: readonly SettingDiff[], { healing }: Config): boolean {
  const isOn = [...healing.values()].some(({ mode }) => mode === 'on');
  return isOn && diff.some(({ path }) => /\/(selfHealing|approvals)\//.test(path));
}

/** What counts where a setting says nothing. */
export function inheritedAt(document: unknown, path: string): Json {
  const from = inheritedFrom(path);
  const [said, program] = [from === null ? null : saidAt(document, from), programDefault(path)];
  // Of a rule with parts those that are not said count as the program has them.
  return isFields(said) && isFields(program) ? { ...program, ...said } : (said ?? program);
}

function isFields(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** With what is set in the console; where the file no longer fits that, without. @throws DZ_CONFIG_INVALID of the file alone */
export function configOrFile(
  file: string,
  text: string,
  overlay: Overlay,
): { readonly config: Config; readonly fault: SettingsFault | null } {
  try {
    return { config: configOfText(file, text, overlay), fault: null };
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    return { config: fileAlone(file, text), fault: faultOf(error) };
  }
}

function faultOf({ message, messageZh, details }: DuizhangError): SettingsFault {
  const setBy = details['setBy'] ?? null;
  const said = messageZh ?? '配置文件与此处的设置不符';
  return { message, messageZh: setBy === null ? said : `${said}（由 ${String(setBy)} 设置）` };
}

function checkedConfig(file: string, text: string, overlay: Overlay): Config {
  try {
    return configOfText(file, text, overlay);
  } catch (error) {
    if (!(error instanceof DuizhangError) || error.code !== 'DZ_CONFIG_INVALID') throw error;
    fileAlone(file, text);
    throw error;
  }
}

/** Where the file itself is wrong, nothing that is set on top of it is to blame. */
function fileAlone(file: string, text: string): Config {
  try {
    return configOfText(file, text, NO_OVERLAY);
  } catch (error) {
    if (!(error instanceof DuizhangError)) throw error;
    const messageZh = `配置文件本身有误，请先更正：${error.message}`;
    throw new DuizhangError(error.code, error.message, { cause: error, messageZh });
  }
}

function checkWishes(wishes: readonly SettingWish[], principal: Principal): void {
  const seen = new Set<string>();
  for (const { path } of wishes) {
    if (seen.has(path)) {
      throw new DuizhangError('DZ_BAD_REQUEST', `${path} stands twice`, { messageZh: '同一项不能修改两次' });
    }
    seen.add(path);
    if (!mayBeSet(path)) {
      throw new DuizhangError(
        'DZ_SETTINGS_LOCKED',
        `${path} cannot be set here; what can be is listed by GET /api/v1/settings, the rest stands in the file`,
        { messageZh: '该项只能在配置文件中修改' },
      );
    }
    const merchantId = merchantOfSetting(path);
    if (merchantId !== null && !mayReach(principal, merchantId)) throw notThere();
    const isOfAll = merchantId === null || madeBySetting(path) !== null;
    if (isOfAll && principal.merchants !== null) {
      throw new DuizhangError(
        'DZ_FORBIDDEN',
        'what holds for all hospitals is changed, and a hospital added, by whoever reaches all of them',
        {
          messageZh: '全局设置与新增医院须由可管理全部医院的管理员操作',
        },
      );
    }
  }
}

export function notThere(): DuizhangError {
  return new DuizhangError('DZ_NOT_FOUND', 'there is no such hospital in the configuration', {
    messageZh: '配置中没有该医院',
  });
}
