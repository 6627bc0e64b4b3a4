-- Refunds that the system begins by itself (docs/self-healing.md).

-- The kill switch: the last row of a hospital counts, and the last one of '', which is for all. Append only.
CREATE TABLE IF NOT EXISTS healing_switches
(
    merchant_id LowCardinality(String),
    -- Of two words of one instant "stop" counts.
    stopped     UInt8,
    set_by      String,
    reason      String,
    at          DateTime64(3, 'Asia/Shanghai')
)
ENGINE = MergeTree
ORDER BY (merchant_id, at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What of a day's budget is kept for a refund, from before it is begun. Append only; a row released = 1 takes it back, which
-- is written only when the refund surely was not begun. One that was begun and failed for good is left out by its outcome.
CREATE TABLE IF NOT EXISTS healing_reservations
(
    merchant_id LowCardinality(String),
    -- The Beijing day on which it was reserved.
    day         Date,
    action_id   String,
    case_id     String,
    order_no    String,
    amount_fen  Int64,
    dry_run     UInt8,
    released    UInt8,
    at          DateTime64(3, 'Asia/Shanghai')
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, day, action_id, released)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Every decision of the system, as it stands in the chains of the cases.
CREATE OR REPLACE VIEW v_self_healing AS
SELECT
    merchant_id,
    case_id,
    order_no,
    seq,
    JSONExtractString(intent, 'decision') AS decision,
    JSONExtractString(intent, 'reason') AS reason,
    amount_fen,
    toDecimal128(amount_fen, 2) / 100 AS amount_yuan,
    JSONExtractString(intent, 'evidence') AS evidence,
    JSONExtractString(intent, 'hisLastAnswer') AS his_answer,
    at
FROM v_exception_actions
WHERE step = 'CONSIDERED';
