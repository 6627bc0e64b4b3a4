import { parseArgs } from 'node:util';
import { clickHouseFetchLog } from '../../adapters/clickhouse/billFetches.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { placesOf } from '../../adapters/sources/placesOf.ts';
import type { BillFetch, FetchLog } from '../../domain/billFetch.ts';
import { addDays, businessDateOf, isBusinessDate, localOfInstant } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { askedAgain } from '../../pipeline/collect/afterAnswer.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { configOf } from '../configOf.ts';
import { merchantOf } from './merchantOf.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `Usage:
  duizhang fetches list [--merchant H] [--from D] [--to D] [--json]
      How the fetching of bills stands; without dates of the last 7 days. Exit code 1: one was given up.
  duizhang fetches again --merchant H --date D [--source hdp|wechat|alipay]
      Has the bills of a date fetched anew within seconds: ones that were given up, corrected ones, or older ones.
      Sources are configured under merchants.….sources in duizhang.config.yaml.`;

const DAYS = 7;

export const fetchesCommand: Command = {
  name: 'fetches',
  summary: 'see how the fetching of bills stands, or have one fetched again',
  usage: USAGE,
  async run(args, io) {
    const { action, ...request } = readArgs(args);
    const run = systemHere(io);
    const client = connectClickHouse(run.clickhouseUrl);
    try {
      const log = clickHouseFetchLog(client);
      if (action === 'list') return await list(request, log, io);
      return await again(request, log, configOf(run), io);
    } finally {
      await client.close();
    }
  },
};

type Request = {
  readonly merchant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
  readonly source?: string;
  readonly json: boolean;
};

function readArgs(args: readonly string[]): Request & { readonly action: 'list' | 'again' } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      merchant: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      date: { type: 'string' },
      source: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  for (const name of ['from', 'to', 'date'] as const) {
    const text = values[name];
    if (text !== undefined && !isBusinessDate(text)) {
      throw badUsage(`--${name} ${text} is not a calendar date; write it as YYYY-MM-DD`);
    }
  }
  const [action, ...more] = positionals;
  if ((action !== 'list' && action !== 'again') || more.length > 0) throw badUsage('say list or again');
  return { ...values, action };
}

async function list(request: Request, log: FetchLog, io: CommandIo): Promise<ExitCode> {
  const to = request.to ?? businessDateOf(Date.now());
  const all = await log.fetchesBetween(request.from ?? addDays(to, -DAYS), to);
  const own = all.filter(({ merchantId }) => !request.merchant || merchantId === request.merchant);
  if (request.json) io.stdout(own.map((fetch) => `${JSON.stringify(fetch)}\n`).join(''));
  else io.stdout(own.length === 0 ? 'no bill was asked for on these dates\n' : own.map(lineOf).join(''));
  return own.some(({ status }) => status === 'GAVE_UP') ? 1 : 0;
}

function lineOf(fetch: BillFetch): string {
  const { date, merchantId, source, book, status, asked, nextAskAtMs, code, detail } = fetch;
  const place = `${date} ${merchantId} ${source.padEnd(6)} ${book.padEnd(8)} ${status.padEnd(8)} asked ${asked}`;
  const next = nextAskAtMs === null ? '' : `, again at ${localOfInstant(nextAskAtMs)}`;
  return `${place}${next}${code === null ? '' : `\n    ${code}: ${detail ?? ''}`}\n`;
}

async function again(request: Request, log: FetchLog, config: Config, io: CommandIo): Promise<ExitCode> {
  const { merchant: merchantId, date, source } = request;
  if (merchantId === undefined || date === undefined) throw badUsage('name --merchant and --date');
  merchantOf(config, merchantId);
  const places = placesOf(config, merchantId).filter((place) => !source || place.source === source);
  if (places.length === 0) {
    throw new DuizhangError(
      'DZ_NO_SOURCE',
      `${merchantId} has no ${source ?? ''} source in duizhang.config.yaml to fetch bills from`,
    );
  }
  const known = await log.fetchesOf(merchantId, date);
  for (const { source: name, book, channel } of places) {
    const before = known.find((fetch) => fetch.book === book && fetch.channel === channel);
    await log.record(askedAgain({ merchantId, book, channel, date }, name, before ?? null, Date.now()));
    io.stdout(`the ${channel ?? book} bill of ${date} is asked for again at ${name}\n`);
  }
  return 0;
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang fetches --help)`);
}
