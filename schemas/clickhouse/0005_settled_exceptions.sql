-- What became of an exception once a close has spoken: a realtime row of a closed date, or a final row that a later run
-- paired over midnight, must not stay "open" for ever.

-- The last published word on a key, for each date it speaks for: the run's own, the earlier one that it settles, and the
-- neighbours of the run's own, on which realtime may have dated the key. Last is what was published last: of two days the
-- earlier may be closed after the later. open: 1 where it still needs a person.
CREATE OR REPLACE VIEW last_words AS
SELECT
    merchant_id,
    order_no,
    key_part,
    for_date,
    argMax(run_open, (ended_at, run_date)) AS open
FROM
(
    SELECT
        v.merchant_id AS merchant_id,
        v.order_no AS order_no,
        v.key_part AS key_part,
        r.run_date AS run_date,
        r.ended_at AS ended_at,
        groupArray(v.refers_to) AS settled,
        max(v.code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')) AS run_open
    FROM verdicts AS v
    INNER JOIN
    (
        SELECT merchant_id, mode, run_id, business_date AS run_date, max(ended_at) AS ended_at
        FROM reconciliations
        WHERE (merchant_id, business_date, mode, run_id) IN (
            SELECT merchant_id, business_date, mode, run_id FROM publications)
        GROUP BY merchant_id, mode, run_id, run_date
    ) AS r ON r.merchant_id = v.merchant_id AND r.mode = v.mode AND r.run_id = v.run_id
    WHERE v.mode != 'REALTIME'
        -- Of all others nobody asks what became of them: some in a hundred orders.
        AND v.order_no IN (
            SELECT order_no FROM verdicts
            WHERE code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE'))
    GROUP BY merchant_id, order_no, key_part, run_date, ended_at
)
ARRAY JOIN arrayDistinct(arrayConcat([run_date - 1, run_date, run_date + 1], settled)) AS for_date
GROUP BY merchant_id, order_no, key_part, for_date;

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
