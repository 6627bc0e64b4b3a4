-- Who outside has been told what of an alert (domain/deliveryPorts.ts): what a restart goes on from. The row is written after
-- the message went out, so a crash in between tells it again rather than never. Read with FINAL: the next attempt writes its
-- row again with the next revision.
CREATE TABLE IF NOT EXISTS alert_deliveries
(
    alert_id    String,
    -- OPENED, CLOSED, or ESCALATED n.
    what        LowCardinality(String),
    contact     LowCardinality(String),
    attempt     UInt32,
    -- PENDING (quiet hours), SENT, FAILED (tried again at next_try_at), GAVE_UP.
    state       LowCardinality(String),
    next_try_at Nullable(DateTime64(3, 'Asia/Shanghai')),
    -- What the service answered.
    detail      String CODEC(ZSTD(3)),
    updated_at  DateTime64(3, 'Asia/Shanghai'),
    revision    UInt64
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (alert_id, what, contact)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
