import type { Random } from './random.ts';

/** Arrivals by hour of the day: the registration rush of the morning, a smaller one after lunch, few at night. */
const ARRIVALS = [3, 2, 2, 2, 3, 8, 25, 70, 120, 130, 115, 75, 35, 55, 80, 75, 55, 35, 22, 18, 14, 9, 6, 4];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The first seconds of a day belong to orders that are planned around midnight. */
const EARLIEST_MS = 10_000;

/** Milliseconds into the day, with at least `beforeEndMs` of it left. */
export function timeOfDay(random: Random, beforeEndMs: number): number {
  const latest = DAY_MS - beforeEndMs;
  const open = ARRIVALS.filter((_, hour) => hour * HOUR_MS < latest);
  const hour = random.weighted(open);
  const from = Math.max(hour * HOUR_MS, EARLIEST_MS);
  return random.int(from, Math.min((hour + 1) * HOUR_MS, latest) - 1);
}

type BusinessType = {
  readonly name: string;
  /** What bills call it. */
  readonly product: string;
  readonly share: number;
  readonly amountFen: (random: Random) => number;
};

const REGISTRATION: BusinessType = {
  name: 'REGISTRATION',
  product: '门诊挂号',
  share: 38,
  amountFen: (random) => random.pick([500, 1_000, 1_200, 2_500, 4_000, 5_000, 10_000]),
};

/** Shares and amounts are invented, in the proportions of reference books of public hospitals. */
const BUSINESS_TYPES: readonly BusinessType[] = [
  REGISTRATION,
  {
    name: 'OUTPATIENT_FEE',
    product: '门诊缴费',
    share: 47,
    amountFen: (random) => Math.min(Math.max(Math.round(random.lognormal(18_000, 0.9)), 150), 2_000_000),
  },
  {
    name: 'INPATIENT_DEPOSIT',
    product: '住院预交金',
    share: 10,
    amountFen: (random) => 50_000 * random.int(1, 40),
  },
  {
    name: 'CHECKUP',
    product: '体检套餐',
    share: 5,
    amountFen: (random) => 1_000 * random.int(20, 220) + random.pick([0, 0, 800]),
  },
];
const PRODUCTS: ReadonlyMap<string, string> = new Map(BUSINESS_TYPES.map((t) => [t.name, t.product]));
const SHARES = BUSINESS_TYPES.map((type) => type.share);

export function businessTypeBy(random: Random): string {
  return (BUSINESS_TYPES[random.weighted(SHARES)] ?? REGISTRATION).name;
}

export function amountOf(businessType: string, random: Random): bigint {
  const type = BUSINESS_TYPES.find(({ name }) => name === businessType) ?? REGISTRATION;
  return BigInt(type.amountFen(random));
}

export function productOf(businessType: string): string {
  return PRODUCTS.get(businessType) ?? REGISTRATION.product;
}
