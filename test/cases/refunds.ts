import { tableOf } from './caseTable.ts';

/** Several refunds of an order, and refunds that HIS tells without their number. */
export const REFUNDS = [
  ...tableOf(
    {},
    `
    says                                 | merchant                   | platform                   | channel                    | gives | in files | because
    all given back                       | P 100, R1 100              | P 100, R1 100              | P 100, R1 100              | P MATCHED, R1 MATCHED
    two partial refunds                  | P 100, R1 40, R2 60        | P 100, R1 40, R2 60        | P 100, R1 40, R2 60        | P MATCHED, R1 MATCHED, R2 MATCHED
    two equal partial refunds            | P 100, R1 50, R2 50        | P 100, R1 50, R2 50        | P 100, R1 50, R2 50        | P MATCHED, R1 MATCHED, R2 MATCHED
    the channel lacks one of three       | P 100, R1 20, R2 30, R3 50 | P 100, R1 20, R2 30, R3 50 | P 100, R1 20, R2 30        | P MATCHED, R1 MATCHED, R2 MATCHED, R3 MERCHANT_ONLY
    HIS lacks one of three               | P 100, R1 20, R3 50        | P 100, R1 20, R2 30, R3 50 | P 100, R1 20, R2 30, R3 50 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY, R3 MATCHED
    each book lacks another one          | P 100, R1 20, R2 30        | P 100, R1 20, R3 50        | P 100, R2 30, R3 50        | P MATCHED, R1 MERCHANT_ONLY, R2 PLATFORM_MISSING, R3 CHANNEL_ONLY
    refunded twice, HIS knows of one     | P 100, R1 40               | P 100, R1 40, R2 40        | P 100, R1 40, R2 40        | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY
    HIS refunded twice, the channel once | P 100, R1 40, R2 40        | P 100, R1 40               | P 100, R1 40               | P MATCHED, R1 MATCHED, R2 MERCHANT_ONLY
    another number is another refund     | P 100, R1 40               | P 100, R2 40               | P 100, R2 40               | P MATCHED, R1 MERCHANT_ONLY, R2 CHANNEL_ONLY
    one at HIS, two halves elsewhere     | P 100, R1 40               | P 100, R2 20, R3 20        | P 100, R2 20, R3 20        | P MATCHED, R1 MERCHANT_ONLY, R2 CHANNEL_ONLY, R3 CHANNEL_ONLY
    numbers count within an order only   | P 100, R1 40, B:P 100      | P 100, R1 40, B:P 100, B:R1 40 | P 100, R1 40, B:P 100, B:R1 40 | P MATCHED, R1 MATCHED, B:P MATCHED, B:R1 CHANNEL_ONLY
    the same refund line twice           | P 100, R1 40               | P 100, R1 40, R1 40        | P 100, R1 40               | P MATCHED, R1 MATCHED
    one number with two amounts          | P 100, R1 40               | P 100, R1 40, R1 41        | P 100, R1 40               | P MATCHED, R1 AMOUNT_MISMATCH | P MATCHED, R1 MATCHED | the second row of one number is told as faulty and left out
    two receipts that add up             | P 100, R1 30, R1 10 #b     | P 100, R1 40               | P 100, R1 40               | P MATCHED, R1 MATCHED split
    two receipts of the whole            | P 100, R1 40, R1 40 #b     | P 100, R1 40               | P 100, R1 40               | P MATCHED, R1 AMOUNT_MISMATCH
    paid five days ago                   | P 100 -5, R1 100           | P 100 -5, R1 100           | P 100 -5, R1 100           | R1 MATCHED
    refunded in parts over days          | P 100 -5, R1 40 -2, R2 60  | P 100 -5, R1 40 -2, R2 60  | P 100 -5, R1 40 -2, R2 60  | R2 MATCHED
  `,
  ),

  ...tableOf(
    {},
    `
    says                                    | merchant               | platform            | channel             | gives
    R? takes the one that fits              | P 100, R? 40           | P 100, R1 40        | P 100, R1 40        | P MATCHED, R1 MATCHED
    R? takes it whenever it was             | P 100, R? 40 @21:00    | P 100, R1 40 @08:00 | P 100, R1 40 @08:00 | P MATCHED, R1 MATCHED
    R? takes the one of its amount          | P 100, R? 40           | P 100, R1 40, R2 60 | P 100, R1 40, R2 60 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY
    R? takes none of another amount         | P 100, R? 39           | P 100, R1 40        | P 100, R1 40        | P MATCHED, R1 CHANNEL_ONLY, R? MERCHANT_ONLY
    two R? of two amounts                   | P 100, R? 40, R? 60 #b | P 100, R1 40, R2 60 | P 100, R1 40, R2 60 | P MATCHED, R1 MATCHED, R2 MATCHED
    R? beside a numbered one                | P 100, R1 40, R? 40    | P 100, R1 40, R2 40 | P 100, R1 40, R2 40 | P MATCHED, R1 MATCHED, R2 MATCHED
    R? takes none that HIS has by number    | P 100, R1 40, R? 40    | P 100, R1 40        | P 100, R1 40        | P MATCHED, R1 MATCHED, R? MERCHANT_ONLY
    R? of one that the channel lacks        | P 100, R? 40           | P 100, R1 40        | P 100               | P MATCHED, R1 MERCHANT_ONLY
    R? of one that the platform lacks       | P 100, R? 40           | P 100               | P 100, R1 40        | P MATCHED, R1 PLATFORM_MISSING
    R? of one that the channel has wrong    | P 100, R? 40           | P 100, R1 40        | P 100, R1 41        | P MATCHED, R1 AMOUNT_MISMATCH
    R? alone                                | P 100, R? 40           | P 100               | P 100               | P MATCHED, R? MERCHANT_ONLY
    R? takes no other order's               | P 100, R? 40           | P 100, B:R1 40      | P 100, B:R1 40      | P MATCHED, R? MERCHANT_ONLY, B:R1 CHANNEL_ONLY
    R? told twice is one                    | P 100, R? 40, R? 40    | P 100, R1 40        | P 100, R1 40        | P MATCHED, R1 MATCHED
    two fit at the same time: none          | P 100, R? 40           | P 100, R1 40, R2 40 | P 100, R1 40, R2 40 | P MATCHED, R1 CHANNEL_ONLY ambiguous, R2 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    platform and channel number it apart    | P 100, R? 40           | P 100, R1 40        | P 100, R2 40        | P MATCHED, R1 PLATFORM_ONLY ambiguous, R2 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    two R? at one time for one: none        | P 100, R? 40, R? 40 #b | P 100, R1 40        | P 100, R1 40        | P MATCHED, R1 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    nobody names the number                 | P 100, R? 40           | P 100               | P 100, R? 40        | P MATCHED, R? MERCHANT_ONLY ambiguous, R? CHANNEL_ONLY ambiguous
    two R? for three: none                  | P 100, R? 40, R? 40 #b | P 100, R1 40, R2 40, R3 40 | P 100, R1 40, R2 40, R3 40 | P MATCHED, R1 CHANNEL_ONLY ambiguous, R2 CHANNEL_ONLY ambiguous, R3 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    of two amounts, one is in doubt         | P 100, R? 40, R? 20 #b | P 100, R1 40, R2 20, R3 20 | P 100, R1 40, R2 20, R3 20 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY ambiguous, R3 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    numbers that HIS has are not in doubt   | P 100, R1 40, R? 40    | P 100, R1 40, R2 40, R3 40 | P 100, R1 40, R2 40, R3 40 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY ambiguous, R3 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous

    two fit, one is nearest by far          | P 100, R? 40 @10:01    | P 100, R1 40 @10:00, R2 40 @15:00 | P 100, R1 40 @10:00, R2 40 @15:00 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY
    two fit, one is of the day before       | P 100, R? 40           | P 100, R1 40 -1, R2 40            | P 100, R1 40 -1, R2 40            | P MATCHED, R2 MATCHED
    two and two, far apart                  | P 100, R? 40 @10:01, R? 40 #b @15:02 | P 100, R1 40 @10:00, R2 40 @15:00 | P 100, R1 40 @10:00, R2 40 @15:00 | P MATCHED, R1 MATCHED, R2 MATCHED
    two R? for one, one is nearest by far   | P 100, R? 40 @10:01, R? 40 #b @15:02 | P 100, R1 40 @15:00 | P 100, R1 40 @15:00 | P MATCHED, R1 MATCHED, R? MERCHANT_ONLY
    nearer by less than the window: none    | P 100, R? 40 @10:02    | P 100, R1 40 @10:00, R2 40 @10:05 | P 100, R1 40 @10:00, R2 40 @10:05 | P MATCHED, R1 CHANNEL_ONLY ambiguous, R2 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous
    one is clear, two rivals are not        | P 100, R? 40 @10:01, R? 40 #b @15:02, R? 40 #c @15:03 | P 100, R1 40 @10:00, R2 40 @15:00 | P 100, R1 40 @10:00, R2 40 @15:00 | P MATCHED, R1 MATCHED, R2 CHANNEL_ONLY ambiguous, R? MERCHANT_ONLY ambiguous, R? MERCHANT_ONLY ambiguous

    R? booked after midnight                | P 100, R? 40 +1 @00:02 | P 100, R1 40 @23:58    | P 100, R1 40 @23:58    | P MATCHED, R1 CROSS_DAY
    R? booked three days later              | P 100, R? 40 +3        | P 100, R1 40           | P 100, R1 40           | P MATCHED, R1 CROSS_DAY
    R? booked before midnight, made after   | P 100, R? 40 @23:58    | P 100, R1 40 +1 @00:03 | P 100, R1 40 +1 @00:03 | P MATCHED, R1 CROSS_DAY
    the same, seen from the day after       | P 100 -1, R? 40 -1 @23:58 | P 100 -1, R1 40 @00:03 | P 100 -1, R1 40 @00:03 | R1 CROSS_DAY heals=-1
    across midnight, the nearest by far     | P 100, R? 40 @23:58    | P 100, R1 40 +1 @00:01, R2 40 +1 @12:00 | P 100, R1 40 +1 @00:01, R2 40 +1 @12:00 | P MATCHED, R1 CROSS_DAY
    two as near, on either side of midnight | P 100, R? 40 @23:59    | P 100, R1 40 @23:58, R2 40 +1 @00:01 | P 100, R1 40 @23:58, R2 40 +1 @00:01 | P MATCHED, R1 CHANNEL_ONLY crossDay? ambiguous, R? MERCHANT_ONLY crossDay? ambiguous
    the same, seen from the day after       | P 100 -1, R? 40 -1 @23:59 | P 100 -1, R1 40 -1 @23:58, R2 40 @00:01 | P 100 -1, R1 40 -1 @23:58, R2 40 @00:01 | R2 CHANNEL_ONLY crossDay? ambiguous
    nearest over midnight, not on the date  | P 100, R? 40 @23:58    | P 100, R1 40 @10:00, R2 40 +1 @00:01 | P 100, R1 40 @10:00, R2 40 +1 @00:01 | P MATCHED, R1 CHANNEL_ONLY, R2 CROSS_DAY
    R? booked seven days later              | P 100, R? 40 +7        | P 100, R1 40           | P 100, R1 40           | P MATCHED, R1 CROSS_DAY
    R? booked eight days later              | P 100, R? 40 +8        | P 100, R1 40           | P 100, R1 40           | P MATCHED, R1 CHANNEL_ONLY
    R? booked eight days before             | P 100 -8, R? 40 -8     | P 100 -8, R1 40        | P 100 -8, R1 40        | R1 CHANNEL_ONLY
    R? booked on the date, refunded before  | P 100 -2, R? 40        | P 100 -2, R1 40 -2     | P 100 -2, R1 40 -2     | R1 CROSS_DAY heals=-2
    R? of the whole, paid on the date       | P 100, R? 100          | P 100, R1 100          | P 100, R1 100          | P MATCHED, R1 MATCHED
    R? shows that HIS saw it: no OFFSET     | R? 100                 | P 100, R1 100          | P 100, R1 100          | P CHANNEL_ONLY, R1 MATCHED
  `,
  ),
];
