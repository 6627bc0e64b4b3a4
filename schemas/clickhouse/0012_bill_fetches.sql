-- How the asking for each bill stands (domain/billFetch.ts): what a restart goes on from, and what a run that waits says.
-- Read with FINAL: a call writes its row again with the next revision.
CREATE TABLE IF NOT EXISTS bill_fetches
(
    merchant_id    LowCardinality(String),
    book           LowCardinality(String),
    -- '' : the bill speaks for every channel of its book.
    channel        LowCardinality(String),
    business_date  Date,
    source         LowCardinality(String),
    status         LowCardinality(String),
    asked          UInt32,
    failures       UInt32,
    first_asked_at DateTime64(3, 'Asia/Shanghai'),
    last_asked_at  DateTime64(3, 'Asia/Shanghai'),
    next_ask_at    Nullable(DateTime64(3, 'Asia/Shanghai')),
    -- '' for none.
    code           LowCardinality(String),
    detail         String CODEC(ZSTD(3)),
    bill_id        String,
    came_from      String,
    revision       UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (business_date, merchant_id, book, channel)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
