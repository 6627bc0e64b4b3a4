import { parseArgs } from 'node:util';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { redisNoticeStream } from '../../adapters/redis/money/noticeStream.ts';
import { localOfInstant } from '../../domain/businessDate.ts';
import { DuizhangError } from '../../domain/errors.ts';
import type { Command } from '../command.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang notices --user NAME

What the running demo has told a user, the newest first: the verification codes that the user has asked for. In
production a notifier of your own delivers them; here whoever may read this machine's Redis is that user.

Exit code 0: there are some; 1: there are none.
`;

export const noticesCommand: Command = {
  name: 'notices',
  summary: 'the latest notices to a user of the demo',
  usage: USAGE,
  async run(args, io) {
    const user = userOf(args);
    const run = systemHere(io);
    const redis = connectRedis(run.windowRedisUrl);
    try {
      const notices = await redisNoticeStream(redis).latest(user);
      for (const { atMs, text } of notices) io.stdout(`${localOfInstant(atMs)}  ${text}\n`);
      if (notices.length === 0) io.stderr(`nothing was told to ${user} in the last minutes\n`);
      return notices.length === 0 ? 1 : 0;
    } finally {
      redis.disconnect();
    }
  },
};

function userOf(args: readonly string[]): string {
  const { values } = parseArgs({ args: [...args], options: { user: { type: 'string' } } });
  if (values.user !== undefined && values.user !== '') return values.user;
  throw new DuizhangError('DZ_USAGE', 'say whose notices: --user operator (./duizhang notices --help)');
}
