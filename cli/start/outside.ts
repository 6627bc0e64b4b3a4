import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoOutsideFile } from '../../adapters/config/demoOutside.ts';
import type { DayOptions } from '../../simulator/day.ts';
import { outsideOfDay } from '../../simulator/outsideOfDay.ts';
import type { OutsideWorld } from '../../simulator/outsideWorld.ts';
import type { Ports } from './addresses.ts';

// The simulated outside of the demo day in the data folder: what it knows, what it has refunded, and how it is reached.

const KEY_ID = 'duizhang';
const KEY_FILES = { upp: 'upp.key', hdp: 'hdp.key' } as const;
const KEY_BYTES = 32;

export type OutsideFiles = {
  readonly folder: string;
  /** What was paid, and what the hospitals have (simulator/outsideWorld.ts). */
  readonly worldPath: string;
  /** A line of JSON for each refund that was asked for, and for each change of it. */
  readonly recordPath: string;
  /** What the system's processes are told of it (adapters/config/demoOutside.ts). */
  readonly accessPath: string;
};

export function outsideFilesOf(dataDir: string): OutsideFiles {
  const folder = join(dataDir, 'outside');
  return {
    folder,
    worldPath: join(folder, 'world.json'),
    recordPath: join(folder, 'refunds.jsonl'),
    accessPath: join(folder, 'access.json'),
  };
}

/** Makes keys and world where the folder does not have them yet, and says anew where this start's outside listens. */
export function prepareOutside(
  { dataDir, ports }: { readonly dataDir: string; readonly ports: Pick<Ports, 'upp' | 'hdp'> },
  day: DayOptions,
): void {
  const { folder, worldPath, accessPath } = outsideFilesOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of Object.values(KEY_FILES)) {
    const path = join(folder, name);
    if (!existsSync(path)) writeWhole(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  }
  if (!existsSync(worldPath)) writeWhole(worldPath, JSON.stringify(worldOf(day)));
  const reached = (name: keyof typeof KEY_FILES) => ({
    url: `http://127.0.0.1:${ports[name]}`,
    keyId: KEY_ID,
    keyFile: KEY_FILES[name],
  });
  const access: DemoOutsideFile = {
    merchants: day.merchants.map(({ merchantId }) => merchantId),
    upp: reached('upp'),
    hdp: reached('hdp'),
  };
  writeWhole(accessPath, `${JSON.stringify(access, null, 2)}\n`);
}

function worldOf(day: DayOptions): OutsideWorld {
  const { orders, refunds, hisOrders } = outsideOfDay(day);
  return {
    keyId: KEY_ID,
    keyFile: KEY_FILES.upp,
    orders: [...orders],
    refunds: [...refunds],
    hdp: { keyId: KEY_ID, keyFile: KEY_FILES.hdp, orders: [...hisOrders] },
  };
}

/** For its owner alone; whole or not there, however the process ends. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}
