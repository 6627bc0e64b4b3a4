import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { CHANNELS } from '../../domain/entry.ts';
import type { Merchant } from '../../domain/merchant.ts';
import { mayReach } from '../../domain/principal.ts';
import type { ResolutionRules } from '../../domain/resolutionPorts.ts';
import { principalOf } from '../access.ts';
import { problems } from '../problem.ts';
import { NullableFen, NullableText, fenText, oneOf } from '../schemas.ts';

const MerchantSchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    isv: NullableText,
    mode: oneOf(['THREE_WAY', 'TWO_WAY'] as const),
    channels: Type.Array(Type.Object({ channel: oneOf(CHANNELS), merchantNo: Type.String() })),
    approvalFromFen: { ...NullableFen, description: 'actions from this amount on need a second person' },
    supplementMethods: Type.Array(Type.String()),
    lastDate: { ...NullableText, description: 'later dates are not closed by themselves; null: it stays' },
  },
  {
    examples: [
      {
        id: 'H001',
        name: '示例医院',
        isv: null,
        mode: 'THREE_WAY',
        channels: [{ channel: 'WECHAT', merchantNo: '1900000001' }],
        approvalFromFen: '50000',
        supplementMethods: ['CASH', 'TRANSFER'],
        lastDate: null,
      },
    ],
  },
);

export type MerchantParts = {
  /** Follows the configuration. */
  readonly merchants: ReadonlyMap<string, Merchant>;
  readonly rulesOf: (merchantId: string) => ResolutionRules;
};

export function merchantRoutes({ merchants, rulesOf }: MerchantParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/merchants',
      {
        config: { access: 'READ' },
        schema: {
          tags: ['ledger'],
          summary: 'Hospitals that the caller may reach, with what their cases go by (商户)',
          response: { 200: Type.Object({ items: Type.Array(MerchantSchema) }), ...problems(401, 403) },
        },
      },
      async (request) => {
        const principal = principalOf(request);
        const own = [...merchants.values()].filter(({ merchantId }) => mayReach(principal, merchantId));
        return { items: own.map((merchant) => merchantJson(merchant, rulesOf(merchant.merchantId))) };
      },
    );
  };
}

function merchantJson(merchant: Merchant, { approvalFromFen, supplementMethods }: ResolutionRules) {
  return {
    id: merchant.merchantId,
    name: merchant.name,
    isv: merchant.isv ?? null,
    mode: merchant.mode,
    channels: merchant.channels.map(({ channel, merchantNo }) => ({ channel, merchantNo })),
    approvalFromFen: fenText(approvalFromFen),
    supplementMethods: [...supplementMethods],
    lastDate: merchant.lastDate ?? null,
  };
}
