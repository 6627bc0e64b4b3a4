import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { makeDemoUsers } from '../../adapters/config/demoUsers.ts';
import type { Config } from '../../adapters/config/loadConfig.ts';
import { loadConfig } from '../../adapters/config/loadConfig.ts';
import type { RunFile } from '../../adapters/process/runFile.ts';
import { dataDirOf } from '../../adapters/process/runFile.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { choosePorts } from '../start/addresses.ts';
import { openDataFolder } from '../start/dataFolder.ts';
import { dayOptionsOf, demoMerchants, playbackOf, settledAtMs, simulateDemo } from '../start/demoDay.ts';
import type { DemoRecord } from '../start/demoRecord.ts';
import { demoOf, readTruth, writeDemoFiles, writeDemoRecord } from '../start/demoRecord.ts';
import { demoResult } from '../start/demoResult.ts';
import { listenForInterrupt, untilAborted } from '../start/interrupt.ts';
import type { StartOptions } from '../start/options.ts';
import { readStartOptions } from '../start/options.ts';
import { prepareOutside } from '../start/outside.ts';
import type { SystemPlan } from '../start/parts.ts';
import { logFolderOf, outsidePart } from '../start/parts.ts';
import { playDemo } from '../start/playDemo.ts';
import { count, resultText } from '../start/resultText.ts';
import { StatusLine } from '../statusLine.ts';
import { Supervisor } from '../start/supervisor.ts';
import { endPlayback, startServers, startWorkers, stopSystem } from '../start/system.ts';
import type { Place } from '../start/whereToLook.ts';
import { whereToLook } from '../start/whereToLook.ts';
import { givenConfigPath } from './merchantOf.ts';

const USAGE = `
npm start -- [options]     (or ./duizhang start [options])

Starts the whole system on this machine, plays a simulated hospital day through it, closes the day with the channels'
bills, shows what was planted and what was found, and serves until Ctrl-C. Its data lies in ./data, or in the folder
that DUIZHANG_DATA names; started again, it continues there. Where the configuration names no gateway or front-end
machine of a hospital of the day, a simulated one carries its refunds out and is asked what its HIS has.

  --fresh          empty the data folder first
  --merchants M    hospitals of the day (3)
  --orders K       orders of each hospital (5000)
  --seconds S      how long the day takes (60)
  --seed N         another day; the same seed gives the same day (1)
  --once           end after the close: 0 when recall and precision are both 1, else 3
  --no-demo        serve only, for your own events and bills
  --port P         where the API listens, on 127.0.0.1 (as configured, else a free one)
`;

export const startCommand: Command = {
  name: 'start',
  summary: 'start the whole system, with a simulated day to look at',
  usage: USAGE,
  async run(args, io) {
    const config = loadConfig(givenConfigPath(io));
    const options = readStartOptions(args, config);
    const dataDir = dataDirOf(io.env, io.cwd);
    const lock = await openDataFolder(dataDir, options.fresh);
    const interrupt = listenForInterrupt(() => performance.now());
    try {
      const plan = {
        dataDir,
        configPath: givenConfigPath(io),
        ports: await choosePorts(options.port),
        env: io.env,
        hasOutside: options.demo !== null,
      };
      const { hasDemoUsers } = config.access;
      const newUsers = hasDemoUsers ? makeDemoUsers(dataDir, () => randomBytes(24).toString('hex')) : null;
      const place = { dataDir, cwd: io.cwd, newUsers, hasDemoUsers };
      return await runSystem({ config, options, plan, io, place, signal: interrupt.signal });
    } finally {
      interrupt.stop();
      await lock.release();
    }
  },
};

type Start = {
  readonly config: Config;
  readonly options: StartOptions;
  readonly plan: SystemPlan;
  readonly io: CommandIo;
  readonly place: Place;
  readonly signal: AbortSignal;
};

async function runSystem(start: Start): Promise<ExitCode> {
  const { plan, options, signal, io } = start;
  const status = new StatusLine(process.stderr, () => performance.now());
  const supervisor = new Supervisor({ say: (line) => status.say(line), now: Date.now });
  const work =
    options.demo === null ? serve(start, supervisor, status) : demonstrate(start, supervisor, status);
  try {
    const code = await Promise.race([work, supervisor.failed, untilAborted(signal)]);
    if (code !== undefined) return code;
    status.clear();
    io.stderr('ending …\n');
    // Nobody asked for a result, unless --once did.
    return options.once ? 3 : 0;
  } catch (error) {
    status.clear();
    throw told(error, plan);
  } finally {
    await stopSystem(supervisor, plan);
    leaveSoon();
  }
}

async function serve(
  { plan, io, place, signal }: Start,
  supervisor: Supervisor,
  status: StatusLine,
): Promise<ExitCode> {
  status.show('starting …');
  await startServers(supervisor, plan);
  const run = await startWorkers(supervisor, plan, null, Date.now);
  status.clear();
  io.stdout(whereToLook(run, place, 'nothing yet'));
  io.stderr('Serving until Ctrl-C.\n');
  await untilAborted(signal);
  return 0;
}

async function demonstrate(start: Start, supervisor: Supervisor, status: StatusLine): Promise<ExitCode> {
  const { options, plan, io, place, signal, config } = start;
  if (options.demo === null) throw new Error('no demo was asked for');
  const begun = demoOf(plan.dataDir, options.demo.options, options.demo.asked, Date.now());
  const { run, demo } = begun.closed
    ? { run: await serveAgain(begun, start, supervisor, status), demo: begun }
    : await playDay(begun, options.demo.seconds, start, supervisor, status);
  if (!demo.closed) return 0;
  const perfect = await showResult(run, demo, config, plan, io);
  if (options.once) return perfect ? 0 : 3;
  if (!begun.closed) await endPlayback(supervisor, plan);
  io.stdout(`\n${whereToLook(run, place, 'demo')}`);
  io.stderr('Serving until Ctrl-C.\n');
  await untilAborted(signal);
  return 0;
}

async function serveAgain(
  begun: DemoRecord,
  { plan, config }: Start,
  supervisor: Supervisor,
  status: StatusLine,
): Promise<RunFile> {
  status.show('starting; the demo day was played and closed here before …');
  prepareOutside(plan, dayOptionsOf(begun, config));
  await Promise.all([startServers(supervisor, plan), supervisor.start(outsidePart(plan))]);
  const run = await startWorkers(supervisor, plan, null, Date.now);
  status.clear();
  return run;
}

async function playDay(
  begun: DemoRecord,
  seconds: number,
  { plan, config, signal }: Start,
  supervisor: Supervisor,
  status: StatusLine,
): Promise<{ readonly run: RunFile; readonly demo: DemoRecord }> {
  status.show('starting, and making a hospital day up …');
  const servers = startServers(supervisor, plan);
  // Its failure is heard below, once the day is made.
  servers.catch(() => undefined);
  const merchants = demoMerchants(begun, config);
  const day = simulateDemo(begun, config);
  writeDemoFiles(plan.dataDir, day.bills, day.truth);
  writeDemoRecord(plan.dataDir, begun);
  prepareOutside(plan, dayOptionsOf(begun, config));
  await Promise.all([servers, supervisor.start(outsidePart(plan))]);
  const settledMs = settledAtMs(day, begun, merchants);
  const playback = playbackOf(day, begun.fed, { settledMs, seconds }, Date.now());
  const run = await startWorkers(supervisor, plan, playback, Date.now);
  status.say(
    `${begun.date}: ${merchants.length} hospitals, ${count(day.events.length)} events, played in about ${seconds} s; API ${run.apiUrl}`,
  );
  const stage = { dataDir: plan.dataDir, config, run, day, merchants, playback, settledMs, status, signal };
  return { run, demo: await playDemo(begun, stage) };
}

async function showResult(
  run: RunFile,
  demo: DemoRecord,
  config: Config,
  plan: SystemPlan,
  io: CommandIo,
): Promise<boolean> {
  const clickhouse = connectClickHouse(run.clickhouseUrl);
  try {
    const result = await demoResult(clickhouse, readTruth(plan.dataDir), demoMerchants(demo, config));
    io.stdout(resultText(result));
    return result.perfect;
  } finally {
    await clickhouse.close();
  }
}

/** People get a line; the whole story of what nobody foresaw goes to a log. */
function told(error: unknown, plan: SystemPlan): DuizhangError {
  if (error instanceof DuizhangError) return error;
  const path = join(logFolderOf(plan), 'start.log');
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
  appendFileSync(path, `${new Date().toISOString()} ${story}\n`);
  const said = error instanceof Error ? error.message : String(error);
  return new DuizhangError('DZ_SYSTEM_START', `${said}; the whole of it is in ${path}`, { cause: error });
}

/** Everything of ours is ended; a connection that still waits for a server must not keep the process. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}
