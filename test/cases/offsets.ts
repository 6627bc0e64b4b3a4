import { tableOf } from './caseTable.ts';

/** OFFSET: a payment and its refunds that HIS never saw, and that net to nothing in every book that has any of them. */
export const OFFSETS = [
  ...tableOf(
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
  ),

  // The surplus of a second payment, given back without HIS.
  ...tableOf(
    {},
    `
    says                                          | merchant     | platform                        | channel                         | gives | in files | because
    paid twice, the surplus given back            | P 100        | P 100, P 100 #b, R1 100         | P 100, P 100 #b, R1 100         | P OFFSET surplus=100, R1 OFFSET
    given back the next day                       | P 100        | P 100, P 100 #b, R1 100 +1      | P 100, P 100 #b, R1 100 +1      | P OFFSET surplus=100, R1 OFFSET
    the same, seen from the day of the refund     | P 100 -1     | P 100 -1, P 100 #b -1, R1 100   | P 100 -1, P 100 #b -1, R1 100   | P OFFSET surplus=100 heals=-1, R1 OFFSET
    paid again the next day, then given back      | P 100 -2     | P 100 -2, P 100 #b -1, R1 100   | P 100 -2, P 100 #b -1, R1 100   | P OFFSET surplus=100 heals=-2, R1 OFFSET
    HIS had booked the day before                 | P 100 -4     | P 100 -3, P 100 #b -3, R1 100   | P 100 -3, P 100 #b -3, R1 100   | P OFFSET surplus=100 heals=-3, R1 OFFSET
    given back seven days later                   | P 100 -7     | P 100 -7, P 100 #b -7, R1 100   | P 100 -7, P 100 #b -7, R1 100   | P OFFSET surplus=100 heals=-7, R1 OFFSET
    given back eight days later                   | P 100 -8     | P 100 -8, P 100 #b -8, R1 100   | P 100 -8, P 100 #b -8, R1 100   | R1 CHANNEL_ONLY | P OFFSET surplus=100, R1 OFFSET | files are compared whole, the close looks seven days around its date
    given back over midnight                      | P 100 @23:50 | P 100 @23:50, P 100 #b @23:52, R1 100 @23:59 | P 100 @23:50, P 100 #b @23:52, R1 100 +1 @00:01 | P OFFSET surplus=100, R1 OFFSET
    in two parts                                  | P 100        | P 100, P 100 #b, R1 40, R2 60   | P 100, P 100 #b, R1 40, R2 60   | P OFFSET surplus=100, R1 OFFSET, R2 OFFSET
    the second part is still to come              | P 100        | P 100, P 100 #b, R1 40          | P 100, P 100 #b, R1 40          | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    a fen too little                              | P 100        | P 100, P 100 #b, R1 99          | P 100, P 100 #b, R1 99          | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    a fen too much                                | P 100        | P 100, P 100 #b, R1 101         | P 100, P 100 #b, R1 101         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    given back twice                              | P 100        | P 100, P 100 #b, R1 100, R2 100 | P 100, P 100 #b, R1 100, R2 100 | P DUPLICATE surplus=100, R1 CHANNEL_ONLY, R2 CHANNEL_ONLY
    the channel has not given it back             | P 100        | P 100, P 100 #b, R1 100         | P 100, P 100 #b                 | P DUPLICATE surplus=100, R1 PLATFORM_ONLY
    the platform does not know it was given back  | P 100        | P 100, P 100 #b                 | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    the channel gave back another amount          | P 100        | P 100, P 100 #b, R1 100         | P 100, P 100 #b, R1 90          | P DUPLICATE surplus=100, R1 CHANNEL_ONLY conflict
    paid twice and given back at the channel only | P 100        | P 100                           | P 100, P 100 #b, R1 100         | P OFFSET surplus=100, R1 OFFSET
    the platform tells of the refund only         | P 100        | P 100, R1 100                   | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    paid twice and given back at the platform only | P 100       | P 100, P 100 #b, R1 100         | P 100                           | P OFFSET surplus=100, R1 OFFSET
    the channel has no payment at all             | P 100        | P 100, P 100 #b, R1 100         |                                 | P DUPLICATE surplus=100, R1 PLATFORM_ONLY
    a second payment of another amount            | P 100        | P 100                           | P 100, P 70 #b, R1 70           | P OFFSET surplus=70, R1 OFFSET
    the first of the two, which HIS has not       | P 70         | P 70, P 100 #b @09:00, R1 100   | P 70, P 100 #b @09:00, R1 100   | P OFFSET surplus=70, R1 OFFSET
    the one that HIS has                          | P 70         | P 70, P 100 #b, R1 70           | P 70, P 100 #b, R1 70           | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    paid three times, given back twice            | P 100        | P 100, P 100 #b, P 100 #c, R1 100, R2 100 | P 100, P 100 #b, P 100 #c, R1 100, R2 100 | P OFFSET surplus=200, R1 OFFSET, R2 OFFSET
    paid three times, given back once             | P 100        | P 100, P 100 #b, P 100 #c, R1 100 | P 100, P 100 #b, P 100 #c, R1 100 | P DUPLICATE surplus=200, R1 CHANNEL_ONLY
    HIS has booked another amount                 | P 99         | P 100, P 100 #b, R1 100         | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    HIS has booked it in two receipts             | P 60, P 40 #b | P 100, P 100 #b, R1 100        | P 100, P 100 #b, R1 100         | P OFFSET surplus=100, R1 OFFSET
    HIS has booked both                           | P 100, P 100 #b | P 100, P 100 #b, R1 100      | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    HIS knows of the refund                       | P 100, R1 100 | P 100, P 100 #b, R1 100        | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 MATCHED
    both given back, HIS knows of one             | P 100, R1 100 | P 100, P 100 #b, R1 100, R2 100 | P 100, P 100 #b, R1 100, R2 100 | P OFFSET surplus=100, R1 MATCHED, R2 OFFSET
    HIS has another refund that nobody else has   | P 100, R2 100 | P 100, P 100 #b, R1 100        | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY, R2 MERCHANT_ONLY
    HIS has a refund that could be either         | P 100, R? 100 | P 100, P 100 #b, R1 100, R2 100 | P 100, P 100 #b, R1 100, R2 100 | P DUPLICATE surplus=100, R1 CHANNEL_ONLY ambiguous, R2 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    HIS knows nothing, one given back             |              | P 100, P 100 #b, R1 100         | P 100, P 100 #b, R1 100         | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
    HIS knows nothing, both given back            |              | P 100, P 100 #b, R1 100, R2 100 | P 100, P 100 #b, R1 100, R2 100 | P OFFSET surplus=100, R1 OFFSET, R2 OFFSET
    the same in one refund, at the channel alone  |              |                                 | P 100, P 100 #b, R1 200         | P OFFSET surplus=100, R1 OFFSET
  `,
  ),
];
