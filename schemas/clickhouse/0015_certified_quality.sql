-- Provisional against final as a run's certificate says it.

-- What realtime had told of a run's date, by what the run says of the same keys; as it stood when the run closed the date,
-- since realtime rows change when counterparts come later. Written before the run is published.
CREATE TABLE IF NOT EXISTS realtime_words_of_runs
(
    merchant_id LowCardinality(String),
    run_id      String,
    told        LowCardinality(String),
    final       LowCardinality(String),
    -- -1: nothing was waited for in vain, or it never came.
    needed_ms   Int64,
    verdicts    UInt64,
    written_at  DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (merchant_id, run_id, told, final, needed_ms)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Each key that realtime spoke of on a date that a three-way run has closed since. told: its first exception, or else its
-- verdict. final: the same question, whether merchant and platform agree, answered from the run's row; NONE where the
-- run knows no such key. A duplicate whose surplus was given back since had been one. needed_ms: how far apart the sides
-- were that realtime had not waited for.
CREATE OR REPLACE VIEW realtime_words AS
SELECT
    r.merchant_id AS merchant_id,
    r.business_date AS business_date,
    r.order_no AS order_no,
    r.key_part AS key_part,
    r.span AS span,
    multiIf(t.told != '', t.told, r.code = 'CROSS_DAY', 'MATCHED', toString(r.code)) AS told,
    multiIf(
        f.order_no = '', 'NONE',
        f.word.1 = 'DUPLICATE' OR (f.word.1 = 'OFFSET' AND isNotNull(f.word.7)), 'DUPLICATE',
        f.word.1 = 'OFFSET', 'OFFSET',
        isNotNull(f.word.2) AND isNotNull(f.word.3),
        if(f.word.2 = f.word.3 AND bitAnd(f.word.4, 3) = 0, 'MATCHED', 'AMOUNT_MISMATCH'),
        isNotNull(f.word.2), 'MERCHANT_ONLY',
        isNotNull(f.word.3), 'PLATFORM_ONLY',
        'NONE') AS final,
    told = final AS stood,
    if(NOT stood AND told IN ('MERCHANT_ONLY', 'PLATFORM_ONLY'),
        coalesce(
            abs(dateDiff('millisecond', r.merchant_at, r.platform_at)),
            abs(dateDiff('millisecond', f.word.5, f.word.6))),
        NULL) AS needed_ms
FROM
(
    SELECT merchant_id, business_date, order_no, key_part, span, code, merchant_at, platform_at
    FROM v_verdicts
    WHERE mode = 'REALTIME' AND (merchant_id, business_date) IN (
        SELECT merchant_id, business_date FROM publications WHERE mode = 'THREE_WAY')
) AS r
LEFT JOIN
(
    SELECT merchant_id, order_no, key_part, span, argMin(w.code, w.version) AS told
    FROM realtime_told AS w
    GROUP BY merchant_id, order_no, key_part, span
) AS t
    ON t.merchant_id = r.merchant_id AND t.order_no = r.order_no AND t.key_part = r.key_part AND t.span = r.span
LEFT JOIN
(
    -- Of two runs that speak of one key for one date, the one that settles it knows more.
    SELECT
        merchant_id, business_date, order_no, key_part, span,
        argMax(
            tuple(v.code, v.merchant_fen, v.platform_fen, v.conflicts, v.merchant_at, v.platform_at, v.surplus_fen),
            ifNull(v.refers_to, toDate(0))) AS word
    FROM v_verdicts AS v
    WHERE mode = 'THREE_WAY'
    GROUP BY merchant_id, business_date, order_no, key_part, span
) AS f
    ON f.merchant_id = r.merchant_id AND f.business_date = r.business_date AND f.order_no = r.order_no
        AND f.key_part = r.key_part AND f.span = r.span;
