import { Readable } from 'node:stream';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import { peopleParts } from '../../adapters/access/peopleParts.ts';
import type { ScryptCost } from '../../adapters/access/scryptPasswords.ts';
import { scryptPasswords } from '../../adapters/access/scryptPasswords.ts';
import { sessionKeyPath } from '../../adapters/access/sessionKey.ts';
import { redisUserLocks } from '../../adapters/redis/access/userLocks.ts';
import type { ApiParts } from '../../api/app.ts';
import { buildApp } from '../../api/app.ts';
import { principalsOf } from '../../api/principals.ts';
import { userCommand } from '../../cli/commands/user.ts';
import type { ExitCode } from '../../cli/command.ts';
import type { PeopleDeps } from '../../people/people.ts';
import { principalOfToken } from '../../people/people.ts';
import { loginPlaces } from '../../people/places.ts';
import type { NewUser, UserChangeDeps } from '../../people/userChanges.ts';
import { addUser } from '../../people/userChanges.ts';
import { NO_LIMITS, UNUSED_PARTS } from '../apiParts.ts';
import type { CloseSystem } from '../integration/closeHarness.ts';
import { SAMPLE_MERCHANT, startCloseSystem } from '../integration/closeHarness.ts';

/** What is asked of a password is the same at any cost; at this one a test asks often. */
export const CHEAP: ScryptCost = { ln: 10, r: 8, p: 1 };
export const PASSWORD = 'correct horse battery';

export const MERCHANTS = new Map(
  [
    { ...SAMPLE_MERCHANT, isv: 'yuntai' },
    { ...SAMPLE_MERCHANT, merchantId: 'H002', name: '第二医院', isv: 'other' },
    { ...SAMPLE_MERCHANT, merchantId: 'H003', name: '第三医院', isv: 'yuntai' },
  ].map((merchant) => [merchant.merchantId, merchant]),
);

type Sent = {
  readonly token?: string;
  readonly body?: object;
  readonly from?: string;
  readonly app?: FastifyInstance;
};

export type Answer = Awaited<ReturnType<AccessSystem['send']>>;

/** Users, sessions and attempts in a real ledger and Redis, and the API over them; time is the test's. */
export class AccessSystem implements AsyncDisposable {
  readonly close: CloseSystem;
  readonly deps: PeopleDeps;
  readonly changes: UserChangeDeps;
  app!: FastifyInstance;
  nowMs = Date.UTC(2026, 2, 10, 6);

  constructor(close: CloseSystem, cost: ScryptCost) {
    this.close = close;
    this.deps = peopleOn(close, MERCHANTS, { cost, now: () => this.nowMs });
    this.changes = { ...this.deps, whileHeld: redisUserLocks(close.redis) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app.close();
    await this.close[Symbol.asyncDispose]();
  }

  /** The API, with other parts of logging in or of anything. */
  appWith(more: Partial<PeopleDeps>, parts: Partial<ApiParts> = {}): Promise<FastifyInstance> {
    const people = { ...this.deps, ...more };
    return buildApp({
      ...UNUSED_PARTS,
      limits: NO_LIMITS,
      metrics: new Registry(),
      people,
      principals: principalsOf([], [(token) => principalOfToken(token, people)]),
      cases: { ...UNUSED_PARTS.cases, deps: { ...UNUSED_PARTS.cases.deps, merchants: MERCHANTS } },
      ...parts,
    });
  }

  /** A user of this name with the password PASSWORD; without more said, an operator everywhere. */
  async addUser(userId: string, more: Partial<NewUser> = {}): Promise<void> {
    const user: NewUser = {
      userId,
      name: userId,
      roles: ['operator'],
      reach: null,
      password: PASSWORD,
      ...more,
    };
    await addUser(user, 'test', this.changes);
  }

  async send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { token, body, from, app = this.app }: Sent = {},
  ) {
    const request: InjectOptions = {
      method,
      url: `/api/v1${path}`,
      remoteAddress: from ?? '127.0.0.1',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    };
    const { statusCode: status, body: text } = await app.inject(request);
    return { status, text, said: text === '' ? null : JSON.parse(text) };
  }

  logIn(
    user: string,
    more: Pick<Sent, 'from' | 'app'> & { password?: string; totp?: string } = {},
  ): Promise<Answer> {
    const { from = '127.0.0.1', app = this.app, password = PASSWORD, ...said } = more;
    return this.send('POST', '/sessions', { from, app, body: { user, password, ...said } });
  }

  async tokensOf(user: string): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
    const { status, said, text } = await this.logIn(user);
    if (status !== 200) throw new Error(text);
    return said;
  }

  me(token: string): Promise<Answer> {
    return this.send('GET', '/me', { token });
  }

  /** `./duizhang user …` on this system. */
  async command(...args: readonly string[]): Promise<{ code: ExitCode; out: string; err: string }> {
    const said = { out: '', err: '' };
    const [input = '', ...rest] = args[0]?.startsWith('<') ? args : ['', ...args];
    const code = await userCommand.run(rest, {
      stdout: (text) => void (said.out += text),
      stderr: (text) => void (said.err += text),
      stdin: Readable.from([Buffer.from(input.slice(1))]),
      env: { DUIZHANG_DATA: this.close.dataDir },
      cwd: '/',
    });
    return { code, ...said };
  }
}

/** What logging in is done with, on a test's servers. */
export function peopleOn(
  { client, redis, dataDir }: Pick<CloseSystem, 'client' | 'redis' | 'dataDir'>,
  merchants: PeopleDeps['merchants'],
  { cost = CHEAP, now = Date.now }: { readonly cost?: ScryptCost; readonly now?: () => number } = {},
): PeopleDeps {
  return {
    ...peopleParts({ clickhouse: client, redis }, sessionKeyPath({}, dataDir), now),
    passwords: scryptPasswords(cost),
    places: loginPlaces(),
    merchants,
  };
}

export async function startAccessSystem({
  cost = CHEAP,
  parts = {},
}: { readonly cost?: ScryptCost; readonly parts?: Partial<ApiParts> } = {}): Promise<AccessSystem> {
  const system = new AccessSystem(await startCloseSystem(), cost);
  system.app = await system.appWith({}, parts);
  return system;
}
