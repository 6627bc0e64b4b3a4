import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startChild } from '../../adapters/process/childProcess.ts';
import type { Part, RunningPart } from './supervisor.ts';
import { Supervisor } from './supervisor.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dz-supervisor-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A shell command as a part; what it appends to the file `said` tells in which order things happened. */
function part(name: string, script: string): Part & { readonly pids: number[] } {
  const pids: number[] = [];
  const start = async (): Promise<RunningPart> => {
    const child = await startChild({
      command: 'sh',
      args: ['-c', `trap 'echo ${name} ends >> ${dir}/said; exit 0' TERM; ${script}`],
    });
    pids.push(child.pid);
    return child;
  };
  return { name, logFile: `${name}.log`, start, pids };
}

const LIVES = 'while :; do sleep 0.02; done';

function supervisor(): { readonly kept: Supervisor; readonly said: string[] } {
  const said: string[] = [];
  return { kept: new Supervisor({ say: (line) => said.push(line), now: Date.now, backOffMs: 5 }), said };
}

test('parts end in the reverse order of their start', async () => {
  const { kept } = supervisor();
  await kept.start(part('first', LIVES));
  await kept.start(part('second', LIVES));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await kept.stop();
  expect(await readFile(join(dir, 'said'), 'utf8')).toBe('second ends\nfirst ends\n');
});

test('a part that dies is started again, and people are told', async () => {
  const { kept, said } = supervisor();
  const mortal = part('pipeline', LIVES);
  await kept.start(mortal);
  process.kill(mortal.pids[0] ?? 0, 'SIGKILL');
  await expect
    .poll(() => said)
    .toEqual([expect.stringMatching(/pipeline ended.*pipeline\.log/), 'pipeline is up again']);
  expect(mortal.pids).toHaveLength(2);
  await kept.stop();
});

test('a part that keeps dying takes the system down with the name of its log', async () => {
  const { kept } = supervisor();
  const doomed = part('api', 'exit 3');
  await kept.start(doomed);
  await expect(kept.failed).rejects.toThrow(/api died 5 times within a minute; .*api\.log/);
  expect(doomed.pids).toHaveLength(5);
  await kept.stop();
});

test('a part is replaced without counting as a death, and the new one is kept', async () => {
  const { kept, said } = supervisor();
  await kept.start(part('pipeline', LIVES));
  const next = part('pipeline', LIVES);
  await kept.replace(next);
  expect(said).toEqual([]);
  process.kill(next.pids[0] ?? 0, 'SIGKILL');
  await expect.poll(() => next.pids.length).toBe(2);
  await kept.stop();
});

test('stopping ends a part that is about to be started again', async () => {
  const { kept } = supervisor();
  const mortal = part('ledger', LIVES);
  await kept.start(mortal);
  process.kill(mortal.pids[0] ?? 0, 'SIGKILL');
  await kept.stop();
  for (const pid of mortal.pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});

test('stopping while a part comes up ends that part, too', async () => {
  const { kept } = supervisor();
  const slow = part('api', LIVES);
  const starting = kept.start({
    ...slow,
    start: async (signal) => {
      const running = await slow.start(signal);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return running;
    },
  });
  starting.catch(() => undefined);
  await kept.stop();
  await expect(starting).rejects.toThrow(/being ended/);
  for (const pid of slow.pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});
