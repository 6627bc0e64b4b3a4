import { tableOf } from './caseTable.ts';

const HOUR_MS = 3_600_000;

/** Books that hold one key on several dates, and lines near a cut-off. */
export const DATES = [
  ...tableOf(
    {},
    `
    says                                         | merchant        | platform        | channel         | gives | in files | because
    paid before midnight, booked after           | P 100 +1 @00:01 | P 100 @23:59    | P 100 @23:59    | P CROSS_DAY
    the same, seen from the day of booking       | P 100 @00:01    | P 100 -1 @23:59 | P 100 -1 @23:59 | P CROSS_DAY heals=-1
    booked before midnight, paid after           | P 100 @23:59    | P 100 +1 @00:01 | P 100 +1 @00:01 | P CROSS_DAY
    the same, seen from the day of payment       | P 100 -1 @23:59 | P 100 @00:01    | P 100 @00:01    | P CROSS_DAY heals=-1
    the channel has it after midnight            | P 100 @23:59    | P 100 @23:59    | P 100 +1 @00:01 | P CROSS_DAY
    the same, seen from the channel's day        | P 100 -1 @23:59 | P 100 -1 @23:59 | P 100 @00:01    | P CROSS_DAY heals=-1
    the platform has it after midnight           | P 100 @23:59    | P 100 +1 @00:01 | P 100 @23:59    | P CROSS_DAY
    three books, three dates                     | P 100 +1        | P 100           | P 100 -1        | P CROSS_DAY heals=-1
    refund before midnight, booked after         | P 100, R1 40 +1 @00:01 | P 100, R1 40 @23:59 | P 100, R1 40 @23:59 | P MATCHED, R1 CROSS_DAY
    refund booked before midnight, made after    | P 100, R1 40 @23:59 | P 100, R1 40 +1 @00:01 | P 100, R1 40 +1 @00:01 | P MATCHED, R1 CROSS_DAY
    payment and refund both crossed              | P 100 @00:01, R1 40 @00:02 | P 100 -1 @23:58, R1 40 -1 @23:59 | P 100 -1 @23:58, R1 40 -1 @23:59 | P CROSS_DAY heals=-1, R1 CROSS_DAY heals=-1
    across midnight with another amount          | P 90 +1 @00:01  | P 100 @23:59    | P 100 @23:59    | P AMOUNT_MISMATCH
    the same, seen from the day of booking       | P 90 @00:01     | P 100 -1 @23:59 | P 100 -1 @23:59 | P AMOUNT_MISMATCH heals=-1
    across midnight, no platform                 | P 100 +1 @00:01 |                 | P 100 @23:59    | P PLATFORM_MISSING
    across midnight, no channel                  | P 100 +1 @00:01 | P 100 @23:59    |                 | P MERCHANT_ONLY crossDay?
    across midnight, no HIS                      |                 | P 100 @23:59    | P 100 +1 @00:01 | P CHANNEL_ONLY crossDay?
    booked before, paid after, no bill of it yet | P 100 @23:50    | P 100 +1 @00:10 |                 | P CROSS_DAY | P MERCHANT_ONLY crossDay? | what is in no file is not there; the close knows which bills are still to come
    the same with another amount                 | P 101 @23:50    | P 100 +1 @00:10 |                 | P MERCHANT_ONLY crossDay?
    of the day before only                       | P 100 -1        | P 100 -1        | P 100 -1        |
    of the next day only                         | P 100 +1        | P 100 +1        | P 100 +1        |
    one-sided, of the day before                 | P 100 -1 @23:59 |                 |                 |

    booked seven days before                     | P 100 -7        | P 100           | P 100           | P CROSS_DAY heals=-7
    booked eight days before                     | P 100 -8        | P 100           | P 100           | P CHANNEL_ONLY
    booked seven days later                      | P 100 +7        | P 100           | P 100           | P CROSS_DAY
    booked eight days later                      | P 100 +8        | P 100           | P 100           | P CHANNEL_ONLY
    paid seven days before                       | P 100           | P 100 -7        | P 100 -7        | P CROSS_DAY heals=-7
    paid eight days before                       | P 100           | P 100 -8        | P 100 -8        | P MERCHANT_ONLY
    paid seven days later                        | P 100           | P 100 +7        | P 100 +7        | P CROSS_DAY
    paid eight days later                        | P 100           | P 100 +8        | P 100 +8        | P MERCHANT_ONLY
    the channel seven days later                 | P 100           | P 100           | P 100 +7        | P CROSS_DAY
    the channel eight days later                 | P 100           | P 100           | P 100 +8        | P MERCHANT_ONLY
    refund booked seven days before              | P 100, R1 40 -7 | P 100, R1 40    | P 100, R1 40    | P MATCHED, R1 CROSS_DAY heals=-7
    refund booked eight days before              | P 100, R1 40 -8 | P 100, R1 40    | P 100, R1 40    | P MATCHED, R1 CHANNEL_ONLY
    refund booked a week late, paid before       | P 100 -5, R1 40 +7 | P 100 -5, R1 40 | P 100 -5, R1 40 | R1 CROSS_DAY
    days are counted by date, not by hours       | P 100 -7 @00:00 | P 100 @23:59:59 | P 100 @23:59:59 | P CROSS_DAY heals=-7

    channel alone, half an hour before midnight  |                 |                 | P 100 @23:30    | P CHANNEL_ONLY crossDay?
    channel alone, a second before that          |                 |                 | P 100 @23:29:59 | P CHANNEL_ONLY
    channel alone, the last second               |                 |                 | P 100 @23:59:59 | P CHANNEL_ONLY crossDay?
    HIS alone, the first second                  | P 100 @00:00    |                 |                 | P MERCHANT_ONLY crossDay?
    HIS alone, just within half an hour          | P 100 @00:29:59 |                 |                 | P MERCHANT_ONLY crossDay?
    HIS alone, half an hour after midnight       | P 100 @00:30    |                 |                 | P MERCHANT_ONLY
    platform alone near midnight                 |                 | P 100 @23:45    |                 | P PLATFORM_ONLY crossDay?
    HIS and platform near midnight               | P 100 @23:46    | P 100 @23:45    |                 | P MERCHANT_ONLY crossDay?
    platform and channel near midnight           |                 | P 100 @23:45    | P 100 @23:45    | P CHANNEL_ONLY crossDay?
    HIS and channel near midnight                | P 100 @23:45    |                 | P 100 @23:45    | P PLATFORM_MISSING
    amounts differ near midnight                 | P 99 @23:45     | P 100 @23:45    | P 100 @23:45    | P AMOUNT_MISMATCH
    paid twice near midnight                     | P 100 @23:45    | P 100 @23:45, P 100 #b @23:46 | P 100 @23:45, P 100 #b @23:46 | P DUPLICATE surplus=100
    given back near midnight without HIS         |                 | P 100 @23:45, R1 100 @23:46 | P 100 @23:45, R1 100 @23:46 | P OFFSET, R1 OFFSET
    a refund alone near midnight                 | P 100           | P 100           | P 100, R1 40 @23:45 | P MATCHED, R1 CHANNEL_ONLY crossDay?
  `,
  ),

  ...tableOf(
    { nextDateBilled: true },
    `
    says                                         | merchant     | platform        | channel         | gives
    booked before, paid after, its bill has it   | P 100 @23:50 | P 100 +1 @00:10 | P 100 +1 @00:10 | P CROSS_DAY
    booked before, paid after, its bill lacks it | P 100 @23:50 | P 100 +1 @00:10 |                 | P MERCHANT_ONLY crossDay?
    the channel has it after midnight            | P 100 @23:59 | P 100 @23:59    | P 100 +1 @00:01 | P CROSS_DAY
  `,
  ),

  // The date reaches from its 06:00 to the next day's.
  ...tableOf(
    { rules: { cutOffMs: 6 * HOUR_MS } },
    `
    says                                     | merchant        | platform        | channel         | gives
    before 06:00 of the next day             | P 100 +1 @05:59 | P 100 +1 @05:59 | P 100 +1 @05:59 | P MATCHED
    at 06:00 of the next day                 | P 100 +1 @06:00 | P 100 +1 @06:00 | P 100 +1 @06:00 |
    at 06:00                                 | P 100 @06:00    | P 100 @06:00    | P 100 @06:00    | P MATCHED
    before 06:00                             | P 100 @05:59:59 | P 100 @05:59:59 | P 100 @05:59:59 |
    midnight is nothing                      | P 100 +1 @00:01 | P 100 @23:59    | P 100 @23:59    | P MATCHED
    paid before the cut-off, booked after    | P 100 +1 @06:01 | P 100 +1 @05:59 | P 100 +1 @05:59 | P CROSS_DAY
    the same, seen from the day of booking   | P 100 @06:01    | P 100 @05:59    | P 100 @05:59    | P CROSS_DAY heals=-1
    alone near the cut-off                   |                 |                 | P 100 +1 @05:30 | P CHANNEL_ONLY crossDay?
    alone after the cut-off                  | P 100 @06:29    |                 |                 | P MERCHANT_ONLY crossDay?
    alone near midnight                      |                 |                 | P 100 @23:59    | P CHANNEL_ONLY
    alone after midnight                     |                 |                 | P 100 +1 @00:01 | P CHANNEL_ONLY
  `,
  ),

  // As UnionPay's clearing day: from 23:00 of the evening before to 23:00.
  ...tableOf(
    { rules: { cutOffMs: -HOUR_MS } },
    `
    says                                     | merchant        | platform        | channel         | gives
    at 23:00 of the evening before           | P 100 -1 @23:00 | P 100 -1 @23:00 | P 100 -1 @23:00 | P MATCHED
    before 23:00 of the evening before       | P 100 -1 @22:59 | P 100 -1 @22:59 | P 100 -1 @22:59 |
    before 23:00                             | P 100 @22:59:59 | P 100 @22:59:59 | P 100 @22:59:59 | P MATCHED
    at 23:00                                 | P 100 @23:00    | P 100 @23:00    | P 100 @23:00    |
    paid before 23:00, booked after          | P 100 @23:01    | P 100 @22:59    | P 100 @22:59    | P CROSS_DAY
    alone near 23:00                         |                 |                 | P 100 -1 @23:29 | P CHANNEL_ONLY crossDay?
    alone near midnight                      |                 |                 | P 100 @00:01    | P CHANNEL_ONLY
  `,
  ),

  ...tableOf(
    { rules: { crossDayMarginMs: HOUR_MS } },
    `
    says                                     | merchant     | platform     | channel         | gives
    alone, an hour's margin before midnight  |              |              | P 100 @23:00    | P CHANNEL_ONLY crossDay?
    alone, a second before the margin        |              |              | P 100 @22:59:59 | P CHANNEL_ONLY
    alone, within the margin after midnight  | P 100 @00:59 |              |                 | P MERCHANT_ONLY crossDay?
    platform alone, after the margin         |              | P 100 @01:01 |                 | P PLATFORM_ONLY
  `,
  ),

  ...tableOf(
    { rules: { crossDayDays: 1 } },
    `
    says                                     | merchant | platform         | channel          | gives | in files | because
    one day is near                          | P 100 -1 | P 100            | P 100            | P CROSS_DAY heals=-1
    two days are far                         | P 100 -2 | P 100            | P 100            | P CHANNEL_ONLY
    one day later is near                    | P 100    | P 100 +1         | P 100 +1         | P CROSS_DAY
    two days later are far                   | P 100    | P 100 +2         | P 100 +2         | P MERCHANT_ONLY
    given back a day later                   |          | P 100 -1, R1 100 | P 100 -1, R1 100 | P OFFSET heals=-1, R1 OFFSET
    given back two days later                |          | P 100 -2, R1 100 | P 100 -2, R1 100 | R1 CHANNEL_ONLY | P OFFSET, R1 OFFSET | files are compared whole, the close looks as far as its span
  `,
  ),
];
