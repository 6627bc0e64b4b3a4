-- Lines of the three books, the bills they came from, and what could not be read.
-- Every table may hold repeated rows until ClickHouse merges them: read with FINAL, argMax or the views.

-- A distinct fact is one row; the sorting key is the whole fact, so that a repeat collapses and a contradiction stays.
-- '' stands for null; `blanks` says which of the four optional texts are really the empty text (bit 0 refund_no,
-- 1 channel_txn_no, 2 his_order_no, 3 business_type).
CREATE TABLE IF NOT EXISTS entries
(
    merchant_id    LowCardinality(String),
    business_date  Date CODEC(Delta, ZSTD(1)),
    order_no       String CODEC(ZSTD(1)),
    kind           LowCardinality(String),
    refund_no      String CODEC(ZSTD(1)),
    key_part       String CODEC(ZSTD(1)),
    book           LowCardinality(String),
    source         LowCardinality(String),
    identity       String CODEC(ZSTD(1)),
    amount_fen     Int64 CODEC(T64, ZSTD(1)),
    occurred_at    DateTime64(3, 'Asia/Shanghai') CODEC(Delta, ZSTD(1)),
    channel        LowCardinality(String),
    channel_txn_no String CODEC(ZSTD(1)),
    his_order_no   String CODEC(ZSTD(1)),
    business_type  LowCardinality(String),
    source_ref     String CODEC(ZSTD(1)),
    -- SHA-256 of the bill; '' unless source is BILL.
    bill_id        LowCardinality(String),
    -- Line of the bill; 0 unless source is BILL.
    line           UInt32 CODEC(T64, ZSTD(1)),
    -- Where an event stands in the log; '' and -1 unless source is EVENT.
    log_partition  LowCardinality(String),
    log_position   Int64 DEFAULT -1 CODEC(Delta, ZSTD(1)),
    late           UInt8,
    blanks         UInt8,
    ingested_at    DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    INDEX order_no_bloom order_no TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(business_date)
PRIMARY KEY (merchant_id, business_date, order_no)
ORDER BY (merchant_id, business_date, order_no, key_part, book, source, bill_id, identity, amount_fen, occurred_at,
          channel, channel_txn_no, his_order_no, business_type, blanks)
-- Batches of a stream become parts of one file: syncing a file for every column would cost more than the rows.
SETTINGS min_bytes_for_wide_part = 67108864, fsync_after_insert = 1, fsync_part_directory = 1;

-- How far each day's events reach in the log: what is asked about whole days is answered without reading entries.
-- Read with min and max: rows are merged when ClickHouse sees fit.
CREATE TABLE IF NOT EXISTS event_days
(
    merchant_id    LowCardinality(String),
    business_date  Date,
    log_partition  LowCardinality(String),
    first_position SimpleAggregateFunction(min, Int64),
    last_position  SimpleAggregateFunction(max, Int64),
    written_at     SimpleAggregateFunction(max, DateTime64(3, 'Asia/Shanghai'))
)
ENGINE = AggregatingMergeTree
ORDER BY (merchant_id, business_date, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS event_days_of_entries TO event_days AS
SELECT
    merchant_id,
    business_date,
    log_partition,
    min(log_position) AS first_position,
    max(log_position) AS last_position,
    max(ingested_at) AS written_at
FROM entries
WHERE source = 'EVENT'
GROUP BY merchant_id, business_date, log_partition;

-- A line of entries counts only when its bill is here.
CREATE TABLE IF NOT EXISTS bills
(
    bill_id       String,
    merchant_id   LowCardinality(String),
    book          LowCardinality(String),
    -- '' : the bill speaks for every channel of its book.
    channel       LowCardinality(String),
    business_date Date,
    format        LowCardinality(String),
    file_name     String,
    rows          UInt32,
    error_rows    UInt32,
    payments      UInt32,
    refunds       UInt32,
    payment_fen   Int64,
    refund_fen    Int64,
    imported_at   DateTime64(3, 'Asia/Shanghai'),
    -- Of several bills of a (merchant, book, channel, date) the one with the highest version counts.
    version       UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (merchant_id, business_date, book, channel, bill_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS bill_errors
(
    bill_id       String,
    merchant_id   LowCardinality(String),
    business_date Date,
    line          UInt32,
    code          LowCardinality(String),
    message       String,
    raw           String CODEC(ZSTD(3)),
    recorded_at   DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, bill_id, line, code)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Records of the log that could not become entries. `value` holds the record's bytes as they were.
CREATE TABLE IF NOT EXISTS dead_letters
(
    log_partition LowCardinality(String),
    log_position  Int64,
    code          LowCardinality(String),
    reason        String,
    value_base64  String CODEC(ZSTD(3)),
    received_at   DateTime64(3, 'Asia/Shanghai'),
    replayed_at   Nullable(DateTime64(3, 'Asia/Shanghai')),
    -- 0 when received; a replay writes the row again with a higher one.
    version       UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (log_partition, log_position)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- How far a consumer has stored the log: the end (exclusive) of what it has read. It only grows.
CREATE TABLE IF NOT EXISTS log_positions
(
    consumer      LowCardinality(String),
    log_partition LowCardinality(String),
    position      Int64,
    stored_at     DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(position)
ORDER BY (consumer, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
