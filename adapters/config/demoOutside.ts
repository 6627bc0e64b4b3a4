import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { DuizhangError } from '../../domain/errors.ts';
import type { Config } from './loadConfig.ts';
import type { MerchantRefunds } from './refundsConfig.ts';
import type { FailAt, MerchantSources } from './sourcesConfig.ts';

const strict = { additionalProperties: false } as const;
/** keyFile: relative to the file that names it. */
const Reached = Type.Object({ url: Type.String(), keyId: Type.String(), keyFile: Type.String() }, strict);
const FileSchema = Type.Object(
  {
    /** Hospitals of the demo day: of others the simulated outside knows nothing. */
    merchants: Type.Array(Type.String()),
    upp: Reached,
    hdp: Reached,
  },
  strict,
);

/** What `npm start` writes of the outside that it simulates. */
export type DemoOutsideFile = Static<typeof FileSchema>;

const check = Compile(FileSchema);
/** Where a system's parts are: of the embedded one all on this machine. */
const ADDRESSES = ['DUIZHANG_LOG_URL', 'DUIZHANG_WINDOW_URL', 'DUIZHANG_CLICKHOUSE_URL'] as const;

/**
 * How hospitals are served by the simulated outside of the embedded demo (`npm start`), which tells its processes of it by
 * DUIZHANG_DEMO_OUTSIDE, the path of a file. It serves hospitals of the demo day: with refunds those to which the configuration gives
 * no `refunds`, with HIS questions those to which it gives no `sources.hdp`. One that has a configured gateway or front-end machine is
 * never sent to a simulated one, and without the variable nobody is.
 * @throws DZ_CONFIG_INVALID where the variable is set and this is no embedded system: an address elsewhere, or a file that does not
 *   lie in the data folder; or where the file is wrong
 */
export function demoOutside(config: Config, env: NodeJS.ProcessEnv): Pick<Config, 'refunds' | 'sources'> {
  const path = env['DUIZHANG_DEMO_OUTSIDE'] ?? '';
  if (path === '') return { refunds: new Map(), sources: new Map() };
  assertEmbedded(path, env);
  const file = readFile(path);
  const refunds = new Map<string, MerchantRefunds>();
  const sources = new Map<string, MerchantSources>();
  const folder = dirname(resolve(path));
  const fail: FailAt = (steps, message) => wrong(`${path}: ${[...steps, message].join(': ')}`);
  for (const merchantId of file.merchants) {
    const channels = config.merchants.get(merchantId)?.channels.map(({ channel }) => channel) ?? [];
    if (!config.refunds.has(merchantId)) {
      const upp = { raw: file.upp, folder, fail: (_: readonly string[], why: string) => fail(['upp'], why) };
      refunds.set(merchantId, { upp, routes: new Map(channels.map((channel) => [channel, 'upp'])) });
    }
    if (config.sources.get(merchantId)?.raw.hdp === undefined) {
      sources.set(merchantId, { raw: { hdp: file.hdp }, folder, fail });
    }
  }
  return { refunds, sources };
}

function assertEmbedded(path: string, env: NodeJS.ProcessEnv): void {
  const elsewhere = ADDRESSES.find((name) => !isHere(env[name] ?? ''));
  if (elsewhere !== undefined) {
    throw wrong(
      `DUIZHANG_DEMO_OUTSIDE is set, but ${elsewhere} is not on 127.0.0.1: refunds are simulated in the embedded system (npm start) only; unset it`,
    );
  }
  const dataDir = env['DUIZHANG_DATA'] ?? '';
  const inside = relative(resolve(dataDir), resolve(path));
  if (dataDir !== '' && inside !== '..' && !inside.startsWith(`..${sep}`)) return;
  throw wrong(
    `DUIZHANG_DEMO_OUTSIDE names ${path}, which does not lie in the data folder of an embedded system (DUIZHANG_DATA)`,
  );
}

function readFile(path: string): DemoOutsideFile {
  let said: unknown;
  try {
    said = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw wrong(`${path}, named by DUIZHANG_DEMO_OUTSIDE, cannot be read: ${String(cause)}`, cause);
  }
  if (!check.Check(said)) {
    const [error] = check.Errors(said);
    throw wrong(`${path}${error?.instancePath ?? ''}: ${error?.message ?? 'not as expected'}`);
  }
  for (const name of ['upp', 'hdp'] as const) {
    if (!isHere(said[name].url)) throw wrong(`${path}: ${name}.url is "${said[name].url}", not on 127.0.0.1`);
  }
  return said;
}

function isHere(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === '127.0.0.1';
}

function wrong(message: string, cause?: unknown): DuizhangError {
  return new DuizhangError('DZ_CONFIG_INVALID', message, { cause });
}
