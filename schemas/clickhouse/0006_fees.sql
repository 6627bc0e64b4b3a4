-- Fees of the channels' bills, row by row, and what a finance office asks of them. A difference here is no order's
-- exception.

CREATE TABLE IF NOT EXISTS bill_fees
(
    bill_id             LowCardinality(String),
    merchant_id         LowCardinality(String),
    business_date       Date CODEC(Delta, ZSTD(1)),
    channel             LowCardinality(String),
    line                UInt32 CODEC(T64, ZSTD(1)),
    kind                LowCardinality(String),
    order_no            String CODEC(ZSTD(1)),
    refund_no           String CODEC(ZSTD(1)),
    amount_fen          Int64 CODEC(T64, ZSTD(1)),
    -- What the fee was charged on: without a sign, before the fee.
    settled_fen         Nullable(Int64) CODEC(T64, ZSTD(1)),
    -- Thousandths of a fen (WeChat writes five decimals of yuan): positive when the channel took it, negative when it
    -- gave it back.
    fee_milli_fen       Int64 CODEC(T64, ZSTD(1)),
    -- Parts per million of settled_fen, as configured when the bill was imported; NULL where none was.
    configured_rate_ppm Nullable(UInt32) CODEC(T64, ZSTD(1)),
    imported_at         DateTime64(3, 'Asia/Shanghai') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(business_date)
-- An archive of several parts may hold a line number twice.
ORDER BY (merchant_id, business_date, bill_id, line, order_no, kind, refund_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Fees of the bills that stand for their book now.
CREATE OR REPLACE VIEW v_bill_fees AS
SELECT
    *,
    toDecimal128(fee_milli_fen, 5) / 100000 AS fee_yuan,
    -- Each row's fee is rounded to the fen.
    if(kind = 'REFUND', -1, 1) * round(settled_fen * configured_rate_ppm / 1000000) AS configured_fee_fen
FROM bill_fees FINAL
WHERE (merchant_id, bill_id, 'CHANNEL', toString(channel)) IN (
    SELECT merchant_id, bill_id, toString(book), slot FROM bill_slots);

-- Per hospital, channel and day: the rate that was applied against the configured one.
CREATE OR REPLACE VIEW v_fee_report AS
SELECT
    merchant_id,
    channel,
    business_date,
    countIf(kind = 'PAYMENT') AS payments,
    countIf(kind = 'REFUND') AS refunds,
    sum(if(kind = 'REFUND', -1, 1) * settled_fen) AS settled_fen_net,
    toDecimal128(sum(fee_milli_fen), 5) / 100000 AS fee_yuan,
    -- Of payments alone: refunds give back fees of other days.
    round(sumIf(fee_milli_fen, kind = 'PAYMENT') / 1000 / nullIf(sumIf(settled_fen, kind = 'PAYMENT'), 0), 6)
        AS applied_rate,
    max(configured_rate_ppm) / 1000000 AS configured_rate,
    toDecimal128(sum(configured_fee_fen), 2) / 100 AS configured_fee_yuan,
    countIf(abs(fee_milli_fen / 1000 - configured_fee_fen) >= 1) AS rows_off_by_a_fen_or_more
FROM v_bill_fees
GROUP BY merchant_id, channel, business_date;

-- The rows behind rows_off_by_a_fen_or_more.
CREATE OR REPLACE VIEW v_fee_differences AS
SELECT
    merchant_id,
    channel,
    business_date,
    bill_id,
    line,
    kind,
    order_no,
    refund_no,
    settled_fen,
    fee_milli_fen,
    configured_fee_fen,
    fee_milli_fen / 1000 - configured_fee_fen AS off_by_fen
FROM v_bill_fees
WHERE abs(fee_milli_fen / 1000 - configured_fee_fen) >= 1;

-- Row errors name their column and say what is wrong in Chinese too.
ALTER TABLE bill_errors ADD COLUMN IF NOT EXISTS column_name String AFTER code;
ALTER TABLE bill_errors ADD COLUMN IF NOT EXISTS message_zh String AFTER message;

CREATE OR REPLACE VIEW v_bill_errors AS
SELECT * FROM bill_errors FINAL;
