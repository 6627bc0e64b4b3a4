import { tableOf } from './caseTable.ts';

/** Which books hold the key, and with which amounts. */
export const PRESENCE = [
  ...tableOf(
    {},
    `
    says                                      | merchant     | platform     | channel      | gives
    payment in all three                      | P 100        | P 100        | P 100        | P MATCHED
    payment at HIS alone                      | P 100        |              |              | P MERCHANT_ONLY
    payment that only the channel lacks       | P 100        | P 100        |              | P MERCHANT_ONLY
    payment that only the platform lacks      | P 100        |              | P 100        | P PLATFORM_MISSING
    payment at the platform alone             |              | P 100        |              | P PLATFORM_ONLY
    payment that only HIS lacks               |              | P 100        | P 100        | P CHANNEL_ONLY
    payment at the channel alone              |              |              | P 100        | P CHANNEL_ONLY

    refund in all three, paid long ago        | R1 40        | R1 40        | R1 40        | R1 MATCHED
    refund at HIS alone, paid long ago        | R1 40        |              |              | R1 MERCHANT_ONLY
    refund only the channel lacks, long ago   | R1 40        | R1 40        |              | R1 MERCHANT_ONLY
    refund only the platform lacks, long ago  | R1 40        |              | R1 40        | R1 PLATFORM_MISSING
    refund at the platform alone, long ago    |              | R1 40        |              | R1 PLATFORM_ONLY
    refund only HIS lacks, paid long ago      |              | R1 40        | R1 40        | R1 CHANNEL_ONLY
    refund at the channel alone, long ago     |              |              | R1 40        | R1 CHANNEL_ONLY

    refund in all three                       | P 100, R1 40 | P 100, R1 40 | P 100, R1 40 | P MATCHED, R1 MATCHED
    refund at HIS alone                       | P 100, R1 40 | P 100        | P 100        | P MATCHED, R1 MERCHANT_ONLY
    refund that only the channel lacks        | P 100, R1 40 | P 100, R1 40 | P 100        | P MATCHED, R1 MERCHANT_ONLY
    refund that only the platform lacks       | P 100, R1 40 | P 100        | P 100, R1 40 | P MATCHED, R1 PLATFORM_MISSING
    refund at the platform alone              | P 100        | P 100, R1 40 | P 100        | P MATCHED, R1 PLATFORM_ONLY
    refund that only HIS lacks                | P 100        | P 100, R1 40 | P 100, R1 40 | P MATCHED, R1 CHANNEL_ONLY
    refund at the channel alone               | P 100        | P 100        | P 100, R1 40 | P MATCHED, R1 CHANNEL_ONLY

    payment lacks HIS, refund lacks channel   | R1 40        | P 100, R1 40 | P 100        | P CHANNEL_ONLY, R1 MERCHANT_ONLY
    payment lacks the channel, refund has all | P 100, R1 40 | P 100, R1 40 | R1 40        | P MERCHANT_ONLY, R1 MATCHED
    payment at HIS, refund at the channel     | P 100        |              | R1 100       | P MERCHANT_ONLY, R1 CHANNEL_ONLY
  `,
  ),

  ...tableOf(
    {},
    `
    says                                      | merchant       | platform       | channel        | gives
    HIS a fen less                            | P 99           | P 100          | P 100          | P AMOUNT_MISMATCH
    HIS a fen more                            | P 101          | P 100          | P 100          | P AMOUNT_MISMATCH
    platform a fen less                       | P 100          | P 99           | P 100          | P AMOUNT_MISMATCH
    platform a fen more                       | P 100          | P 101          | P 100          | P AMOUNT_MISMATCH
    channel a fen less                        | P 100          | P 100          | P 99           | P AMOUNT_MISMATCH
    channel a fen more                        | P 100          | P 100          | P 101          | P AMOUNT_MISMATCH
    all differ                                | P 98           | P 100          | P 99           | P AMOUNT_MISMATCH
    HIS took the total with insurance         | P 25000        | P 8000         | P 8000         | P AMOUNT_MISMATCH
    yuan for fen                              | P 1            | P 100          | P 100          | P AMOUNT_MISMATCH
    HIS and channel differ, platform lacks it | P 100          |                | P 101          | P AMOUNT_MISMATCH
    platform and channel differ, HIS lacks it |                | P 100          | P 101          | P CHANNEL_ONLY conflict
    HIS and platform differ, channel lacks it | P 100          | P 101          |                | P MERCHANT_ONLY

    one fen                                   | P 1            | P 1            | P 1            | P MATCHED
    one fen against two                       | P 1            | P 2            | P 2            | P AMOUNT_MISMATCH
    0.29 yuan, which no double holds          | P 29           | P 29           | P 29           | P MATCHED
    1.15 yuan, which no double holds          | P 115          | P 115          | P 115          | P MATCHED
    4.35 yuan against 4.34                    | P 435          | P 434          | P 435          | P AMOUNT_MISMATCH
    a year's takings of a large hospital      | P 999999999999 | P 999999999999 | P 999999999999 | P MATCHED
    nine million million yuan                 | P 900000000000000 | P 900000000000000 | P 900000000000000 | P MATCHED
    as much, a fen less at the channel        | P 900000000000000 | P 900000000000000 | P 899999999999999 | P AMOUNT_MISMATCH

    refund, HIS a fen less                    | P 100, R1 39   | P 100, R1 40   | P 100, R1 40   | P MATCHED, R1 AMOUNT_MISMATCH
    refund, platform a fen less               | P 100, R1 40   | P 100, R1 39   | P 100, R1 40   | P MATCHED, R1 AMOUNT_MISMATCH
    refund, channel a fen less                | P 100, R1 40   | P 100, R1 40   | P 100, R1 39   | P MATCHED, R1 AMOUNT_MISMATCH
    refund, HIS and channel differ alone      | P 100, R1 40   | P 100          | P 100, R1 41   | P MATCHED, R1 AMOUNT_MISMATCH
    refund, platform and channel differ alone | P 100          | P 100, R1 40   | P 100, R1 41   | P MATCHED, R1 CHANNEL_ONLY conflict
    refund, HIS and platform differ alone     | P 100, R1 40   | P 100, R1 41   | P 100          | P MATCHED, R1 MERCHANT_ONLY
    payment differs, refund agrees            | P 99, R1 40    | P 100, R1 40   | P 100, R1 40   | P AMOUNT_MISMATCH, R1 MATCHED
    payment and refund differ                 | P 99, R1 39    | P 100, R1 40   | P 100, R1 40   | P AMOUNT_MISMATCH, R1 AMOUNT_MISMATCH
    a fen of a huge payment given back        | P 900000000000000, R1 1 | P 900000000000000, R1 1 | P 900000000000000, R1 1 | P MATCHED, R1 MATCHED
    more refunded than paid, all agree        | P 100, R1 101  | P 100, R1 101  | P 100, R1 101  | P MATCHED, R1 MATCHED
  `,
  ),

  ...tableOf(
    {},
    `
    says                                      | merchant     | platform           | channel            | gives
    through Alipay                            | P 100 %A     | P 100 %A           | P 100 %A           | P MATCHED
    through UnionPay                          | P 100 %U     | P 100 %U           | P 100 %U           | P MATCHED
    HIS does not say through which channel    | P 100 %-     | P 100 %A           | P 100 %A           | P MATCHED
    HIS alone, and says no channel            | P 100 %-     |                    |                    | P MERCHANT_ONLY
    HIS says Alipay, the others WeChat        | P 100 %A     | P 100              | P 100              | P MATCHED channels
    the platform says Alipay                  | P 100        | P 100 %A           | P 100              | P MATCHED channels
    the channel that has it is Alipay         | P 100        | P 100              | P 100 %A           | P MATCHED channels
    HIS says none, the other two differ       | P 100 %-     | P 100 %A           | P 100              | P MATCHED channels
    three books, three channels               | P 100 %U     | P 100 %A           | P 100              | P MATCHED channels
    channels and amounts differ               | P 99 %A      | P 100              | P 100              | P AMOUNT_MISMATCH channels
    HIS lacks it, the others' channels differ |              | P 100 %A           | P 100              | P CHANNEL_ONLY channels
    the channel lacks what HIS says is Alipay | P 100 %A     | P 100              |                    | P MERCHANT_ONLY channels
    a refund through another channel          | P 100, R1 40 %A | P 100, R1 40    | P 100, R1 40       | P MATCHED, R1 MATCHED channels
    paid twice, through two channels          | P 100        | P 100, P 100 #b %A | P 100, P 100 #b %A | P DUPLICATE surplus=100
    across midnight, through another channel  | P 100 %A +1 @00:01 | P 100 @23:59 | P 100 @23:59       | P CROSS_DAY channels
    Alipay's payment that HIS lacks           |              | P 100 %A           | P 100 %A           | P CHANNEL_ONLY
    UnionPay's refund that HIS lacks          | P 100 %U     | P 100 %U, R1 40 %U | P 100 %U, R1 40 %U | P MATCHED, R1 CHANNEL_ONLY
    HIS names no receipt                      | P 100 #-     | P 100              | P 100              | P MATCHED
    the platform names no transaction         | P 100        | P 100 #-           | P 100              | P MATCHED
    the books' times differ within the date   | P 100 @00:00 | P 100 @23:59:59    | P 100 @12:00       | P MATCHED
  `,
  ),
];
