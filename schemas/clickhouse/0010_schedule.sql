-- What the schedule of closes needs to remember.

-- Why a run failed, in words, by its reason.
ALTER TABLE reconciliations ADD COLUMN IF NOT EXISTS details Map(LowCardinality(String), String);

-- The bills of its date that a run saw, sorted: when others are on record, the date is due again.
ALTER TABLE reconciliations ADD COLUMN IF NOT EXISTS bills Array(String);

-- A day that is due and waits. waits_for is empty once it waits no more.
CREATE TABLE IF NOT EXISTS close_waits
(
    merchant_id   LowCardinality(String),
    business_date Date,
    mode          LowCardinality(String),
    -- What is missing, in words.
    waits_for     Array(String),
    since         DateTime64(3, 'Asia/Shanghai'),
    -- The run comes then at the latest, with what there is.
    until         DateTime64(3, 'Asia/Shanghai'),
    version       UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (merchant_id, business_date, mode)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW v_close_waits AS
SELECT merchant_id, business_date, mode, waits_for, since, until
FROM close_waits FINAL
WHERE notEmpty(waits_for);

-- published: 1 on the run that readers follow.
CREATE OR REPLACE VIEW v_reconciliations AS
SELECT
    *,
    (merchant_id, business_date, mode, run_id) IN (
        SELECT merchant_id, business_date, mode, run_id FROM publications) AS published
FROM reconciliations FINAL;
