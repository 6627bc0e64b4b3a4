-- Views for analysts: right whatever is repeated or not merged yet. Amounts are in fen; *_yuan is the same in yuan.

-- Which bill speaks for which place: a bill without a channel speaks for every channel of its book, and for lines
-- without one; of several bills the latest import counts (the close's bookScope says the same).
CREATE OR REPLACE VIEW bill_slots AS
SELECT
    merchant_id,
    book,
    business_date,
    arrayJoin(if(channel = '', ['', 'WECHAT', 'ALIPAY', 'UNIONPAY'], [toString(channel)])) AS slot,
    argMax(b.bill_id, b.version) AS bill_id
FROM bills AS b
GROUP BY merchant_id, book, business_date, slot;

-- Lines of the books; of a bill only when it is on record. counts: 1 where the line stands for its book now, 0 where a
-- bill, or a later one, has taken its place.
CREATE OR REPLACE VIEW v_entries AS
SELECT
    * EXCEPT blanks,
    toDecimal128(amount_fen, 2) / 100 AS amount_yuan,
    if(source = 'BILL',
        (merchant_id, bill_id, book, channel) IN (SELECT merchant_id, bill_id, book, slot FROM bill_slots),
        (merchant_id, business_date, book, channel) NOT IN (
            SELECT merchant_id, business_date, book, arrayJoin(['', slot]) FROM bill_slots)) AS counts
FROM entries FINAL
WHERE source != 'BILL' OR bill_id IN (SELECT bill_id FROM bills);

-- current: 0 where later bills speak for everything that this one did.
CREATE OR REPLACE VIEW v_bills AS
SELECT
    *,
    toDecimal128(payment_fen, 2) / 100 AS payment_yuan,
    toDecimal128(refund_fen, 2) / 100 AS refund_yuan,
    (merchant_id, business_date, book, bill_id) IN (
        SELECT merchant_id, business_date, book, bill_id FROM bill_slots) AS current
FROM bills FINAL;

CREATE OR REPLACE VIEW v_bill_errors AS
SELECT * FROM bill_errors FINAL;

-- Realtime rows in their latest version, final rows of the published run. provisional: 1 on a realtime row whose date is
-- not closed yet; once it is, the row stays as what realtime had said.
CREATE OR REPLACE VIEW v_verdicts AS
SELECT
    *,
    toDecimal128(merchant_fen, 2) / 100 AS merchant_yuan,
    toDecimal128(platform_fen, 2) / 100 AS platform_yuan,
    toDecimal128(channel_fen, 2) / 100 AS channel_yuan,
    mode = 'REALTIME' AND (merchant_id, business_date) NOT IN (
        SELECT merchant_id, business_date FROM publications) AS provisional
FROM verdicts FINAL
WHERE if(mode = 'REALTIME',
    -- A span above 0 is stale when the key has been judged again with more lines, which came to fewer spans:
    -- version >> 11 is the number of lines known (see pipeline/join/judgeChange.ts).
    span = 0 OR (merchant_id, order_no, key_part, bitShiftRight(version, 11)) IN (
        SELECT merchant_id, order_no, key_part, bitShiftRight(version, 11)
        FROM verdicts FINAL
        WHERE mode = 'REALTIME' AND span = 0
            AND order_no IN (SELECT order_no FROM verdicts WHERE mode = 'REALTIME' AND span > 0)),
    (merchant_id, mode, run_id) IN (SELECT merchant_id, mode, run_id FROM publications));

-- Verdicts that need a person, with what became of their case.
CREATE OR REPLACE VIEW v_exceptions AS
SELECT
    v.case_id AS id,
    v.mode AS mode,
    v.code AS type,
    v.kind AS kind,
    v.merchant_id AS merchant_id,
    v.business_date AS business_date,
    v.order_no AS order_no,
    v.refund_no AS refund_no,
    v.key_part AS key_part,
    v.span AS span,
    v.channel AS channel,
    v.business_type AS business_type,
    v.merchant_fen AS merchant_fen,
    v.platform_fen AS platform_fen,
    v.channel_fen AS channel_fen,
    v.merchant_yuan AS merchant_yuan,
    v.platform_yuan AS platform_yuan,
    v.channel_yuan AS channel_yuan,
    v.possibly_cross_day AS possibly_cross_day,
    v.amount_conflict AS amount_conflict,
    v.surplus_fen AS surplus_fen,
    v.possible_duplicate_of AS possible_duplicate_of,
    v.provisional AS provisional,
    v.run_id AS run_id,
    if(c.status = '', 'OPEN', c.status) AS status
FROM
(
    SELECT
        *,
        lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)) AS case_id
    FROM v_verdicts
    WHERE code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')
) AS v
LEFT JOIN (SELECT merchant_id, case_id, toString(status) AS status FROM exceptions FINAL) AS c
    ON c.merchant_id = v.merchant_id AND c.case_id = v.case_id;

-- matched counts MATCHED and CROSS_DAY: in both the books agree on the money. OFFSET is neither matched nor an exception.
CREATE OR REPLACE VIEW v_match_rates AS
SELECT
    merchant_id,
    business_date,
    mode,
    count() AS verdicts,
    countIf(code IN ('MATCHED', 'CROSS_DAY')) AS matched,
    countIf(code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')) AS exceptions,
    matched / verdicts AS rate,
    max(v.provisional) AS provisional
FROM v_verdicts AS v
GROUP BY merchant_id, business_date, mode;

-- published: 1 on the run that readers follow.
CREATE OR REPLACE VIEW v_reconciliations AS
SELECT
    *,
    (merchant_id, business_date, mode, run_id) IN (
        SELECT merchant_id, business_date, mode, run_id FROM publications) AS published
FROM reconciliations FINAL;

CREATE OR REPLACE VIEW v_dead_letters AS
SELECT * FROM dead_letters FINAL;

CREATE OR REPLACE VIEW v_exception_actions AS
SELECT
    *,
    toDecimal128(amount_fen, 2) / 100 AS amount_yuan
FROM exception_actions
LIMIT 1 BY action_id;
