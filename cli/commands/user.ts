import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { scryptPasswords } from '../../adapters/access/scryptPasswords.ts';
import { readSessionKeys, sealerOf } from '../../adapters/access/sessionKey.ts';
import { connectClickHouse } from '../../adapters/clickhouse/client.ts';
import { clickHouseUsers } from '../../adapters/clickhouse/users.ts';
import type { RunFile } from '../../adapters/process/runFile.ts';
import { redisLoginAttempts } from '../../adapters/redis/access/loginAttempts.ts';
import { redisSessions } from '../../adapters/redis/access/sessionStore.ts';
import { redisUserLocks } from '../../adapters/redis/access/userLocks.ts';
import { connectRedis } from '../../adapters/redis/connect.ts';
import { DuizhangError } from '../../domain/errors.ts';
import { otpauthUri } from '../../domain/totp.ts';
import { userIdOf } from '../../domain/user.ts';
import type { UserChangeDeps } from '../../people/userChanges.ts';
import { addUser, changeUser, demandTotp, enableUser, setPassword } from '../../people/userChanges.ts';
import { askPassword, readPassword } from '../askPassword.ts';
import type { Command, CommandIo, ExitCode } from '../command.ts';
import { configOf } from '../configOf.ts';
import type { UserWords } from './userWords.ts';
import { reachOf, rolesOf, userLine } from './userWords.ts';
import { systemHere } from '../runningSystem.ts';

const USAGE = `
./duizhang user add NAME --roles R,R [--merchants H,H] [--isv X,X] [--name TEXT] [--password-stdin]
./duizhang user change NAME [--roles R,R] [--merchants H,H] [--isv X,X] [--all] [--name TEXT]
./duizhang user passwd NAME [--password-stdin]
./duizhang user totp NAME [--off]
./duizhang user disable NAME
./duizhang user enable NAME
./duizhang user list [--json]

Who may log in to the running system. Roles: viewer, operator, approver, admin, auditor. --merchants and --isv say which
hospitals a user reaches; without either it is all of them. The password is asked for on the terminal, or read from a pipe
with --password-stdin. totp makes a new secret for an authenticator app and shows it once.

Every change ends the user's sessions. passwd and enable also end a lock-out after failed logins.
`;

const SECRET_BYTES = 20;

export const userCommand: Command = {
  name: 'user',
  summary: 'add, change, disable and list the users who log in with a password',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        roles: { type: 'string' },
        merchants: { type: 'string' },
        isv: { type: 'string' },
        all: { type: 'boolean' },
        name: { type: 'string' },
        off: { type: 'boolean' },
        json: { type: 'boolean' },
        'password-stdin': { type: 'boolean' },
      },
    });
    const [action = '', name, ...surplus] = positionals;
    const work = ACTIONS[action];
    if (!work || surplus.length > 0 || (action === 'list') !== (name === undefined)) {
      throw badUsage(surplus.length > 0 ? 'one name at a time' : 'say what to do, and with whom');
    }
    const run = systemHere(io);
    const client = connectClickHouse(run.clickhouseUrl);
    const redis = connectRedis(run.windowRedisUrl);
    try {
      const deps: UserChangeDeps = {
        users: clickHouseUsers(client),
        passwords: scryptPasswords(),
        sessions: redisSessions(redis, Date.now),
        attempts: redisLoginAttempts(redis, Date.now),
        whileHeld: redisUserLocks(redis),
        now: Date.now,
      };
      return await work({ userId: userIdOf(name ?? ''), words: values, by: byWhom(), run, io, deps });
    } finally {
      redis.disconnect();
      await client.close();
    }
  },
};

type Asked = {
  readonly userId: string;
  readonly words: UserWords & {
    readonly 'password-stdin'?: boolean;
    readonly off?: boolean;
    readonly json?: boolean;
  };
  readonly by: string;
  readonly run: RunFile;
  readonly io: CommandIo;
  readonly deps: UserChangeDeps;
};

const ACTIONS: Readonly<Record<string, (asked: Asked) => Promise<ExitCode>>> = {
  add: async ({ userId, words, by, run, io, deps }) => {
    const roles = rolesOf(words);
    if (roles === undefined) throw badUsage('say what the user may do: --roles operator,approver');
    const reach = reachOf(words, configOf(run)) ?? null;
    const password = await passwordFor(words, io);
    const wish = { userId, name: words.name ?? userId, roles, reach, password };
    io.stdout(userLine(await addUser(wish, by, deps)));
    return 0;
  },
  change: async ({ userId, words, by, run, io, deps }) => {
    const [roles, reach] = [rolesOf(words), reachOf(words, configOf(run))];
    const change = {
      ...(words.name === undefined ? {} : { name: words.name }),
      ...(roles === undefined ? {} : { roles }),
      ...(reach === undefined ? {} : { reach }),
    };
    if (Object.keys(change).length === 0) throw badUsage('say what changes');
    io.stdout(userLine(await changeUser(userId, change, by, deps)));
    return 0;
  },
  passwd: async ({ userId, words, by, io, deps }) => {
    io.stdout(userLine(await setPassword(userId, await passwordFor(words, io), by, deps)));
    return 0;
  },
  totp: async ({ userId, words, by, run, io, deps }) => {
    if (words.off === true) {
      io.stdout(userLine(await changeUser(userId, { sealedTotp: '' }, by, deps)));
      return 0;
    }
    const secret = randomBytes(SECRET_BYTES);
    const sealer = sealerOf(readSessionKeys(run.sessionKeyPath));
    await demandTotp(userId, secret, by, { ...deps, sealer });
    io.stderr('for an authenticator app, shown this once:\n');
    io.stdout(`${otpauthUri(userId, secret)}\n`);
    return 0;
  },
  disable: async ({ userId, by, io, deps }) => {
    io.stdout(userLine(await changeUser(userId, { disabled: true }, by, deps)));
    return 0;
  },
  enable: async ({ userId, by, io, deps }) => {
    io.stdout(userLine(await enableUser(userId, by, deps)));
    return 0;
  },
  list: async ({ words, io, deps }) => {
    const users = await deps.users.all();
    for (const user of users) io.stdout(words.json === true ? userLine(user, 'json') : userLine(user));
    if (users.length === 0) io.stderr('there are no users yet: ./duizhang user add NAME --roles admin\n');
    return 0;
  },
};

function passwordFor(words: Asked['words'], { stdin, stderr }: CommandIo): Promise<string> {
  if (stdin === undefined) throw badUsage('there is no standard input to read a password from');
  if (words['password-stdin'] === true) return readPassword(stdin);
  return askPassword({ stdin, say: stderr });
}

/** Whoever may run commands here is an administrator of this machine. */
function byWhom(): string {
  return `cli:${userInfo().username}`;
}

function badUsage(why: string): DuizhangError {
  return new DuizhangError('DZ_USAGE', `${why} (./duizhang user --help)`);
}
