import { setTimeout as pause } from 'node:timers/promises';
import { DuizhangError } from '../../domain/errors.ts';
import { lastWordsOf } from './lastWords.ts';

/** A process of the system, as long as it lives. */
export type RunningPart = {
  readonly pid: number;
  /** Settles when it is gone, however it ended. */
  readonly exited: Promise<unknown>;
  /** Lets it end in order; resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

export type Part = {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when it answers; gives up when the signal says so. */
  readonly start: (signal: AbortSignal) => Promise<RunningPart>;
};

export type SupervisorOptions = {
  /** What people should know of: deaths and new starts. */
  readonly say: (line: string) => void;
  /** Epoch milliseconds of the machine. */
  readonly now: () => number;
  /** First pause before a part that died is started again; doubles with each death within the span (default 200). */
  readonly backOffMs?: number;
};

type Kept = {
  part: Part;
  running: RunningPart | null;
  /** Its end is wanted: no death. */
  replacing: boolean;
  readonly deaths: number[];
  loop: Promise<void>;
};

/** A part that dies this often within the span will not get well by another start. */
const MAX_DEATHS = 5;
const DEATH_SPAN_MS = 60_000;
const BACK_OFF_MS = 200;

/** Starts the parts of the system one by one, starts those again that die, and ends them all in reverse order. */
export class Supervisor {
  /** Rejects when a part cannot be kept alive. */
  readonly failed: Promise<never>;
  readonly #options: SupervisorOptions;
  readonly #kept: Kept[] = [];
  readonly #starting = new Set<Promise<RunningPart>>();
  readonly #stopping = new AbortController();
  readonly #fail: (error: unknown) => void;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.failed = promise;
    this.#fail = reject;
  }

  /** Starts a part and keeps it. Rejects when it does not come up at all: that is no accident but a mistake. */
  async start(part: Part): Promise<void> {
    const running = await this.#startFirst(part);
    const kept: Kept = { part, running, replacing: false, deaths: [], loop: Promise.resolve() };
    this.#kept.push(kept);
    kept.loop = this.#keep(kept).catch(this.#fail);
  }

  /** Ends the part of this name in order and starts another in its place. */
  async replace(part: Part): Promise<void> {
    const kept = this.#kept.find((each) => each.part.name === part.name);
    if (!kept) throw new Error(`no part ${part.name} is kept`);
    kept.replacing = true;
    await kept.running?.stop();
    await kept.loop;
    kept.part = part;
    kept.replacing = false;
    kept.running = await this.#startFirst(part);
    kept.loop = this.#keep(kept).catch(this.#fail);
  }

  /** Ends what was started last first: nobody loses a server that it still writes to. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#starting);
    for (const kept of this.#kept.toReversed()) {
      await kept.running?.stop();
      await kept.loop;
    }
  }

  async #startFirst(part: Part): Promise<RunningPart> {
    const starting = this.#startUnlessStopping(part);
    this.#starting.add(starting);
    return starting.finally(() => this.#starting.delete(starting));
  }

  async #startUnlessStopping(part: Part): Promise<RunningPart> {
    const running = await part.start(this.#stopping.signal);
    if (!this.#stopping.signal.aborted) return running;
    await running.stop();
    throw new DuizhangError('DZ_SYSTEM_PART', `${part.name} came up while the system was being ended`);
  }

  async #keep(kept: Kept): Promise<void> {
    while (kept.running !== null) {
      await kept.running.exited;
      kept.running = null;
      if (this.#isOver(kept)) return;
      kept.running = await this.#startAgain(kept);
    }
  }

  /** @returns null when the system, or the part, is being ended meanwhile */
  async #startAgain(kept: Kept): Promise<RunningPart | null> {
    for (let what = endedText(kept.part); ;) {
      const backOffMs = this.#countDeath(kept, what);
      await pause(backOffMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#isOver(kept)) return null;
      const running = await kept.part.start(this.#stopping.signal).catch((error: unknown) => {
        what = error instanceof Error ? error.message : String(error);
        return null;
      });
      if (running && this.#isOver(kept)) await running.stop();
      if (this.#isOver(kept)) return null;
      if (running) {
        this.#options.say(`${kept.part.name} is up again`);
        return running;
      }
    }
  }

  #isOver(kept: Kept): boolean {
    return this.#stopping.signal.aborted || kept.replacing;
  }

  /** @returns how long to wait before the next start */
  #countDeath({ part, deaths }: Kept, what: string): number {
    const now = this.#options.now();
    deaths.push(now);
    while ((deaths[0] ?? now) < now - DEATH_SPAN_MS) deaths.shift();
    if (deaths.length >= MAX_DEATHS) {
      throw new DuizhangError(
        'DZ_SYSTEM_PART',
        `${part.name} died ${deaths.length} times within a minute; the last time: ${what}`,
      );
    }
    const backOffMs = (this.#options.backOffMs ?? BACK_OFF_MS) * 2 ** (deaths.length - 1);
    this.#options.say(`${what}; it is started again`);
    return backOffMs;
  }
}

function endedText({ name, logFile }: Part): string {
  const words = lastWordsOf(logFile);
  return `${name} ended${words === '' ? '' : `: ${words}`} (its log: ${logFile})`;
}
