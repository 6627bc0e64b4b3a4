-- Close certificates: what a run says of itself, signed, in a chain for each merchant.

-- What a run's certificate will say, as canonical JSON, written before the run is published: of a process that ended
-- between the two, another makes the same certificate. A draft whose run was never published counts for nothing.
CREATE TABLE IF NOT EXISTS certificate_drafts
(
    merchant_id LowCardinality(String),
    run_id      String,
    ended_at    DateTime64(3, 'Asia/Shanghai'),
    draft       String CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, run_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Only ever added to. The hash is part of the sorting key: a repeat collapses, and of two different certificates in one
-- place neither can hide the other.
CREATE TABLE IF NOT EXISTS certificates
(
    merchant_id   LowCardinality(String),
    -- Place in the merchant's chain, from 1.
    sequence      UInt64,
    run_id        String,
    -- SHA-256 of the certificate's canonical bytes, without the signature.
    hash          String,
    business_date Date,
    mode          LowCardinality(String),
    outcome       LowCardinality(String),
    key_id        String,
    -- The signed certificate, byte for byte.
    document      String CODEC(ZSTD(3)),
    written_at    DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, sequence, run_id, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW v_certificates AS
SELECT * FROM certificates FINAL;

-- JSON: how far the bill's totals could be checked, foreign and other rows, and its lines by channel, kind and date.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS account String DEFAULT '' CODEC(ZSTD(1));
