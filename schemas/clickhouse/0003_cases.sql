-- What people do about exceptions. That there is an exception follows from the verdicts (see v_exceptions); a row here
-- says what became of its case.

-- case_id: first 32 hex digits of SHA-256 over "<merchantId> <orderNo> <keyPart>", one case a matchKey.
CREATE TABLE IF NOT EXISTS exceptions
(
    case_id            String,
    merchant_id        LowCardinality(String),
    order_no           String,
    key_part           String,
    kind               LowCardinality(String),
    refund_no          String,
    mode               LowCardinality(String),
    type               LowCardinality(String),
    -- OPEN, IN_PROGRESS, PENDING_APPROVAL, RESOLVED or HEALED.
    status             LowCardinality(String),
    business_date      Date,
    merchant_fen       Nullable(Int64),
    platform_fen       Nullable(Int64),
    channel_fen        Nullable(Int64),
    channel            LowCardinality(String),
    possibly_cross_day UInt8,
    opened_at          DateTime64(3, 'Asia/Shanghai'),
    updated_at         DateTime64(3, 'Asia/Shanghai'),
    run_id             String,
    version            UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (merchant_id, case_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Append only. Each row carries the hash of the one before it in its case. A retried insert may repeat a row, byte for
-- byte: read with LIMIT 1 BY action_id (v_exception_actions).
CREATE TABLE IF NOT EXISTS exception_actions
(
    action_id    String,
    case_id      String,
    seq          UInt32,
    merchant_id  LowCardinality(String),
    order_no     String,
    action       LowCardinality(String),
    operator     String,
    note         String,
    amount_fen   Nullable(Int64),
    -- JSON of what the action fixed before its first try: refund number, gateway route, idempotency key.
    intent       String,
    outcome      LowCardinality(String),
    prev_hash    String,
    hash         String,
    at           DateTime64(3, 'Asia/Shanghai')
)
ENGINE = MergeTree
ORDER BY (case_id, seq, action_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
