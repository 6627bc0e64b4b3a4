-- What runs said of keys that need, or once needed, a person: some in a thousand verdicts. Lists and counts of open
-- exceptions read these rows, not the verdicts.

-- A run's rows, as they stand in verdicts, of every key that this run or an earlier one calls an exception. Written
-- before the run is published; rows of a run that never was count for nothing.
CREATE TABLE IF NOT EXISTS exception_words
(
    merchant_id           LowCardinality(String),
    mode                  LowCardinality(String),
    run_id                String,
    order_no              String CODEC(ZSTD(1)),
    key_part              String CODEC(ZSTD(1)),
    span                  UInt8,
    business_date         Date,
    case_id               String MATERIALIZED lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)),
    kind                  LowCardinality(String),
    refund_no             String CODEC(ZSTD(1)),
    code                  LowCardinality(String),
    channel               LowCardinality(String),
    business_type         LowCardinality(String),
    merchant_fen          Nullable(Int64),
    platform_fen          Nullable(Int64),
    channel_fen           Nullable(Int64),
    possibly_cross_day    UInt8,
    conflicts             UInt8,
    amount_conflict       UInt8,
    surplus_fen           Nullable(Int64),
    possible_duplicate_of String CODEC(ZSTD(1)),
    ambiguous_refund      UInt8,
    channel_conflict      UInt8,
    merged_receipt        String CODEC(ZSTD(1)),
    merged_orders         Array(String) CODEC(ZSTD(1)),
    refers_to             Nullable(Date)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(business_date)
ORDER BY (merchant_id, mode, run_id, order_no, key_part, span)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO exception_words
    (merchant_id, mode, run_id, order_no, key_part, span, business_date, kind, refund_no, code, channel, business_type,
    merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen, possible_duplicate_of,
    ambiguous_refund, channel_conflict, merged_receipt, merged_orders, refers_to)
SELECT
    merchant_id, mode, run_id, order_no, key_part, span, business_date, kind, refund_no, code, channel, business_type,
    merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen, possible_duplicate_of,
    ambiguous_refund, channel_conflict, merged_receipt, merged_orders, refers_to
FROM verdicts
WHERE mode != 'REALTIME' AND (merchant_id, order_no, key_part) IN (
    SELECT merchant_id, order_no, key_part
    FROM verdicts
    WHERE mode != 'REALTIME'
        AND code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE'));

-- What published runs say now, with the date of the run.
CREATE OR REPLACE VIEW published_words AS
SELECT w.*, w.case_id AS case_id, r.run_date AS run_date, r.ended_at AS ended_at,
    CAST(w.code AS String) IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE') AS is_exception
FROM exception_words AS w FINAL
INNER JOIN
(
    SELECT merchant_id, mode, business_date AS run_date, argMax(c.run_id, (c.token, c.run_id)) AS run_id,
        argMax(c.ended_at, (c.token, c.run_id)) AS ended_at
    FROM reconciliations AS c
    WHERE outcome != 'FAILED'
    GROUP BY merchant_id, mode, run_date
) AS r ON r.merchant_id = w.merchant_id AND r.mode = w.mode AND r.run_id = w.run_id;

-- As last_words, of keys that several rows speak of. A single row has the last word itself.
CREATE OR REPLACE VIEW disputed_words AS
SELECT merchant_id, order_no, key_part, for_date, argMax(run_open, (ended_at, run_date)) AS open
FROM
(
    SELECT merchant_id, order_no, key_part, run_date, ended_at, groupArray(w.refers_to) AS settled, max(w.is_exception) AS run_open
    FROM
    (
        SELECT merchant_id, order_no, key_part, word.1 AS run_date, word.2 AS ended_at, word.3 AS refers_to, word.4 AS is_exception
        FROM
        (
            SELECT merchant_id, order_no, key_part, groupArray((p.run_date, p.ended_at, p.refers_to, p.is_exception)) AS words
            FROM published_words AS p
            -- Rows that were written twice and not merged yet are among them, and told apart below.
            WHERE cityHash64(merchant_id, order_no, key_part) IN (
                SELECT cityHash64(merchant_id, order_no, key_part) AS key
                FROM exception_words
                GROUP BY key
                HAVING count() > 1)
            GROUP BY merchant_id, order_no, key_part
            HAVING length(words) > 1
        )
        ARRAY JOIN words AS word
    ) AS w
    GROUP BY merchant_id, order_no, key_part, run_date, ended_at
)
ARRAY JOIN arrayDistinct(arrayConcat([run_date - 1, run_date, run_date + 1], settled)) AS for_date
GROUP BY merchant_id, order_no, key_part, for_date;

-- The exceptions that stand now: of published runs, of realtime on days that are still open (provisional), and payments
-- that HIS booked after they were refunded. Else the same rows as v_exceptions without what realtime had said of closed
-- dates, and with when the case was opened (null: not yet).
CREATE OR REPLACE VIEW v_current_exceptions AS
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
    multiIf(
        c.status IN ('IN_PROGRESS', 'PENDING_APPROVAL', 'RESOLVED'), c.status,
        c.status = 'OPEN' AND isNotNull(v.merchant_fen) AND v.code IN ('CHANNEL_ONLY', 'PLATFORM_ONLY'), 'OPEN',
        v.provisional OR if(w.order_no = '', v.speaks_for_itself, w.open), 'OPEN',
        'HEALED') AS status,
    if(c.case_id = '', NULL, c.opened_at) AS opened_at
FROM
(
    SELECT case_id, toString(mode) AS mode, code, kind, merchant_id, business_date, order_no, refund_no, key_part, span, channel,
        business_type, merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen,
        possible_duplicate_of, ambiguous_refund, channel_conflict, merged_receipt, merged_orders, run_id, 0 AS provisional,
        toUInt8(abs(run_date - business_date) <= 1 OR ifNull(refers_to = business_date, 0)) AS speaks_for_itself
    FROM published_words
    WHERE is_exception
    UNION ALL
    SELECT lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)) AS case_id,
        'REALTIME' AS mode, code, kind, merchant_id, business_date, order_no, refund_no, key_part, span, channel,
        business_type, merchant_fen, platform_fen, channel_fen, possibly_cross_day, conflicts, amount_conflict, surplus_fen,
        possible_duplicate_of, ambiguous_refund, channel_conflict, merged_receipt, merged_orders, run_id, 1 AS provisional,
        1 AS speaks_for_itself
    FROM live_verdicts
    WHERE code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')
    UNION ALL
    -- HIS booked a payment after it had been refunded: all books agree by now, so that no verdict tells of it. Such a case
    -- alone has a type that says that HIS lacks the payment, and an amount of HIS.
    SELECT case_id, toString(mode) AS mode, type AS code, kind, merchant_id, business_date, order_no, refund_no, key_part, 0 AS span,
        channel, '' AS business_type, merchant_fen, platform_fen, channel_fen, possibly_cross_day, 0 AS conflicts,
        0 AS amount_conflict, NULL AS surplus_fen, '' AS possible_duplicate_of, 0 AS ambiguous_refund, 0 AS channel_conflict,
        '' AS merged_receipt, [] AS merged_orders, run_id, 0 AS provisional, 1 AS speaks_for_itself
    FROM exceptions FINAL
    WHERE isNotNull(merchant_fen) AND type IN ('CHANNEL_ONLY', 'PLATFORM_ONLY')
        AND status IN ('OPEN', 'IN_PROGRESS', 'PENDING_APPROVAL')
) AS v
LEFT JOIN (SELECT case_id, toString(status) AS status, opened_at FROM exceptions FINAL) AS c
    ON c.case_id = v.case_id
LEFT JOIN disputed_words AS w
    ON w.merchant_id = v.merchant_id AND w.order_no = v.order_no AND w.key_part = v.key_part AND w.for_date = v.business_date;
