import { tableOf } from './caseTable.ts';

/** Hospitals without a HIS feed: PLATFORM and CHANNEL are the books, whatever else is known. */
export const TWO_WAY = tableOf(
  { mode: 'TWO_WAY' },
  `
  says                                     | merchant | platform             | channel              | gives | in files | because
  payment in both                          |          | P 100                | P 100                | P MATCHED
  payment that the channel lacks           |          | P 100                |                      | P PLATFORM_ONLY
  payment that the platform lacks          |          |                      | P 100                | P CHANNEL_ONLY
  channel a fen less                       |          | P 100                | P 99                 | P AMOUNT_MISMATCH
  channel a fen more                       |          | P 100                | P 101                | P AMOUNT_MISMATCH
  one fen                                  |          | P 1                  | P 1                  | P MATCHED
  nine million million yuan                |          | P 900000000000000    | P 900000000000000    | P MATCHED
  what HIS says does not count             | P 99     | P 100                | P 100                | P MATCHED
  two receipts do not count                | P 100, P 100 #b | P 100         | P 100                | P MATCHED
  HIS and platform                         | P 100    | P 100                |                      | P PLATFORM_ONLY
  HIS and channel                          | P 100    |                      | P 100                | P CHANNEL_ONLY
  HIS alone                                | P 100    |                      |                      |
  through Alipay                           |          | P 100 %A             | P 100 %A             | P MATCHED

  the channel that has it is Alipay        |          | P 100                | P 100 %A             | P MATCHED channels
  HIS's channel does not count             | P 100 %U | P 100                | P 100                | P MATCHED

  refund in both                           |          | P 100, R1 40         | P 100, R1 40         | P MATCHED, R1 MATCHED
  refund that the channel lacks            |          | P 100, R1 40         | P 100                | P MATCHED, R1 PLATFORM_ONLY
  refund that the platform lacks           |          | P 100                | P 100, R1 40         | P MATCHED, R1 CHANNEL_ONLY
  refund amounts differ                    |          | P 100, R1 40         | P 100, R1 41         | P MATCHED, R1 AMOUNT_MISMATCH
  one of two refunds at the channel        |          | P 100, R1 40, R2 60  | P 100, R2 60         | P MATCHED, R1 PLATFORM_ONLY, R2 MATCHED
  all given back                           |          | P 100, R1 100        | P 100, R1 100        | P MATCHED, R1 MATCHED
  refund in both, paid long ago            |          | R1 40                | R1 40                | R1 MATCHED
  refund that only HIS has                 | R1 40    | P 100                | P 100                | P MATCHED
  other refund numbers                     |          | P 100, R1 40         | P 100, R2 40         | P MATCHED, R1 PLATFORM_ONLY, R2 CHANNEL_ONLY

  the same line twice                      |          | P 100                | P 100, P 100         | P MATCHED
  one transaction with two amounts         |          | P 100                | P 100, P 101         | P AMOUNT_MISMATCH | P MATCHED | the second row of one number is told as faulty and left out
  paid twice                               |          | P 100, P 100 #b      | P 100, P 100 #b      | P DUPLICATE surplus=100
  paid twice at the channel only           |          | P 100                | P 100, P 70 #b       | P DUPLICATE surplus=70
  paid twice at the platform only          |          | P 100, P 100 #b      | P 100                | P DUPLICATE surplus=100

  paid and given back at the channel alone |          |                      | P 100, R1 100        | P OFFSET, R1 OFFSET
  the same in two parts                    |          |                      | P 100, R1 30, R2 70  | P OFFSET, R1 OFFSET, R2 OFFSET
  given back in part at the channel alone  |          |                      | P 100, R1 30         | P CHANNEL_ONLY, R1 CHANNEL_ONLY
  given back at the channel, platform paid |          | P 100                | P 100, R1 100        | P MATCHED, R1 CHANNEL_ONLY
  the channel never saw either             |          | P 100, R1 100        |                      | P PLATFORM_ONLY, R1 PLATFORM_ONLY
  a payment of the day before given back   |          |                      | P 100 -1, R1 100     | P OFFSET heals=-1, R1 OFFSET

  second payment given back, channel alone |          | P 100                | P 100, P 100 #b, R1 100 | P OFFSET surplus=100, R1 OFFSET
  the same, seen from the day of refund    |          | P 100 -1             | P 100 -1, P 100 #b -1, R1 100 | P OFFSET surplus=100 heals=-1, R1 OFFSET
  second payment given back in part        |          | P 100                | P 100, P 100 #b, R1 60 | P DUPLICATE surplus=100, R1 CHANNEL_ONLY
  paid twice, one refund that both know    |          | P 100, P 100 #b, R1 100 | P 100, P 100 #b, R1 100 | P DUPLICATE surplus=100, R1 MATCHED
  paid and given back twice at the channel |          |                      | P 100, P 100 #b, R1 100, R2 100 | P OFFSET surplus=100, R1 OFFSET, R2 OFFSET

  the channel after midnight               |          | P 100 @23:59         | P 100 +1 @00:01      | P CROSS_DAY
  the same, seen from the channel's day    |          | P 100 -1 @23:59      | P 100 @00:01         | P CROSS_DAY heals=-1
  the platform after midnight              |          | P 100 +1 @00:01      | P 100 @23:59         | P CROSS_DAY
  across midnight with another amount      |          | P 100 @23:59         | P 99 +1 @00:01       | P AMOUNT_MISMATCH
  refund across midnight                   |          | P 100, R1 40 @23:59  | P 100, R1 40 +1 @00:01 | P MATCHED, R1 CROSS_DAY
  seven days                               |          | P 100                | P 100 -7             | P CROSS_DAY heals=-7
  eight days, seen from the platform's day |          | P 100                | P 100 -8             | P PLATFORM_ONLY
  eight days, seen from the channel's day  |          | P 100 -8             | P 100                | P CHANNEL_ONLY
  platform alone near midnight             |          | P 100 @23:45         |                      | P PLATFORM_ONLY crossDay?
  channel alone after midnight             |          |                      | P 100 @00:15         | P CHANNEL_ONLY crossDay?
  of the day before only                   |          | P 100 -1             | P 100 -1             |
  `,
);
