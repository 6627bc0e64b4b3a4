import { parseArgs } from 'node:util';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { emptyWindow } from '../../adapters/redis/window/emptyWindow.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { HEARTBEAT_STALE_MS } from '../../pipeline/join/watermark.ts';
import type { Command } from '../command.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang window empty

Takes the realtime window out of its Redis, and nothing else: for another number of slots (docs/scaling.md). No pipeline may
run; the next one that starts builds the window anew from the ledger and the log. Nothing is lost by it.
`;

export const windowCommand: Command = {
  name: 'window',
  summary: 'take the realtime window away, to be built anew with other slots',
  usage: USAGE,
  async run(args, io) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    if (positionals.join(' ') !== 'empty')
      throw new DuizhangError('DZ_USAGE', 'say window empty (./duizhang window --help)');
    const redis = connectRedis(systemHere(io).windowRedisUrl);
    try {
      const removed = await emptyWindow(redis, Date.now(), HEARTBEAT_STALE_MS);
      io.stdout(`${removed} keys removed; the next pipeline builds the window anew\n`);
      return 0;
    } finally {
      redis.disconnect();
    }
  },
};
