import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Json } from '../../domain/canonicalJson.ts';
import type { Overlay, Override, SettingDiff, SettingWish } from '../../domain/settings.ts';

// The form of settings in the ledger and in the copy that lies in the data folder.

const AnyJson = Type.Unsafe<Json>({});
const OverrideSchema = Type.Object({
  path: Type.String(),
  value: AnyJson,
  fileValue: AnyJson,
  by: Type.String(),
  atMs: Type.Number(),
  reason: Type.String(),
  revision: Type.Integer(),
});
const DiffSchema = Type.Object({
  path: Type.String(),
  before: AnyJson,
  after: AnyJson,
  fileValue: AnyJson,
  inherited: AnyJson,
  takenBack: Type.Boolean(),
});
export const SettingsNowSchema = Type.Object({
  revision: Type.Integer(),
  changeId: Type.String(),
  overlay: Type.Array(OverrideSchema),
});

const isOverlay = Compile(Type.Array(OverrideSchema));
const isWishes = Compile(Type.Array(Type.Object({ path: Type.String(), value: Type.Optional(AnyJson) })));
const isDiff = Compile(Type.Array(DiffSchema));

export function overlayJson(overlay: Overlay): Static<typeof SettingsNowSchema>['overlay'] {
  return Array.from(overlay, ([path, override]) => ({ path, ...override }));
}

export function overlayOf(rows: Static<typeof SettingsNowSchema>['overlay']): Overlay {
  return new Map(rows.map(({ path, ...override }): [string, Override] => [path, override]));
}

/** @throws where it is none that we wrote */
export function readOverlay(text: string): Overlay {
  const value: unknown = JSON.parse(text);
  if (!isOverlay.Check(value)) throw new Error('a row of settings is not as this version writes it');
  return overlayOf(value);
}

/** @throws as above */
export function readDiff(text: string): readonly SettingDiff[] {
  const value: unknown = JSON.parse(text);
  if (!isDiff.Check(value)) throw new Error('a row of settings is not as this version writes it');
  return value;
}

/** @throws as above */
export function readWishes(text: string): readonly SettingWish[] {
  const value: unknown = JSON.parse(text);
  if (!isWishes.Check(value)) throw new Error('a row of proposals is not as this version writes it');
  return value.map(({ path, value: said }) => (said === undefined ? { path } : { path, value: said }));
}
