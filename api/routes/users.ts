import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DuizhangError } from '../../domain/errors.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { MOST_PASSWORD } from '../../domain/passwordRules.ts';
import { ROLES } from '../../domain/principal.ts';
import { otpauthUri } from '../../domain/totp.ts';
import type { Reach, User } from '../../domain/user.ts';
import { userIdOf } from '../../domain/user.ts';
import { changeByAdmin } from '../../people/userAdmin.ts';
import type { UserChangeDeps } from '../../people/userChanges.ts';
import { addUser, demandTotp, enableUser, setPassword } from '../../people/userChanges.ts';
import type { PeopleDeps } from '../../people/people.ts';
import { checkReachesAll, principalOf } from '../access.ts';
import { noteForAudit } from '../auditTrail.ts';
import { problems } from '../problem.ts';
import { Instant, MerchantId, oneOf } from '../schemas.ts';

export type UserParts = UserChangeDeps & {
  readonly sealer: PeopleDeps['sealer'];
  readonly merchants: ReadonlyMap<string, Pick<Merchant, 'merchantId' | 'isv'>>;
  /** Nobody has thought of it. */
  readonly newPassword: () => string;
  readonly newTotpSecret: () => Uint8Array;
};

const UserName = Type.String({ minLength: 1, maxLength: 64, examples: ['li'] });
const Name = Type.String({ minLength: 1, maxLength: 64 });
const Roles = Type.Array(oneOf(ROLES), { minItems: 1, maxItems: ROLES.length, uniqueItems: true });
const ReachBody = Type.Union(
  [
    Type.Object(
      {
        merchants: Type.Array(MerchantId, { maxItems: 1_000 }),
        isvs: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 }),
      },
      { additionalProperties: false },
    ),
    Type.Null(),
  ],
  { description: 'hospitals by id, and those of ISVs; null: all' },
);
const Password = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 4 * MOST_PASSWORD,
    description: 'absent: one is made, and told in this answer alone',
  }),
);
const strict = { additionalProperties: false } as const;
const AddBody = Type.Object(
  { user: UserName, name: Type.Optional(Name), roles: Roles, reach: ReachBody, password: Password },
  { ...strict, examples: [{ user: 'li', name: '李', roles: ['operator'], reach: null }] },
);
const ChangeBody = Type.Object(
  { name: Type.Optional(Name), roles: Type.Optional(Roles), reach: Type.Optional(ReachBody) },
  { ...strict, minProperties: 1 },
);
const PasswordBody = Type.Object({ password: Password }, strict);
const Params = Type.Object({ user: UserName });

const UserSchema = Type.Object({
  user: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(ROLES)),
  reach: Type.Union([
    Type.Object({ merchants: Type.Array(Type.String()), isvs: Type.Array(Type.String()) }),
    Type.Null(),
  ]),
  disabled: Type.Boolean(),
  hasTotp: Type.Boolean(),
  createdBy: Type.String(),
  createdAt: Instant,
  changedBy: Type.String(),
  changedAt: Instant,
});
const MadeSchema = Type.Object({
  user: UserSchema,
  password: Type.Union([Type.String(), Type.Null()], {
    description: 'told this once, where it was made here; null: it was sent',
  }),
});
const answers = { 200: UserSchema, ...problems(401, 403, 404, 422) };
const CHANGES = { access: ['admin'], audit: 'USER_CHANGE', rate: 'login' } as const;

/** Users, for administrators of all hospitals; the rules are those of ./duizhang user. */
export function userRoutes(parts: UserParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addHook('preHandler', async (request) => checkReachesAll(request));

    app.get(
      '/users',
      {
        config: { access: ['admin', 'auditor'] },
        schema: {
          tags: ['access'],
          summary: 'Who may log in with a password (用户)',
          response: { 200: Type.Object({ items: Type.Array(UserSchema) }), ...problems(401, 403) },
        },
      },
      async () => ({ items: (await parts.users.all()).map(userJson) }),
    );

    app.post(
      '/users',
      {
        config: CHANGES,
        schema: {
          tags: ['access'],
          summary: 'Adds a user (新增用户)',
          body: AddBody,
          response: { 200: MadeSchema, ...problems(401, 403, 409, 422) },
        },
      },
      async (request, reply) => {
        const { user, name, roles, reach: said, password } = request.body;
        const userId = userIdOf(user);
        const reach = checkedReach(said, parts);
        const words = password ?? parts.newPassword();
        noteForAudit(request, { said: { user: userId, roles: [...roles], ...reachSaid(reach) } });
        const wish = { userId, name: name ?? userId, roles, reach, password: words };
        const made = await addUser(wish, principalOf(request).userId, parts);
        void reply.header('cache-control', 'no-store');
        return { user: userJson(made), password: password === undefined ? words : null };
      },
    );

    app.post(
      '/users/:user',
      {
        config: CHANGES,
        schema: {
          tags: ['access'],
          summary: 'Changes the name, roles or hospitals of a user, whose sessions end (修改用户)',
          params: Params,
          body: ChangeBody,
          response: answers,
        },
      },
      async (request) => {
        const { name, roles, reach: said } = request.body;
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(roles === undefined ? {} : { roles }),
          ...(said === undefined ? {} : { reach: checkedReach(said, parts) }),
        };
        noteForAudit(request, {
          said: {
            changed: Object.keys(change),
            ...(roles === undefined ? {} : { roles: [...roles] }),
            ...(change.reach === undefined ? {} : reachSaid(change.reach)),
          },
        });
        return userJson(await changeByAdmin(principalOf(request), idIn(request.params), change, parts));
      },
    );

    for (const [path, disabled, summary] of [
      ['/users/:user/disable', true, 'Shuts a user out; sessions end at once (停用用户)'],
      ['/users/:user/enable', false, 'Lets a user in again, and ends a lock-out (启用用户)'],
    ] as const) {
      app.post(
        path,
        { config: CHANGES, schema: { tags: ['access'], summary, params: Params, response: answers } },
        async (request) => {
          const [userId, admin] = [idIn(request.params), principalOf(request)];
          if (!disabled) return userJson(await enableUser(userId, admin.userId, parts));
          return userJson(await changeByAdmin(admin, userId, { disabled }, parts));
        },
      );
    }

    app.post(
      '/users/:user/password',
      {
        config: CHANGES,
        schema: {
          tags: ['access'],
          summary: 'Another password; sessions and a lock-out end (重置密码)',
          params: Params,
          body: PasswordBody,
          response: { 200: MadeSchema, ...problems(401, 403, 404, 422) },
        },
      },
      async (request, reply) => {
        const { password } = request.body;
        const words = password ?? parts.newPassword();
        const by = principalOf(request).userId;
        const user = await setPassword(idIn(request.params), words, by, parts);
        void reply.header('cache-control', 'no-store');
        return { user: userJson(user), password: password === undefined ? words : null };
      },
    );

    app.post(
      '/users/:user/totp',
      {
        config: CHANGES,
        schema: {
          tags: ['access'],
          summary:
            'One-time codes from now on, with a new secret that is told this once (启用或重置动态验证码)',
          params: Params,
          response: {
            200: Type.Object({ otpauth: Type.String({ description: 'for an authenticator app' }) }),
            ...problems(401, 403, 404),
          },
        },
      },
      async (request, reply) => {
        const [userId, secret] = [idIn(request.params), parts.newTotpSecret()];
        await demandTotp(userId, secret, principalOf(request).userId, parts);
        void reply.header('cache-control', 'no-store');
        return { otpauth: otpauthUri(userId, secret) };
      },
    );

    app.delete(
      '/users/:user/totp',
      {
        config: CHANGES,
        schema: {
          tags: ['access'],
          summary: 'No one-time codes any more (停用动态验证码)',
          params: Params,
          response: answers,
        },
      },
      async (request) => {
        const change = { sealedTotp: '' };
        return userJson(await changeByAdmin(principalOf(request), idIn(request.params), change, parts));
      },
    );
  };
}

function idIn({ user }: { readonly user: string }): string {
  return userIdOf(user);
}

/** @throws DZ_USER_REACH */
function checkedReach(said: Reach, { merchants }: UserParts): Reach {
  if (said === null) return null;
  const isvs = new Set(Array.from(merchants.values(), ({ isv }) => isv));
  const other = said.merchants.find((id) => !merchants.has(id)) ?? said.isvs.find((isv) => !isvs.has(isv));
  if (other === undefined && said.merchants.length + said.isvs.length > 0) return said;
  const why =
    other === undefined ? 'name a hospital, an ISV, or all' : `the configuration does not have ${other}`;
  throw new DuizhangError('DZ_USER_REACH', why, {
    messageZh: other === undefined ? '请选择至少一家医院或服务商，或选择全部' : `配置中没有 ${other}`,
  });
}

function reachSaid(reach: Reach) {
  return reach === null
    ? { allMerchants: true }
    : { reachedMerchants: [...reach.merchants], reachedIsvs: [...reach.isvs] };
}

function userJson(user: User) {
  const { userId, name, roles, reach, disabled, sealedTotp, createdBy, changedBy } = user;
  return {
    user: userId,
    name,
    roles: [...roles],
    reach: reach === null ? null : { merchants: [...reach.merchants], isvs: [...reach.isvs] },
    disabled,
    hasTotp: sealedTotp !== '',
    createdBy,
    createdAt: new Date(user.createdAtMs).toISOString(),
    changedBy,
    changedAt: new Date(user.changedAtMs).toISOString(),
  };
}
