import { tableOf } from './caseTable.ts';

/** MERCHANT and PLATFORM as their events are known. */
export const REALTIME = [
  ...tableOf(
    { mode: 'REALTIME' },
    `
    says                                    | merchant         | platform         | gives | in files | because
    payment in both                         | P 100            | P 100            | P MATCHED
    payment that the platform lacks         | P 100            |                  | P MERCHANT_ONLY
    payment that HIS lacks                  |                  | P 100            | P PLATFORM_ONLY
    HIS a fen less                          | P 99             | P 100            | P AMOUNT_MISMATCH
    HIS a fen more                          | P 101            | P 100            | P AMOUNT_MISMATCH
    one fen                                 | P 1              | P 1              | P MATCHED
    nine million million yuan               | P 900000000000000 | P 900000000000000 | P MATCHED
    as much, a fen less                     | P 900000000000000 | P 899999999999999 | P AMOUNT_MISMATCH
    HIS says no channel                     | P 100 %-         | P 100 %A         | P MATCHED
    HIS says another channel                | P 100 %A         | P 100            | P MATCHED channels
    HIS alone, and says no channel          | P 100 %-         |                  | P MERCHANT_ONLY

    refund in both                          | P 100, R1 40     | P 100, R1 40     | P MATCHED, R1 MATCHED
    refund that the platform lacks          | P 100, R1 40     | P 100            | P MATCHED, R1 MERCHANT_ONLY
    refund that HIS lacks                   | P 100            | P 100, R1 40     | P MATCHED, R1 PLATFORM_ONLY
    refund amounts differ                   | P 100, R1 41     | P 100, R1 40     | P MATCHED, R1 AMOUNT_MISMATCH
    two refunds, HIS lacks one              | P 100, R1 40     | P 100, R1 40, R2 60 | P MATCHED, R1 MATCHED, R2 PLATFORM_ONLY
    refund in both, paid long ago           | R1 40            | R1 40            | R1 MATCHED
    a refund without number is not paired   | P 100, R? 40     | P 100, R1 40     | P MATCHED, R1 PLATFORM_ONLY, R? MERCHANT_ONLY
    two refunds without number              | P 100, R? 40, R? 60 #b | P 100      | P MATCHED, R? MERCHANT_ONLY, R? MERCHANT_ONLY

    the same event twice                    | P 100, P 100     | P 100            | P MATCHED
    told again at another time              | P 100            | P 100, P 100 @10:04 | P MATCHED
    one transaction with two amounts        | P 100            | P 100, P 101     | P AMOUNT_MISMATCH | P MATCHED | the second row of one number is told as faulty and left out
    two receipts that add up                | P 60, P 40 #b    | P 100            | P MATCHED split
    two receipts, a fen too much            | P 60, P 41 #b    | P 100            | P AMOUNT_MISMATCH
    two receipts of the whole               | P 100, P 100 #b  | P 100            | P DUPLICATE surplus=100
    two receipts of nothing                 | P 100, P 100 #b  |                  | P MERCHANT_ONLY
    paid twice                              | P 100            | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid again with another amount          | P 100            | P 100, P 70 #b @10:05 | P DUPLICATE surplus=70
    paid twice without HIS                  |                  | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid again on the next day              | P 100            | P 100, P 100 #b +1 | P DUPLICATE surplus=100

    paid and given back without HIS         |                  | P 100, R1 100    | P OFFSET, R1 OFFSET
    the same in two parts                   |                  | P 100, R1 30, R2 70 | P OFFSET, R1 OFFSET, R2 OFFSET
    given back in part                      |                  | P 100, R1 30     | P PLATFORM_ONLY, R1 PLATFORM_ONLY
    HIS has the payment                     | P 100            | P 100, R1 100    | P MATCHED, R1 PLATFORM_ONLY
    HIS has the refund                      | R1 100           | P 100, R1 100    | P PLATFORM_ONLY, R1 MATCHED
    given back the next day                 |                  | P 100, R1 100 +1 | P OFFSET, R1 OFFSET
    paid and taken back at HIS alone        | P 100, R1 100    |                  | P MERCHANT_ONLY, R1 MERCHANT_ONLY

    the surplus given back is the close's   | P 100            | P 100, P 100 #b, R1 100 | P DUPLICATE surplus=100, R1 PLATFORM_ONLY

    paid before midnight, booked after      | P 100 +1 @00:00:10 | P 100 @23:59:50 | P CROSS_DAY
    booked before midnight, paid after      | P 100 @23:59:50  | P 100 +1 @00:00:10 | P CROSS_DAY
    across midnight with another amount     | P 99 +1 @00:00:10 | P 100 @23:59:50 | P AMOUNT_MISMATCH
    refund across midnight                  | P 100, R1 40 +1 @00:01 | P 100, R1 40 @23:59 | P MATCHED, R1 CROSS_DAY
    seven days                              | P 100 +7         | P 100            | P CROSS_DAY
    eight days                              | P 100 +8         | P 100            | P MERCHANT_ONLY, P PLATFORM_ONLY
    platform alone near midnight            |                  | P 100 @23:45     | P PLATFORM_ONLY crossDay?
    HIS alone after midnight                | P 100 @00:15     |                  | P MERCHANT_ONLY crossDay?
    amounts differ near midnight            | P 99 @23:45      | P 100 @23:45     | P AMOUNT_MISMATCH
  `,
  ),

  ...tableOf(
    { mode: 'REALTIME', rules: { cutOffMs: 6 * 3_600_000 } },
    `
    says                                    | merchant         | platform         | gives
    midnight is nothing                     | P 100 +1 @00:01  | P 100 @23:59     | P MATCHED
    paid before the cut-off, booked after   | P 100 +1 @06:01  | P 100 +1 @05:59  | P CROSS_DAY
    alone near the cut-off                  |                  | P 100 +1 @05:45  | P PLATFORM_ONLY crossDay?
    alone near midnight                     |                  | P 100 @23:45     | P PLATFORM_ONLY
  `,
  ),

  // While windows run. A file has none, so these are the stream's alone.
  ...tableOf(
    { mode: 'REALTIME' },
    `
    says                                    | merchant         | platform         | waits     | gives
    HIS may still come                      |                  | P 100            | P         |
    the platform may still come             | P 100            |                  | P         |
    both there                              | P 100            | P 100            | P         | P MATCHED
    amounts differ at once                  | P 99             | P 100            | P         | P AMOUNT_MISMATCH
    paid twice, at once                     |                  | P 100, P 100 #b  | P         | P DUPLICATE surplus=100
    two amounts, at once                    |                  | P 100, P 101     | P         | P AMOUNT_MISMATCH
    HIS may still book the refund           | P 100            | P 100, R1 40     | R1        | P MATCHED
    one refund waits, another does not      | P 100            | P 100, R1 40, R2 60 | R2     | P MATCHED, R1 PLATFORM_ONLY
    neither may be called anything yet      |                  | P 100, R1 100    | P, R1     |
    given back before HIS has booked it     |                  | P 100, R1 100    | R1        | P OFFSET
    given back in part, the rest not yet    |                  | P 100, R1 30     | R1        | P PLATFORM_ONLY
    given back in two parts, one waits      |                  | P 100, R1 30, R2 70 | R2     | P OFFSET, R1 OFFSET
  `,
  ),
];
