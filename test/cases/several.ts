import { tableOf } from './caseTable.ts';

/** Several lines of one key in a book: repeats, splits, second payments; and payments that span orders. */
export const SEVERAL = [
  ...tableOf(
    {},
    `
    says                                     | merchant         | platform         | channel          | gives | in files | because
    the same line twice at HIS               | P 100, P 100     | P 100            | P 100            | P MATCHED
    the same line twice at the platform      | P 100            | P 100, P 100     | P 100            | P MATCHED
    the same line twice at the channel       | P 100            | P 100            | P 100, P 100     | P MATCHED
    told again at another time of the date   | P 100, P 100 @18:00 | P 100         | P 100            | P MATCHED
    told twice where nobody else has it      |                  | P 100, P 100     |                  | P PLATFORM_ONLY
    one transaction with two amounts         | P 100            | P 100, P 101     | P 100            | P AMOUNT_MISMATCH | P MATCHED | the second row of one number is told as faulty and left out
    one receipt with two amounts             | P 100, P 101     | P 100            | P 100            | P AMOUNT_MISMATCH | P MATCHED | the second row of one number is told as faulty and left out
    two amounts and nobody else has it       |                  | P 100, P 101     |                  | P AMOUNT_MISMATCH | P PLATFORM_ONLY | the second row of one number is told as faulty and left out

    two receipts that add up                 | P 60, P 40 #b    | P 100            | P 100            | P MATCHED split
    two equal receipts that add up           | P 50, P 50 #b    | P 100            | P 100            | P MATCHED split
    three receipts that add up               | P 60, P 39 #b, P 1 #c | P 100       | P 100            | P MATCHED split
    two receipts, a fen too much             | P 60, P 41 #b    | P 100            | P 100            | P AMOUNT_MISMATCH
    two receipts, a fen too little           | P 60, P 39 #b    | P 100            | P 100            | P AMOUNT_MISMATCH
    two receipts that the channel lacks      | P 60, P 40 #b    | P 100            |                  | P MERCHANT_ONLY
    two receipts that the platform lacks     | P 60, P 40 #b    |                  | P 100            | P PLATFORM_MISSING
    two receipts that nobody else has        | P 60, P 40 #b    |                  |                  | P MERCHANT_ONLY
    two receipts, one of them told twice     | P 60, P 40 #b, P 40 #b | P 100      | P 100            | P MATCHED split
    the second receipt after midnight        | P 60 @23:58, P 40 #b +1 @00:02 | P 100 @23:57 | P 100 @23:57 | P MATCHED split
    two receipts of the whole                | P 100, P 100 #b  | P 100            | P 100            | P DUPLICATE surplus=100
    three receipts of the whole              | P 100, P 100 #b, P 100 #c | P 100   | P 100            | P DUPLICATE surplus=200
    two receipts of the whole, no platform   | P 100, P 100 #b  |                  | P 100            | P DUPLICATE surplus=100
    two receipts of the whole, no channel    | P 100, P 100 #b  | P 100            |                  | P DUPLICATE surplus=100
    two equal receipts that nobody else has  | P 100, P 100 #b  |                  |                  | P MERCHANT_ONLY
    a receipt of the whole and one of a part | P 100, P 50 #b   | P 100            | P 100            | P AMOUNT_MISMATCH

    paid twice, HIS knows of one             | P 100            | P 100, P 100 #b  | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid twice at the channel only           | P 100            | P 100            | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid twice at the platform only          | P 100            | P 100, P 100 #b  | P 100            | P DUPLICATE surplus=100
    paid again with another amount           | P 100            | P 100            | P 100, P 70 #b   | P DUPLICATE surplus=70
    the later payment is the surplus         | P 70             | P 70 @09:00      | P 100 #b @11:00, P 70 @09:00 | P DUPLICATE surplus=100
    paid three times                         | P 100            | P 100, P 100 #b, P 100 #c | P 100, P 100 #b, P 100 #c | P DUPLICATE surplus=200
    paid twice and HIS booked both           | P 100, P 100 #b  | P 100, P 100 #b  | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid twice and HIS knows nothing         |                  | P 100, P 100 #b  | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid twice at the channel, alone         |                  |                  | P 100, P 100 #b  | P DUPLICATE surplus=100
    paid again on the next day               | P 100            | P 100, P 100 #b +1 | P 100, P 100 #b +1 | P DUPLICATE surplus=100
    paid again what was paid the day before  | P 100 -1         | P 100 -1, P 100 #b | P 100 -1, P 100 #b | P DUPLICATE surplus=100 heals=-1
    paid again after eight days              | P 100 -8         | P 100 -8, P 100 #b | P 100 -8, P 100 #b | P CHANNEL_ONLY
  `,
  ),

  ...tableOf(
    {},
    `
    says                                        | merchant              | platform                    | channel                 | gives
    one receipt for two payments, a line each   | P 701 /m, B:P 702 /m  | P 701 /m, B:P 702 /m        | P 701, B:P 702          | P MATCHED, B:P MATCHED
    one payment booked under two orders         | P 60, B:P 40          | P 100                       | P 100                   | P AMOUNT_MISMATCH, B:P MERCHANT_ONLY
    paid again under a new order                | P 711                 | P 711, B:P 711 @10:02       | P 711, B:P 711 @10:02   | P MATCHED, B:P CHANNEL_ONLY repeats=A
    paid again at the platform only             | P 712                 | P 712, B:P 712 @10:02       | P 712                   | P MATCHED, B:P PLATFORM_ONLY repeats=A
    paid before, under another order            | P 713                 | P 713, B:P 713 @09:51       | P 713, B:P 713 @09:51   | P MATCHED, B:P CHANNEL_ONLY repeats=A
    the same amount after eleven minutes        | P 714                 | P 714, B:P 714 @10:11       | P 714, B:P 714 @10:11   | P MATCHED, B:P CHANNEL_ONLY
    another amount soon after                   | P 715                 | P 715, B:P 716 @10:02       | P 715, B:P 716 @10:02   | P MATCHED, B:P CHANNEL_ONLY
    another amount, later, for the same receipt | P 717 /m              | P 717 /m, B:P 718 /m @14:00 | P 717, B:P 718 @14:00   | P MATCHED, B:P CHANNEL_ONLY repeats=A
    two payments that HIS lacks both            |                       | P 719, B:P 719 @10:02       | P 719, B:P 719 @10:02   | P CHANNEL_ONLY, B:P CHANNEL_ONLY
    the nearer of two                           | P 720, B:P 720 @10:06 | P 720, B:P 720 @10:06, C:P 720 @10:05 | P 720, B:P 720 @10:06, C:P 720 @10:05 | P MATCHED, B:P MATCHED, C:P CHANNEL_ONLY repeats=B
  `,
  ),

  // Payments that HIS booked as one receipt. What is looked for by amount and time has times of its own.
  ...tableOf(
    {},
    `
    says                                        | merchant              | platform                    | channel                 | gives
    one receipt for two, named by both          | P 1421 /m             | P 710 /m, B:P 711 /m @14:00 | P 710, B:P 711 @14:00   | P AMOUNT_MISMATCH merged=AB, B:P CHANNEL_ONLY merged=AB
    one receipt for three, named by all         | P 300 /m              | P 100 /m, B:P 120 /m, C:P 80 /m | P 100, B:P 120, C:P 80 | P AMOUNT_MISMATCH merged=ABC, B:P CHANNEL_ONLY merged=ABC, C:P CHANNEL_ONLY merged=ABC
    two equal payments are no repeat then       | P 1440 /m             | P 720 /m, B:P 720 /m        | P 720, B:P 720          | P AMOUNT_MISMATCH merged=AB, B:P CHANNEL_ONLY merged=AB
    a line for each, of the whole receipt       | P 1417 /m, B:P 1417 /m | P 708, B:P 709             | P 708, B:P 709          | P AMOUNT_MISMATCH merged=AB, B:P AMOUNT_MISMATCH merged=AB
    a line for each of two, of three in all     | P 1500 /m, B:P 1500 /m | P 400 /m, B:P 500 /m, C:P 600 /m | P 400, B:P 500, C:P 600 | P AMOUNT_MISMATCH merged=ABC, B:P AMOUNT_MISMATCH merged=ABC, C:P CHANNEL_ONLY merged=ABC
    named, under an order of HIS's own          | C:P 1431 /m           | P 715 /m, B:P 716 /m        | P 715, B:P 716          | P CHANNEL_ONLY merged=AB, B:P CHANNEL_ONLY merged=AB, C:P MERCHANT_ONLY merged=AB
    the channel lacks one of them               | P 1445 /m             | P 722 /m, B:P 723 /m        | P 722                   | P AMOUNT_MISMATCH merged=AB, B:P PLATFORM_ONLY merged=AB
    the channel lacks all of them               | P 1447 /m             | P 723 /m, B:P 724 /m        |                         | P MERCHANT_ONLY merged=AB, B:P PLATFORM_ONLY merged=AB
    named, and a fen too little                 | P 1433 /m             | P 716 /m, B:P 716 /m        | P 716, B:P 716          | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY repeats=A
    one of them was given back                  | P 1455 /m             | P 727 /m, B:P 728 /m, B:R1 728 | P 727, B:P 728, B:R1 728 | P AMOUNT_MISMATCH, B:P OFFSET, B:R1 OFFSET
    platform and channel differ on one          | P 1457 /m             | P 728 /m, B:P 729 /m        | P 728, B:P 730          | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY conflict repeats=A
    booked after midnight                       | P 1461 /m +1 @00:05   | P 730 /m @23:58, B:P 731 /m @23:59 | P 730 @23:58, B:P 731 @23:59 | P AMOUNT_MISMATCH merged=AB, B:P CHANNEL_ONLY crossDay? merged=AB
    the same, seen from the day of booking      | P 1463 /m @00:05      | P 731 /m -1 @23:58, B:P 732 /m -1 @23:59 | P 731 -1 @23:58, B:P 732 -1 @23:59 | P AMOUNT_MISMATCH heals=-1 merged=AB

    one receipt for two payments, in one line   | P 1407 @04:00         | P 703 @04:00, B:P 704 @04:05 | P 703 @04:00, B:P 704 @04:05 | P AMOUNT_MISMATCH merged=AB, B:P CHANNEL_ONLY merged=AB
    one receipt under an order of HIS's own     | C:P 1411 @04:30       | P 705 @04:30, B:P 706 @04:31 | P 705 @04:30, B:P 706 @04:31 | P CHANNEL_ONLY merged=AB, B:P CHANNEL_ONLY merged=AB, C:P MERCHANT_ONLY merged=AB
    two equal ones, in one line                 | P 1442 @05:00         | P 721 @05:00, B:P 721 @05:03 | P 721 @05:00, B:P 721 @05:03 | P AMOUNT_MISMATCH merged=AB, B:P CHANNEL_ONLY merged=AB
    the other one eleven minutes later          | P 1448 @05:30         | P 723 @05:30, B:P 725 @05:41 | P 723 @05:30, B:P 725 @05:41 | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY
    two could be the other one: neither         | P 1450 @06:00         | P 725 @06:00, B:P 725 @06:01, C:P 725 @06:02 | P 725 @06:00, B:P 725 @06:01, C:P 725 @06:02 | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY repeats=A, C:P CHANNEL_ONLY repeats=A
    two receipts could hold it: neither         | P 1452 @06:30, B:P 1453 @06:31 | P 725 @06:30, B:P 726 @06:31, C:P 727 @06:32 | P 725 @06:30, B:P 726 @06:31, C:P 727 @06:32 | P AMOUNT_MISMATCH, B:P AMOUNT_MISMATCH, C:P CHANNEL_ONLY
    the other one names another receipt         | P 1453 /m @07:00      | P 726 /m @07:00, B:P 727 /n @07:01 | P 726 @07:00, B:P 727 @07:01 | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY
    HIS has too little                          | P 700 /m @07:30       | P 726 /m @07:30, B:P 727 /m @07:31 | P 726 @07:30, B:P 727 @07:31 | P AMOUNT_MISMATCH, B:P CHANNEL_ONLY repeats=A
  `,
  ),
];
