-- Verdicts of closed dates, counted once by the close that settles them: what is asked over months reads one row a run
-- and not its verdicts. Of dates that are still open the verdicts themselves are counted.

-- Of each run two rows: its own verdicts, and (mode REALTIME) what realtime had said of its date when the run closed it.
-- Written before the run is published: rows of a run that never was count for nothing. A row holds all counts of its run
-- at once, so that a repeat takes its place whole.
CREATE TABLE IF NOT EXISTS verdict_counts
(
    merchant_id   LowCardinality(String),
    business_date Date,
    mode          LowCardinality(String),
    run_id        String,
    -- Of the same length: the hour in which it happened, by the book that says so first, channel, code, how many.
    hours         Array(DateTime('Asia/Shanghai')),
    channels      Array(LowCardinality(String)),
    codes         Array(LowCardinality(String)),
    counts        Array(UInt64),
    counted_at    DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(counted_at)
PARTITION BY toYYYYMM(business_date)
ORDER BY (merchant_id, business_date, mode, run_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO verdict_counts (merchant_id, business_date, mode, run_id, hours, channels, codes, counts)
SELECT merchant_id, run_date, mode, run_id, groupArray(hour), groupArray(channel), groupArray(code), groupArray(verdicts)
FROM
(
    SELECT
        v.merchant_id AS merchant_id, p.business_date AS run_date, v.mode AS mode, v.run_id AS run_id,
        toStartOfHour(coalesce(v.platform_at, v.merchant_at, v.channel_at, toDateTime64(p.business_date, 3, 'Asia/Shanghai'))) AS hour,
        v.channel AS channel, v.code AS code, count() AS verdicts
    FROM verdicts AS v FINAL
    INNER JOIN publications AS p ON p.merchant_id = v.merchant_id AND p.mode = v.mode AND p.run_id = v.run_id
    WHERE v.mode != 'REALTIME'
    GROUP BY merchant_id, run_date, mode, run_id, hour, channel, code
)
GROUP BY merchant_id, run_date, mode, run_id;

INSERT INTO verdict_counts (merchant_id, business_date, mode, run_id, hours, channels, codes, counts)
SELECT merchant_id, business_date, 'REALTIME', run_id, hours, channels, codes, counts
FROM
(
    SELECT merchant_id, business_date, groupArray(hour) AS hours, groupArray(channel) AS channels, groupArray(code) AS codes,
        groupArray(verdicts) AS counts
    FROM
    (
        SELECT
            merchant_id, business_date, channel, code, count() AS verdicts,
            toStartOfHour(coalesce(platform_at, merchant_at, channel_at, toDateTime64(business_date, 3, 'Asia/Shanghai'))) AS hour
        FROM v_verdicts
        WHERE mode = 'REALTIME' AND run_id = '' AND NOT provisional
        GROUP BY merchant_id, business_date, hour, channel, code
    )
    GROUP BY merchant_id, business_date
) AS counted
INNER JOIN (SELECT merchant_id, business_date, run_id FROM publications) AS runs USING (merchant_id, business_date);

-- Dates with events that no run has closed.
CREATE OR REPLACE VIEW open_days AS
SELECT merchant_id, business_date
FROM event_days
WHERE (merchant_id, business_date) NOT IN (SELECT merchant_id, business_date FROM reconciliations WHERE outcome != 'FAILED')
GROUP BY merchant_id, business_date;

-- Realtime verdicts of open days in their latest version. First the days that many hospitals have open, found by the index
-- on dates; then older ones of the few hospitals whose days could not be closed, found by hospital.
CREATE OR REPLACE VIEW live_verdicts AS
WITH (
    SELECT min(business_date)
    FROM (SELECT business_date, count() AS hospitals FROM open_days GROUP BY business_date)
    WHERE 4 * hospitals >= (SELECT max(n) FROM (SELECT count() AS n FROM open_days GROUP BY business_date))
) AS recent
SELECT *
FROM
(
    SELECT * FROM verdicts FINAL
    WHERE mode = 'REALTIME' AND run_id = '' AND business_date >= recent
        AND (merchant_id, business_date) IN (SELECT merchant_id, business_date FROM open_days)
        -- Where the platform has spoken the date stays; before, the key may have moved to an earlier date, closed by now.
        AND NOT (isNull(platform_at) AND (merchant_id, order_no, key_part, span) IN (
            SELECT merchant_id, order_no, key_part, span FROM verdicts
            WHERE mode = 'REALTIME' AND run_id = '' AND business_date >= recent - 7 AND isNotNull(platform_at) AND order_no IN (
                SELECT order_no FROM verdicts
                WHERE mode = 'REALTIME' AND run_id = '' AND business_date >= recent AND isNull(platform_at))))
    -- Of a key that did not move, no row lies under another date: only granules with these dates need to be merged.
    SETTINGS use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 0
    UNION ALL
    SELECT * FROM verdicts FINAL
    WHERE mode = 'REALTIME' AND run_id = '' AND business_date < recent
        AND merchant_id IN (SELECT merchant_id FROM open_days WHERE business_date < recent)
        AND (merchant_id, business_date) IN (SELECT merchant_id, business_date FROM open_days)
)
-- As in v_verdicts.
WHERE span = 0 OR (merchant_id, order_no, key_part, bitShiftRight(version, 11)) IN (
    SELECT merchant_id, order_no, key_part, bitShiftRight(version, 11)
    FROM verdicts
    WHERE mode = 'REALTIME' AND run_id = '' AND span = 0 AND order_no IN (
        SELECT order_no FROM verdicts
        WHERE mode = 'REALTIME' AND run_id = '' AND span > 0 AND business_date IN (SELECT business_date FROM open_days)));

-- Verdicts by the hour, channel and code: of published runs, of realtime on open days (provisional), and what realtime had
-- said of a closed date when it was closed.
CREATE OR REPLACE VIEW v_verdict_counts AS
SELECT merchant_id, business_date, mode, provisional, hour, channel, code, verdicts
FROM
(
    SELECT merchant_id, business_date, toString(mode) AS mode, 0 AS provisional, hour, channel, code, verdicts
    FROM
    (
        SELECT merchant_id, business_date, mode, hours, channels, codes, counts
        FROM verdict_counts FINAL
        WHERE if(mode = 'REALTIME',
            -- A date that was closed in two modes is told once.
            (merchant_id, business_date, run_id) IN (
                SELECT merchant_id, business_date, argMax(p.run_id, (p.token, p.run_id))
                FROM publications AS p
                GROUP BY merchant_id, business_date),
            (merchant_id, mode, run_id) IN (SELECT merchant_id, mode, run_id FROM publications))
    )
    ARRAY JOIN hours AS hour, channels AS channel, codes AS code, counts AS verdicts
    UNION ALL
    SELECT
        merchant_id, business_date, 'REALTIME' AS mode, 1 AS provisional,
        toStartOfHour(coalesce(platform_at, merchant_at, channel_at, toDateTime64(business_date, 3, 'Asia/Shanghai'))) AS hour,
        channel, code, count() AS verdicts
    FROM live_verdicts
    GROUP BY merchant_id, business_date, hour, channel, code
);
