-- Verdicts, realtime and final, and the runs that publish the final ones.

-- run_id is '' on REALTIME rows. business_date is no part of the sorting key, because a realtime verdict may move to
-- another date and must then replace its former row; REALTIME rows therefore share one partition. The date of a run's
-- row is fixed. `span` tells apart the verdicts of one key whose lines lie further apart than the cross-day span
-- (0, 1 … in the order in which judgeOrder gives them; nearly always 0).
CREATE TABLE IF NOT EXISTS verdicts
(
    mode                  LowCardinality(String),
    run_id                String CODEC(ZSTD(1)),
    merchant_id           LowCardinality(String),
    order_no              String CODEC(ZSTD(1)),
    key_part              String CODEC(ZSTD(1)),
    span                  UInt8,
    kind                  LowCardinality(String),
    refund_no             String CODEC(ZSTD(1)),
    business_date         Date CODEC(Delta, ZSTD(1)),
    code                  LowCardinality(String),
    channel               LowCardinality(String),
    business_type         LowCardinality(String),
    merchant_fen          Nullable(Int64) CODEC(T64, ZSTD(1)),
    platform_fen          Nullable(Int64) CODEC(T64, ZSTD(1)),
    channel_fen           Nullable(Int64) CODEC(T64, ZSTD(1)),
    merchant_date         Nullable(Date) CODEC(ZSTD(1)),
    platform_date         Nullable(Date) CODEC(ZSTD(1)),
    channel_date          Nullable(Date) CODEC(ZSTD(1)),
    merchant_at           Nullable(DateTime64(3, 'Asia/Shanghai')) CODEC(Delta, ZSTD(1)),
    platform_at           Nullable(DateTime64(3, 'Asia/Shanghai')) CODEC(Delta, ZSTD(1)),
    channel_at            Nullable(DateTime64(3, 'Asia/Shanghai')) CODEC(Delta, ZSTD(1)),
    -- Distinct identities of the side with their amounts, "<identity>=<fen>", in the side's order.
    merchant_identities   Array(String) CODEC(ZSTD(1)),
    platform_identities   Array(String) CODEC(ZSTD(1)),
    channel_identities    Array(String) CODEC(ZSTD(1)),
    -- Sides in which one identity stands with different amounts: 1 merchant, 2 platform, 4 channel.
    conflicts             UInt8,
    possibly_cross_day    UInt8,
    amount_conflict       UInt8,
    split                 UInt8,
    surplus_fen           Nullable(Int64) CODEC(ZSTD(1)),
    possible_duplicate_of String CODEC(ZSTD(1)),
    -- The earlier date whose verdict this row settles or carries on; null where it is the run's own.
    refers_to             Nullable(Date) CODEC(ZSTD(1)),
    version               UInt64 CODEC(T64, ZSTD(1)),
    written_at            DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    INDEX business_date_minmax business_date TYPE minmax GRANULARITY 1,
    INDEX order_no_bloom order_no TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY if(mode = 'REALTIME', 0, toYYYYMM(business_date))
ORDER BY (merchant_id, mode, run_id, order_no, key_part, span)
-- Batches of a stream become parts of one file: syncing a file for every column would cost more than the rows.
SETTINGS min_bytes_for_wide_part = 67108864, fsync_after_insert = 1, fsync_part_directory = 1;

-- One row a run, written after its verdicts: the row is the publication.
CREATE TABLE IF NOT EXISTS reconciliations
(
    run_id        String,
    merchant_id   LowCardinality(String),
    business_date Date,
    mode          LowCardinality(String),
    outcome       LowCardinality(String),
    reasons       Array(LowCardinality(String)),
    operator      String,
    started_at    DateTime64(3, 'Asia/Shanghai'),
    ended_at      DateTime64(3, 'Asia/Shanghai'),
    token         UInt64,
    -- JSON: book → {payments, refunds, paymentFen, refundFen}, fen as strings.
    books         String,
    verdicts      Map(LowCardinality(String), UInt64),
    merkle_root   String,
    positions     Map(String, Int64),
    written_at    DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, business_date, mode, token, run_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The run that readers follow: the highest token that did not fail.
CREATE VIEW IF NOT EXISTS publications AS
SELECT
    merchant_id,
    business_date,
    mode,
    argMax(r.run_id, (r.token, r.run_id)) AS run_id,
    max(r.token) AS token,
    argMax(r.positions, (r.token, r.run_id)) AS positions
FROM reconciliations AS r
WHERE outcome != 'FAILED'
GROUP BY merchant_id, business_date, mode;
