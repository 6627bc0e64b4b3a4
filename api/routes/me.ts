import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Menu } from '../../domain/menus.ts';
import { menusFor } from '../../domain/menus.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { mayReach, ROLES } from '../../domain/principal.ts';
import { principalOf } from '../access.ts';
import { problems } from '../problem.ts';
import { Instant, NullableText, oneOf } from '../schemas.ts';

const PageSchema = Type.Object({ id: Type.String(), title: Type.String() });
const MeSchema = Type.Object({
  user: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(ROLES)),
  allMerchants: {
    ...Type.Boolean(),
    description: 'whether hospitals that are still to come are reached, too',
  },
  merchants: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      lastDate: { ...NullableText, description: 'later dates are not closed by themselves; null: it stays' },
    }),
  ),
  menus: Type.Array(Type.Object({ ...PageSchema.properties, pages: Type.Array(PageSchema) })),
  loggedInBy: {
    ...oneOf(['PASSWORD', 'OIDC', 'TOKEN'] as const),
    description: 'TOKEN: no login here stands behind it',
  },
  authenticatedAt: Type.Union([Instant, Type.Null()], {
    description: 'when the password was last shown; null: by a token that no login stands behind',
  }),
});

/** @param merchants follows the configuration */
export function meRoutes(
  merchants: ReadonlyMap<string, Pick<Merchant, 'merchantId' | 'name' | 'lastDate'>>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/me',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['access'],
          summary: 'Who asks: roles, hospitals and the menus of the console (当前用户)',
          response: { 200: MeSchema, ...problems(401, 403) },
        },
      },
      async (request) => {
        const principal = principalOf(request);
        const { userId, name = userId, roles, authenticatedAtMs, sessionId } = principal;
        const { loggedInBy = 'PASSWORD' as const } = principal;
        const own = [...merchants.values()].filter(({ merchantId }) => mayReach(principal, merchantId));
        return {
          user: userId,
          name,
          roles: ROLES.filter((role) => roles.has(role)),
          allMerchants: principal.merchants === null,
          merchants: own.map(({ merchantId, name: called, lastDate = null }) => ({
            id: merchantId,
            name: called,
            lastDate,
          })),
          menus: menusFor(roles).map(({ pages, ...menu }) => ({ ...menu, pages: pages.map(pageJson) })),
          loggedInBy: sessionId === undefined ? ('TOKEN' as const) : loggedInBy,
          authenticatedAt: authenticatedAtMs === undefined ? null : new Date(authenticatedAtMs).toISOString(),
        };
      },
    );
  };
}

function pageJson({ id, title }: Menu) {
  return { id, title };
}
