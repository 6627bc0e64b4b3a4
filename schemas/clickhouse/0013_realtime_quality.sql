-- Provisional against final: how far what realtime said was right.

-- Every exception that realtime ever told; in `verdicts` a heal takes its place.
CREATE TABLE IF NOT EXISTS realtime_told
(
    merchant_id   LowCardinality(String),
    order_no      String CODEC(ZSTD(1)),
    key_part      String CODEC(ZSTD(1)),
    span          UInt8,
    version       UInt64,
    code          LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, order_no, key_part, span, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS realtime_told_of_verdicts TO realtime_told AS
SELECT merchant_id, order_no, key_part, span, version, code
FROM verdicts
WHERE mode = 'REALTIME'
    AND code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE');

INSERT INTO realtime_told
SELECT merchant_id, order_no, key_part, span, version, code
FROM verdicts
WHERE mode = 'REALTIME'
    AND code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE');

-- Each key that realtime spoke of on a date that a three-way run has closed since. told: its first exception, or else its
-- verdict. final: the same question, whether merchant and platform agree, answered from the run's row; NONE where the
-- run knows no such key. needed_ms: how far apart the sides were that realtime had not waited for.
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
        f.word.1 IN ('DUPLICATE', 'OFFSET'), toString(f.word.1),
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
            tuple(v.code, v.merchant_fen, v.platform_fen, v.conflicts, v.merchant_at, v.platform_at),
            ifNull(v.refers_to, toDate(0))) AS word
    FROM v_verdicts AS v
    WHERE mode = 'THREE_WAY'
    GROUP BY merchant_id, business_date, order_no, key_part, span
) AS f
    ON f.merchant_id = r.merchant_id AND f.business_date = r.business_date AND f.order_no = r.order_no
        AND f.key_part = r.key_part AND f.span = r.span;

-- Per merchant and closed date, by what realtime had told; type '' is all of them. The window that would have been
-- needed for the counterparts that came later than realtime waited, null where there are none.
CREATE OR REPLACE VIEW v_realtime_quality AS
SELECT
    merchant_id,
    business_date,
    told AS type,
    count() AS verdicts,
    countIf(stood) AS stood_verdicts,
    quantileExactOrNull(0.5)(needed_ms) AS needed_p50_ms,
    quantileExactOrNull(0.95)(needed_ms) AS needed_p95_ms,
    quantileExactOrNull(0.99)(needed_ms) AS needed_p99_ms
FROM realtime_words
GROUP BY GROUPING SETS ((merchant_id, business_date), (merchant_id, business_date, type));
