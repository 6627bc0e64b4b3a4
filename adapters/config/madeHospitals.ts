import { DuizhangError } from '../../domain/errors.ts';
import type { Overlay, SettingWish } from '../../domain/settings.ts';
import { madeBySetting } from '../../domain/settings.ts';
import { placeIn, withOverlay } from './overlay.ts';

type Stands = { readonly file: string; readonly document: unknown; readonly overlay: Overlay };

/**
 * Hospitals are made once, by their own id, and never taken away: their days would belong to nobody.
 * @throws DZ_CONFIG_INVALID, DZ_SETTINGS_LOCKED
 */
export function checkHospitals(wishes: readonly SettingWish[], { file, document, overlay }: Stands): void {
  const merged = withOverlay(document, overlay);
  for (const { path, value } of wishes) {
    const made = madeBySetting(path);
    if (made === null) continue;
    if (value === undefined) {
      // The file has it by now, and what it says counts again.
      if (placeIn(document, path) !== null) continue;
      throw new DuizhangError(
        'DZ_SETTINGS_LOCKED',
        `${made} stands in no file and cannot be taken away: its days stay; give it a lastDate, after which none is closed`,
        { messageZh: '在此新增的医院不能删除，其账务须保留；请改为停用' },
      );
    }
    if (placeIn(merged, path) !== null)
      throw wrong(`${file}: there is ${made} already`, `医院编号 ${made} 已存在`);
    if (value !== made)
      throw wrong(`${path} has to say the id that it names, "${made}"`, '医院编号与路径不一致');
  }
}

function wrong(message: string, messageZh: string): DuizhangError {
  return new DuizhangError('DZ_CONFIG_INVALID', message, { messageZh: `设置无效：${messageZh}` });
}
