import type { Static } from 'typebox';
import { Type } from 'typebox';
import type { Channel } from '../../domain/entry.ts';
import type { MerchantChannel } from '../../domain/merchant.ts';

// What a hospital is called and which numbers it has.

export const MERCHANT_ID = '^[!-}]{1,64}$';
export const PERCENT = '^\\d{1,2}(\\.\\d{1,4})?%$';
const Texts = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }));

/** The hospital's number at the channel; with more to say of it, an object. */
export const ChannelSchema = Type.Optional(
  Type.Union([
    Type.String({ minLength: 1 }),
    Type.Object(
      {
        merchantNo: Type.String({ minLength: 1 }),
        feeRate: Type.Optional(Type.String({ pattern: PERCENT })),
        ownRows: Type.Optional(
          Type.Object(
            { appIds: Texts, subMerchantNos: Texts, orderNoPrefixes: Texts },
            { additionalProperties: false, minProperties: 1 },
          ),
        ),
      },
      { additionalProperties: false },
    ),
  ]),
);

export function channelOf(channel: Channel, said: Static<typeof ChannelSchema>): MerchantChannel {
  if (typeof said === 'string') return { channel, merchantNo: said };
  const { merchantNo, feeRate, ownRows } = said;
  return {
    channel,
    merchantNo,
    // A percentage of at most four decimals is a whole number of millionths.
    ...(feeRate === undefined ? {} : { feeRatePpm: Math.round(Number.parseFloat(feeRate) * 10_000) }),
    ...(ownRows === undefined ? {} : { ownRows }),
  };
}
