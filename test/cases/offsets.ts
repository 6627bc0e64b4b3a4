import { tableOf } from './caseTable.ts';

/** OFFSET: a payment and its refunds that HIS never saw, and that net to nothing in every book that has any of them. */
export const OFFSETS = tableOf(
  {},
  `
  says                                          | merchant | platform                | channel                 | gives | in files | because
  paid and given back without HIS               |          | P 100, R1 100           | P 100, R1 100           | P OFFSET, R1 OFFSET
  the same at the channel alone                 |          |                         | P 100, R1 100           | P OFFSET, R1 OFFSET
  the same at the platform alone                |          | P 100, R1 100           |                         | P OFFSET, R1 OFFSET
  given back in two parts                       |          | P 100, R1 30, R2 70     | P 100, R1 30, R2 70     | P OFFSET, R1 OFFSET, R2 OFFSET
  in two parts, at the channel alone            |          |                         | P 100, R1 30, R2 70     | P OFFSET, R1 OFFSET, R2 OFFSET
  given back in part                            |          | P 100, R1 30            | P 100, R1 30            | P CHANNEL_ONLY, R1 CHANNEL_ONLY
  given back but for a fen                      |          | P 100, R1 99            | P 100, R1 99            | P CHANNEL_ONLY, R1 CHANNEL_ONLY
  given back a fen too much                     |          | P 100, R1 101           | P 100, R1 101           | P CHANNEL_ONLY, R1 CHANNEL_ONLY
  given back twice                              |          | P 100, R1 100, R2 100   | P 100, R1 100, R2 100   | P CHANNEL_ONLY, R1 CHANNEL_ONLY, R2 CHANNEL_ONLY
  the channel has not given it back             |          | P 100, R1 100           | P 100                   | P CHANNEL_ONLY, R1 PLATFORM_ONLY
  the platform does not know it was given back  |          | P 100                   | P 100, R1 100           | P CHANNEL_ONLY, R1 CHANNEL_ONLY
  the channel gave back another amount          |          | P 100, R1 100           | P 100, R1 90            | P CHANNEL_ONLY, R1 CHANNEL_ONLY conflict
  HIS has the payment                           | P 100    | P 100, R1 100           | P 100, R1 100           | P MATCHED, R1 CHANNEL_ONLY
  HIS has the refund                            | R1 100   | P 100, R1 100           | P 100, R1 100           | P CHANNEL_ONLY, R1 MATCHED
  HIS has the payment, the platform has neither | P 100    |                         | P 100, R1 100           | P PLATFORM_MISSING, R1 CHANNEL_ONLY
  a refund alone is none                        |          | R1 100                  | R1 100                  | R1 CHANNEL_ONLY
  another order's refund is none                |          | P 727, B:R1 727         | P 727, B:R1 727         | P CHANNEL_ONLY, B:R1 CHANNEL_ONLY

  given back the next day                       |          | P 100, R1 100 +1        | P 100, R1 100 +1        | P OFFSET, R1 OFFSET
  a payment of the day before                   |          | P 100 -1, R1 100        | P 100 -1, R1 100        | P OFFSET heals=-1, R1 OFFSET
  a payment of seven days before                |          | P 100 -7, R1 100        | P 100 -7, R1 100        | P OFFSET heals=-7, R1 OFFSET
  a payment of eight days before                |          | P 100 -8, R1 100        | P 100 -8, R1 100        | R1 CHANNEL_ONLY | P OFFSET, R1 OFFSET | files are compared whole, the close looks seven days around its date
  in two parts over two days                    |          | P 100 -1, R1 40, R2 60 +1 | P 100 -1, R1 40, R2 60 +1 | P OFFSET heals=-1, R1 OFFSET, R2 OFFSET
  the second part is still to come              |          | P 100 -1, R1 40         | P 100 -1, R1 40         | R1 CHANNEL_ONLY
  over midnight                                 |          | P 100 -1 @23:59, R1 100 @00:01 | P 100 -1 @23:59, R1 100 @00:01 | P OFFSET heals=-1, R1 OFFSET
  the channel's refund is on the next date      |          | P 100 @23:50, R1 100 @23:59 | P 100 @23:50, R1 100 +1 @00:01 | P OFFSET, R1 OFFSET
  `,
);
