-- What is noted of a verdict beside its code. Rows from before these columns have none of them.

ALTER TABLE verdicts
    -- A HIS refund without a number that stands alone, or one that it could be.
    ADD COLUMN IF NOT EXISTS ambiguous_refund UInt8,
    -- Two books name different channels for the key; `channel` is the platform's.
    ADD COLUMN IF NOT EXISTS channel_conflict UInt8,
    -- The HIS receipt that the payments of several orders probably add up to, and those orders; '' and [] for none.
    ADD COLUMN IF NOT EXISTS merged_receipt String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS merged_orders Array(String) CODEC(ZSTD(1));

-- The views again, with the new columns.

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

-- Verdicts that need a person, with what became of their case: its own status where it has one; else HEALED where the
-- date is closed and the last published word on the key is no exception, or there is none left to say.
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
    v.conflicts AS conflicts,
    v.amount_conflict AS amount_conflict,
    v.surplus_fen AS surplus_fen,
    v.possible_duplicate_of AS possible_duplicate_of,
    v.ambiguous_refund AS ambiguous_refund,
    v.channel_conflict AS channel_conflict,
    v.merged_receipt AS merged_receipt,
    v.merged_orders AS merged_orders,
    v.provisional AS provisional,
    v.run_id AS run_id,
    multiIf(c.status != '', c.status, v.provisional OR w.open, 'OPEN', 'HEALED') AS status
FROM
(
    SELECT
        *,
        lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)) AS case_id
    FROM v_verdicts
    WHERE code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')
) AS v
LEFT JOIN (SELECT merchant_id, case_id, toString(status) AS status FROM exceptions FINAL) AS c
    ON c.merchant_id = v.merchant_id AND c.case_id = v.case_id
LEFT JOIN last_words AS w
    ON w.merchant_id = v.merchant_id AND w.order_no = v.order_no AND w.key_part = v.key_part AND w.for_date = v.business_date;
