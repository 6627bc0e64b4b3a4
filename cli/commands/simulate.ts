import { resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import { dayOfDate } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { DayOptions, SimulatedDay } from '../../simulator/day.ts';
import { DEFECTS, parseDefects } from '../../simulator/defects/index.ts';
import { simulateDay } from '../../simulator/simulateDay.ts';
import { openOutFolder, writeDay } from '../../simulator/writeDay.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { givenConfigPath } from './merchantOf.ts';

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'make a hospital day: events, the three books, and what is true of them',
  usage: `duizhang simulate --date D --out DIR [--seed N] [--merchants M] [--orders K] [--defects SPEC] [--json]
duizhang simulate live [--seed N] [--merchants M] [--orders K]

Writes a seeded day of the first M hospitals of duizhang.config.yaml (DUIZHANG_CONFIG). The same seed gives the same bytes.

  --date D       the business date, YYYY-MM-DD
  --out DIR      an empty folder, or one with an earlier simulation, which is replaced
  --seed N       1
  --merchants M  1
  --orders K     of each hospital, 5000
  --defects SPEC none, a number that multiplies the defaults, or name=count,…
  --json         what was planted as JSON on stdout

  events.ndjson      the log by arrival: {topic, key, arrivesAt, event} or, of what is no event, {…, bytes} in base64
  books/<hospital>/  the books as their writers deliver them
  truth.json         the planted verdicts: realtime, and three-way on the date

live plays days into the running system as they pass, until Ctrl-C: what today has had so far at once, then event by event,
and after midnight the channels' bills. Only for hospitals without sources, refunds and machines.

Defects: ${DEFECTS.map(({ name }) => name).join(', ')}
`,
  async run(args, io) {
    if (args[0] === 'live') return live(args.slice(1), io);
    const request = readArgs(args);
    const path = givenConfigPath(io);
    const merchants = firstMerchants(loadConfig(path), path, request.merchants);
    const out = resolve(io.cwd, request.out);
    await openOutFolder(out);
    const day = simulateDay({ ...request.day, merchants });
    await writeDay(day, out);
    io.stderr(`written to ${out}: ${day.events.length} events, ${day.bills.length} books\n`);
    const summary = summaryOf(day, request.day, merchants);
    io.stdout(request.json ? `${JSON.stringify(summary)}\n` : tableOf(summary));
    return 0;
  },
};

async function live(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const { seed, orders, merchants } = parse(args, LIVE_OPTIONS);
  const count = countOf('--merchants', merchants, 999);
  const { simulateLive } = await import('./simulateLive.ts');
  return simulateLive(
    {
      seed: countOf('--seed', seed, Number.MAX_SAFE_INTEGER),
      orders: countOf('--orders', orders, 2_000_000),
      merchantsOf: (config, path) => firstMerchants(config, path, count),
    },
    io,
  );
}

type Request = {
  readonly merchants: number;
  readonly out: string;
  readonly json: boolean;
  readonly day: Omit<DayOptions, 'merchants'>;
};

function readArgs(args: readonly string[]): Request {
  const values = parse(args, OPTIONS);
  if (values.date === undefined || values.out === undefined) throw badUsage('give --date and --out');
  dayOfDate(values.date);
  const orders = countOf('--orders', values.orders, 2_000_000);
  return {
    merchants: countOf('--merchants', values.merchants, 999),
    out: values.out,
    json: values.json,
    day: {
      seed: countOf('--seed', values.seed, Number.MAX_SAFE_INTEGER),
      orders,
      date: values.date,
      defects: values.defects === undefined ? null : parseDefects(values.defects, orders),
    },
  };
}

const LIVE_OPTIONS = {
  seed: { type: 'string', default: '1' },
  merchants: { type: 'string', default: '1' },
  orders: { type: 'string', default: '5000' },
} as const;
const OPTIONS = {
  ...LIVE_OPTIONS,
  date: { type: 'string' },
  out: { type: 'string' },
  defects: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw badUsage(error instanceof Error ? error.message : String(error));
  }
}

function countOf(option: string, text: string, most: number): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= most && (count > 0 || option === '--seed')) return count;
  throw badUsage(`${option} ${text} is not a whole number from ${option === '--seed' ? 0 : 1} to ${most}`);
}

function firstMerchants(config: Config, configPath: string, count: number): readonly Merchant[] {
  const simulated = [...config.merchants.values()].filter(({ mode }) => mode === 'THREE_WAY');
  if (simulated.length >= count) return simulated.slice(0, count);
  throw new DuizhangError(
    'DZ_USAGE',
    `${configPath} has ${simulated.length} hospitals with a HIS (mode THREE_WAY), not ${count}; add some or ask for fewer`,
  );
}

type Summary = {
  readonly seed: number;
  readonly date: string;
  readonly merchants: readonly string[];
  readonly orders: number;
  readonly events: number;
  readonly books: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly badBillLines: number;
  /** Verdicts that the day's close has to give, by hospital and code. */
  readonly threeWay: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

function summaryOf(
  { events, bills, truth }: SimulatedDay,
  { seed, date, orders }: Request['day'],
  merchants: readonly Merchant[],
): Summary {
  const ids = merchants.map(({ merchantId }) => merchantId);
  const threeWay: Record<string, Record<string, number>> = Object.fromEntries(ids.map((id) => [id, {}]));
  for (const { merchantId, threeWay: expected } of truth.rows) {
    const counts = threeWay[merchantId];
    if (expected && counts) counts[expected.code] = (counts[expected.code] ?? 0) + 1;
  }
  return {
    seed,
    date,
    merchants: ids,
    orders,
    events: events.length,
    books: bills.length,
    deadLetters: truth.deadLetters,
    badBillLines: truth.badBillLines.length,
    threeWay,
  };
}

function tableOf({ threeWay, deadLetters, badBillLines }: Summary): string {
  const codes = [...new Set(Object.values(threeWay).flatMap(Object.keys))].sort();
  const rows = Object.entries(threeWay).map(([id, counts]) => [
    id,
    ...codes.map((code) => String(counts[code] ?? 0)),
  ]);
  const table = [['', ...codes], ...rows];
  const width = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const lines = table.map((row) => row.map((cell, column) => cell.padStart(width(column))).join('  '));
  const dead = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
  return `${lines.join('\n')}\nevents that are to be dead letters: ${dead}; spoilt bill lines: ${badBillLines}\n`;
}

function badUsage(message: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${message} (see ./duizhang simulate --help)`);
}
