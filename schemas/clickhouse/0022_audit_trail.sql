-- Who saw or changed what, when and from where (domain/auditEntry.ts). Append only. Every process that writes has a chain of
-- its own: each row holds the hash of the one before it. A retried insert may repeat a row, byte for byte.
CREATE TABLE IF NOT EXISTS audit_trail
(
    -- The process: its name and a random id.
    writer    String,
    seq       UInt32,
    kind      LowCardinality(String),
    who       String,
    via       LowCardinality(String),
    -- An address of the network, or a machine's name.
    origin    String,
    what      String,
    -- Of the answer; null: written before it was known.
    status    Nullable(UInt16),
    merchants Array(LowCardinality(String)),
    action_id String,
    -- JSON.
    said      String CODEC(ZSTD(3)),
    prev_hash String,
    hash      String,
    at        DateTime64(3, 'Asia/Shanghai'),
    INDEX at_minmax at TYPE minmax GRANULARITY 1,
    INDEX who_bloom who TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (writer, seq, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW v_audit_trail AS
SELECT * FROM audit_trail LIMIT 1 BY writer, seq, hash;
