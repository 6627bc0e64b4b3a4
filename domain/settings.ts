import type { Json } from './canonicalJson.ts';
import type { Principal } from './principal.ts';

// What administrators set in the console, on top of the configuration's file. A value that is set there counts, until it
// is taken back; then the file's counts again.

/**
 * JSON pointers of what is set, e.g. `/merchants/H001/rules/window`; hospitals by id, not by their place in the file.
 * `/merchants/H021/id` makes a hospital that the file does not have; what else is said of it are settings like any other.
 */
export type Overlay = ReadonlyMap<string, Override>;

export type Override = {
  readonly value: Json;
  /** What the file said when it was set; null: nothing. */
  readonly fileValue: Json;
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  /** Since which it is like this. */
  readonly revision: number;
};

/** TAKE_BACK: the file's value counts again. */
export type SettingWish =
  { readonly path: string; readonly value: Json } | { readonly path: string; readonly value?: undefined };

/** One line of a difference. null: nothing is said, so that what is inherited counts. */
export type SettingDiff = {
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
  readonly fileValue: Json;
  /** What counts where nothing is said. */
  readonly inherited: Json;
  readonly takenBack: boolean;
};

/** Every change is a revision, and holds all that is set since. Nothing of it is ever changed. */
export type SettingsRevision = {
  /** 1, 2, … */
  readonly revision: number;
  /** Chosen by whoever asks: the same change sent again is the same revision. */
  readonly changeId: string;
  readonly atMs: number;
  readonly by: string;
  /** The second administrator; null: nobody had to agree. */
  readonly agreedBy: string | null;
  readonly reason: string;
  /** SHA-256 of the file that it was checked with, hex. */
  readonly fileSha256: string;
  readonly changes: readonly SettingDiff[];
  readonly overlay: Overlay;
};

export type SettingsStore = {
  /** null: nothing was ever set. */
  latest(): Promise<SettingsRevision | null>;
  byChange(changeId: string): Promise<SettingsRevision | null>;
  /** The newest first. @param before null: from the newest on */
  history(before: number | null, limit: number): Promise<readonly SettingsRevision[]>;
  append(revision: SettingsRevision): Promise<void>;
};

/**
 * NEEDS_RESTART: counts from the next start on. SHARED_NUMBER: hospitals share a number at a channel, and it is not said
 * which rows are whose. DATES_MOVE: orders of open days fall on other dates. PROVISIONAL_ONLY: what is decided stays.
 * NEXT_CLOSE: from the next close on. HOSPITAL_NEW: its events are taken in a moment, its bills are brought by hand until the
 * file names where they come from. HOSPITAL_LEAVES: later dates are not closed by themselves, and nothing is missed of them. APPROVAL_WEAKENED: less is approved by a second person. BILLS_REFUSED: bills of the
 * former number are refused. HEALING_WIDENED: more is refunded with nobody watching, to which a second administrator agrees.
 * ALERTS_OFF: something is no longer told.
 */
export const SETTING_WARNINGS = [
  'NEEDS_RESTART',
  'SHARED_NUMBER',
  'DATES_MOVE',
  'PROVISIONAL_ONLY',
  'NEXT_CLOSE',
  'APPROVAL_WEAKENED',
  'BILLS_REFUSED',
  'HEALING_WIDENED',
  'ALERTS_OFF',
  'HOSPITAL_NEW',
  'HOSPITAL_LEAVES',
] as const;
export type SettingWarning = {
  readonly code: (typeof SETTING_WARNINGS)[number];
  readonly paths: readonly string[];
  readonly detail: string;
};

export type SettingField = {
  readonly path: string;
  /** What counts; null: nothing is said of it, and `inherited` counts. */
  readonly value: Json;
  readonly inherited: Json;
  readonly fileValue: Json;
  /** null: the file counts. */
  readonly override: (Omit<Override, 'value'> & { readonly fileChanged: boolean }) | null;
};

export type HospitalSettings = {
  readonly merchantId: string;
  readonly name: string;
  readonly isv: string | null;
  readonly mode: 'THREE_WAY' | 'TWO_WAY';
  readonly channels: readonly { readonly channel: string; readonly merchantNo: string }[];
  /** null: it stays. */
  readonly lastDate: string | null;
  /** Made in the console: the file has none of its id. */
  readonly isMadeHere: boolean;
  /** How much of it is set in the console. */
  readonly overrides: number;
};

/** Why a file does not fit what is set in the console. */
export type SettingsFault = { readonly message: string; readonly messageZh: string };

export type SettingsView = {
  /** 0: nothing was ever set. */
  readonly revision: number;
  readonly file: string;
  readonly fileSha256: string;
  readonly hospitals: readonly HospitalSettings[];
  /** Of the hospital that was asked for, else of all. */
  readonly fields: readonly SettingField[];
  /** Whom alerts can be told to, by name. */
  readonly contacts: readonly string[];
  /** What is wrong with the file under what is set in the console, so that a start would be refused; null: nothing. */
  readonly fault: SettingsFault | null;
  /** Set in the console, of what the file no longer has: without effect until it has it again. */
  readonly idle: readonly string[];
};

export type SettingsChangeWish = {
  /** The revision that was looked at. */
  readonly base: number;
  readonly changes: readonly SettingWish[];
};

/** NEEDED: another administrator has to agree to it. NOBODY: one has to, and there is none who reaches all of it. */
export const SECOND_PEOPLE = ['NOT_NEEDED', 'NEEDED', 'NOBODY'] as const;

export type SettingsPreview = {
  readonly diff: readonly SettingDiff[];
  readonly warnings: readonly SettingWarning[];
  readonly second: (typeof SECOND_PEOPLE)[number];
};

/**
 * @throws DZ_SETTINGS_LOCKED, DZ_CONFIG_INVALID, DZ_SETTINGS_CHANGED, DZ_NOT_FOUND of a hospital that is not theirs;
 *   DZ_SETTINGS_SECOND of a change that another administrator has to agree to
 */
export type SettingsDesk = {
  view(principal: Principal, merchantId: string | null): Promise<SettingsView>;
  preview(principal: Principal, wish: SettingsChangeWish): Promise<SettingsPreview>;
  change(
    principal: Principal,
    wish: SettingsChangeWish & { readonly reason: string; readonly changeId: string },
  ): Promise<SettingsRevision>;
  history(principal: Principal, before: number | null, limit: number): Promise<readonly SettingsRevision[]>;
  /** The file with all that is set in it, as YAML. */
  exported(): Promise<string>;
};

/** The last step of the setting that makes a hospital, where the file has none of its id. */
export const HOSPITAL_ID = 'id';

/** Which hospital a setting makes; null: it is another setting. */
export function madeBySetting(path: string): string | null {
  const [first, merchantId, name, ...more] = stepsOf(path);
  return first === 'merchants' && name === HOSPITAL_ID && more.length === 0 ? (merchantId ?? null) : null;
}

export const NO_OVERLAY: Overlay = new Map();

/** The JSON pointer (RFC 6901) of some steps. */
export function pointerOf(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Whose setting it is; null: of all hospitals. */
export function merchantOfSetting(path: string): string | null {
  const [first, merchantId] = stepsOf(path);
  return first === 'merchants' && merchantId !== undefined ? merchantId : null;
}

/** The hospitals that somebody has to reach who decides on settings; null: all of them. */
export function hospitalsOfSettings(paths: readonly string[]): ReadonlySet<string> | null {
  const hospitals = new Set<string>();
  for (const path of paths) {
    const merchantId = madeBySetting(path) === null ? merchantOfSetting(path) : null;
    if (merchantId === null) return null;
    hospitals.add(merchantId);
  }
  return hospitals;
}
