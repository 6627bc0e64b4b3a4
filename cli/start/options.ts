import { parseArgs } from 'node:util';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { DuizhangError } from '../../domain/errors.ts';

export type DemoOptions = {
  readonly seed: number;
  readonly merchants: number;
  /** Of each merchant. */
  readonly orders: number;
};

export type StartOptions = {
  readonly fresh: boolean;
  readonly once: boolean;
  /** 0: a free one. */
  readonly port: number;
  /** null: serve only. */
  readonly demo: {
    readonly options: DemoOptions;
    /** Those that were asked for; the others are the defaults, or those of the day that was played. */
    readonly asked: Partial<DemoOptions>;
    /** How long the day takes. */
    readonly seconds: number;
  } | null;
};

const DEFAULT_DEMO: DemoOptions = { seed: 1, merchants: 3, orders: 5_000 };
const DEFAULT_SECONDS = 60;

const LIMITS = {
  seed: { least: 0, most: 4_294_967_295 },
  merchants: { least: 1, most: 10_000 },
  orders: { least: 1, most: 1_000_000 },
  seconds: { least: 1, most: 86_400 },
  port: { least: 0, most: 65_535 },
} as const;

/** @throws DZ_USAGE with a sentence that says what is wrong */
export function readStartOptions(args: readonly string[], config: Config): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      merchants: { type: 'string' },
      orders: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      port: { type: 'string' },
    },
  });
  const numbers = {
    seed: numberOf('seed', values.seed),
    merchants: numberOf('merchants', values.merchants),
    orders: numberOf('orders', values.orders),
    seconds: numberOf('seconds', values.seconds),
    port: numberOf('port', values.port),
  };
  const { seed, merchants, orders } = numbers;
  const asked = definedOf({ seed, merchants, orders });
  const common = { fresh: values.fresh, once: values.once, port: numbers.port ?? config.port };
  if (values['no-demo']) {
    refuseWithNoDemo(values.once, [
      ...Object.keys(asked),
      ...(numbers.seconds === undefined ? [] : ['seconds']),
    ]);
    return { ...common, demo: null };
  }
  if ((merchants ?? 0) > config.merchants.size) {
    throw usage(
      `--merchants ${merchants}: the configuration knows ${config.merchants.size} hospitals; more are a few lines in duizhang.config.yaml`,
    );
  }
  const defaults = { ...DEFAULT_DEMO, merchants: Math.min(DEFAULT_DEMO.merchants, config.merchants.size) };
  const demo = { options: { ...defaults, ...asked }, asked, seconds: numbers.seconds ?? DEFAULT_SECONDS };
  return { ...common, demo };
}

function refuseWithNoDemo(once: boolean, demoOptions: readonly string[]): void {
  const [first] = once ? ['once'] : demoOptions;
  if (first !== undefined) throw usage(`--${first} is about the demo day, which --no-demo leaves out`);
}

function numberOf(name: keyof typeof LIMITS, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { least, most } = LIMITS[name];
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
  throw usage(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}

function definedOf(options: { [name in keyof DemoOptions]: number | undefined }): Partial<DemoOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function usage(message: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${message} (npm start -- --help)`);
}
