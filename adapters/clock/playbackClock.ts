import { DuizhangError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';

/** Playback: from `startMs` on, simulated time runs `rate` times as fast as the machine's until `untilMs`, then as fast. */
export type Playback = {
  /** Machine's clock at which the simulated one shows `startMs`. */
  readonly wallStartMs: number;
  readonly startMs: number;
  readonly rate: number;
  readonly untilMs: number;
};

export function systemClock(wall: () => number = Date.now): Clock {
  return { now: wall, before: (ms) => wall() - ms, wallMs: wall };
}

/** A clock that every process computes alike from the same playback. */
export function playbackClock(playback: Playback, wall: () => number = Date.now): Clock {
  const { wallStartMs, startMs, rate, untilMs } = playback;
  const fastMs = (untilMs - startMs) / rate;
  const shownAt = (ms: number): number => {
    const elapsed = ms - wallStartMs;
    if (elapsed <= fastMs) return Math.floor(startMs + Math.max(0, elapsed) * rate);
    return Math.floor(untilMs + elapsed - fastMs);
  };
  return { wallMs: wall, now: () => shownAt(wall()), before: (ms) => shownAt(wall() - ms) };
}

/** The clock that a process was started with: `DUIZHANG_PLAYBACK` holds a Playback as JSON; without it the machine's. */
export function clockOf(env: NodeJS.ProcessEnv): { clock: Clock; rate: number } {
  const text = env['DUIZHANG_PLAYBACK'];
  if (text === undefined || text === '') return { clock: systemClock(), rate: 1 };
  const playback = parsePlayback(text);
  return { clock: playbackClock(playback), rate: playback.rate };
}

function parsePlayback(text: string): Playback {
  const value: unknown = JSON.parse(text);
  if (isPlayback(value)) return value;
  throw new DuizhangError(
    'DZ_CONFIG_INVALID',
    `DUIZHANG_PLAYBACK is not {"wallStartMs", "startMs", "rate", "untilMs"} with a rate above 0: ${text}`,
  );
}

function isPlayback(value: unknown): value is Playback {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return (
    ['wallStartMs', 'startMs', 'rate', 'untilMs'].every((name) => Number.isFinite(fields.get(name))) &&
    Number(fields.get('rate')) > 0
  );
}
