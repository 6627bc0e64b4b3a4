import { DuizhangError } from '../../domain/errors.ts';
import { CAUSE_DEFECTS } from './causes.ts';
import { CORRUPTION_DEFECTS } from './corruption.ts';
import type { Defect, PlantedCause } from './defect.ts';
import { MIDNIGHT_DEFECTS } from './midnight.ts';
import { PRESENCE_DEFECTS } from './presence.ts';
import { REPEATED_PAYMENT_DEFECTS } from './repeatedPayments.ts';
import { REVERSAL_DEFECTS } from './reversals.ts';
import { SPAN_DEFECTS } from './spans.ts';

/** Those of an ordinary day. */
export const DEFECTS: readonly Defect[] = [
  ...PRESENCE_DEFECTS,
  ...REPEATED_PAYMENT_DEFECTS,
  ...REVERSAL_DEFECTS,
  ...MIDNIGHT_DEFECTS,
  ...CORRUPTION_DEFECTS,
];

/** Planted only by name: days that do not ask for them stay as they are. */
export const ASKED_DEFECTS: readonly Defect[] = CAUSE_DEFECTS;
export { SPAN_DEFECTS };

const ALL: readonly Defect[] = [...DEFECTS, ...ASKED_DEFECTS, ...SPAN_DEFECTS];
const CAUSES: ReadonlyMap<string, PlantedCause | undefined> = new Map(
  ALL.map(({ name, cause }) => [name, cause]),
);

/** Why a planted defect's books differ; null where nothing was said of it. */
export function plantedCauseOf(defect: string | null): PlantedCause | null {
  return (defect === null ? null : CAUSES.get(defect)) ?? null;
}

/** From so many orders on every defect appears. */
const FULL_DAY_ORDERS = 200;

/** How many of each defect a day has when nobody says: a share of the orders. */
export function defaultDefects(orders: number, times = 1): Readonly<Record<string, number>> {
  const every = Math.ceil(FULL_DAY_ORDERS / Math.max(orders, 1));
  const counts = DEFECTS.map(({ name, perThousand }, index) => {
    const least = index % every === 0 ? 1 : 0;
    return [name, Math.round(Math.max(Math.round((orders * perThousand) / 1_000), least) * times)];
  });
  return Object.fromEntries(counts);
}

/**
 * Reads `none`, a number that multiplies the defaults, or `name=3,other=1`.
 * @throws DZ_BAD_DEFECTS listing what there is
 */
export function parseDefects(spec: string, orders: number): Readonly<Record<string, number>> {
  const text = spec.trim();
  if (text === 'none') return {};
  if (/^\d+(\.\d+)?$/.test(text)) return defaultDefects(orders, Number(text));
  const counts = text.split(',').map((item) => {
    const match = /^\s*([a-z-]+)\s*=\s*(\d{1,6})\s*$/.exec(item);
    if (!match) throw badDefects(`"${item}" is not name=count`);
    return [match[1] ?? '', Number(match[2])] as const;
  });
  const asked = Object.fromEntries(counts);
  checkDefects(asked);
  return asked;
}

/** @throws DZ_BAD_DEFECTS for a name that no defect has */
export function checkDefects(asked: Readonly<Record<string, number>>): void {
  const names = new Set(ALL.map(({ name }) => name));
  const unknown = Object.keys(asked).find((name) => !names.has(name));
  if (unknown !== undefined) throw badDefects(`there is no defect "${unknown}"`);
}

function badDefects(why: string): DuizhangError {
  const names = ALL.map(({ name }) => name).join(', ');
  return new DuizhangError(
    'DZ_BAD_DEFECTS',
    `${why}; write none, a number that multiplies the defaults, or name=count,… with: ${names}`,
  );
}
