-- Months whose statements have been handed over, and the closes that were made all the same.

-- Of several locks of a month the first counts: who locked it stays.
CREATE TABLE IF NOT EXISTS month_locks
(
    merchant_id LowCardinality(String),
    -- YYYY-MM
    month       String,
    locked_by   String,
    locked_at   DateTime64(3, 'Asia/Shanghai')
)
ENGINE = MergeTree
ORDER BY (merchant_id, month, locked_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Written before the run is published: a row whose run is not on record is one that did not come to an end.
CREATE TABLE IF NOT EXISTS locked_closes
(
    run_id        String,
    merchant_id   LowCardinality(String),
    business_date Date,
    operator      String,
    reason        String,
    at            DateTime64(3, 'Asia/Shanghai')
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, business_date, run_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW v_month_locks AS
SELECT
    merchant_id,
    month,
    argMin(l.locked_by, (l.locked_at, l.locked_by)) AS locked_by,
    min(l.locked_at) AS locked_at
FROM month_locks AS l
GROUP BY merchant_id, month;

CREATE OR REPLACE VIEW v_locked_closes AS
SELECT * FROM locked_closes FINAL;
