-- Where each bill's bytes lie and how they were read; what could not be taken; what the channels charged. A difference of
-- fees is no order's exception.

-- Of the original bytes, under which the archive keeps them. bill_id is the same for their first reading; a later reading
-- that gave other rows has "<sha256>-<hash of its rows>".
ALTER TABLE bills ADD COLUMN IF NOT EXISTS sha256 String DEFAULT bill_id;
-- 0: imported before bytes were kept.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS size_bytes UInt64;
-- Where the bytes came from, e.g. "cli /home/finance/bill.csv".
ALTER TABLE bills ADD COLUMN IF NOT EXISTS source String;
ALTER TABLE bills ADD COLUMN IF NOT EXISTS fetched_at DateTime64(3, 'Asia/Shanghai') DEFAULT imported_at;
-- Of the format's reader; it grows with every change of what rows come to mean.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS parser_version UInt32;
-- SHA-256 over the rows as they were read: two readings with the same one are the same bill.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS rows_hash String;
-- 1: the date was said by who imported it, not only by the bill.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS date_given UInt8;
-- Sum of the fees of its lines in thousandths of a fen, which ties to the bill's own total; NULL where it names no fees.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS fee_milli_fen Nullable(Int64);
-- The rate that was agreed with the channel when the bill was read, in parts per million; NULL where none is configured.
ALTER TABLE bills ADD COLUMN IF NOT EXISTS fee_rate_ppm Nullable(UInt32);

-- current: 0 where later bills speak for everything that this one did.
CREATE OR REPLACE VIEW v_bills AS
SELECT
    *,
    toDecimal128(payment_fen, 2) / 100 AS payment_yuan,
    toDecimal128(refund_fen, 2) / 100 AS refund_yuan,
    toDecimal128(fee_milli_fen, 5) / 100000 AS fee_yuan,
    (merchant_id, business_date, book, bill_id) IN (
        SELECT merchant_id, business_date, book, bill_id FROM bill_slots) AS current
FROM bills FINAL;

-- Files that were refused; the archive keeps their bytes as well.
CREATE TABLE IF NOT EXISTS bill_refusals
(
    merchant_id LowCardinality(String),
    sha256      String,
    book        LowCardinality(String),
    file_name   String,
    size_bytes  UInt64,
    source      String,
    fetched_at  DateTime64(3, 'Asia/Shanghai'),
    code        LowCardinality(String),
    message     String,
    message_zh  String,
    -- When it was last refused for this reason.
    refused_at  DateTime64(3, 'Asia/Shanghai')
)
ENGINE = ReplacingMergeTree(refused_at)
ORDER BY (merchant_id, sha256, book, code)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW v_bill_refusals AS
SELECT * FROM bill_refusals FINAL;

-- Row errors name their column and say what is wrong in Chinese too.
ALTER TABLE bill_errors ADD COLUMN IF NOT EXISTS column_name String AFTER code;
ALTER TABLE bill_errors ADD COLUMN IF NOT EXISTS message_zh String AFTER message;

CREATE OR REPLACE VIEW v_bill_errors AS
SELECT * FROM bill_errors FINAL;

-- What the channel charged for each line. As with entries, a row counts only when its bill is on record.
CREATE TABLE IF NOT EXISTS bill_fees
(
    bill_id       LowCardinality(String),
    merchant_id   LowCardinality(String),
    -- Of the line; that of its bill may differ (a clearing day that ends at 23:00).
    business_date Date CODEC(Delta, ZSTD(1)),
    channel       LowCardinality(String),
    line          UInt32 CODEC(T64, ZSTD(1)),
    kind          LowCardinality(String),
    order_no      String CODEC(ZSTD(1)),
    refund_no     String CODEC(ZSTD(1)),
    amount_fen    Int64 CODEC(T64, ZSTD(1)),
    -- What the fee was charged on, without a sign, before the fee; NULL where the bill does not say.
    settled_fen   Nullable(Int64) CODEC(T64, ZSTD(1)),
    -- Thousandths of a fen (WeChat writes five decimals of yuan): positive when the channel took it, negative when it
    -- gave it back with a refund.
    fee_milli_fen Int64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(business_date)
-- An archive of several parts may hold a line number twice.
ORDER BY (merchant_id, business_date, bill_id, line, order_no, kind, refund_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Fees of the bills that count now, dated as their bill is. off_by is in millionths of a fen, against the configured rate
-- before any rounding.
CREATE OR REPLACE VIEW v_bill_fees AS
SELECT
    f.merchant_id AS merchant_id,
    f.channel AS channel,
    b.business_date AS business_date,
    f.bill_id AS bill_id,
    f.line AS line,
    f.kind AS kind,
    f.order_no AS order_no,
    f.refund_no AS refund_no,
    f.amount_fen AS amount_fen,
    f.settled_fen AS settled_fen,
    f.fee_milli_fen AS fee_milli_fen,
    toDecimal128(f.fee_milli_fen, 5) / 100000 AS fee_yuan,
    b.fee_rate_ppm AS configured_rate_ppm,
    if(f.kind = 'REFUND', -1, 1) * toInt128(f.settled_fen) * b.fee_rate_ppm AS configured_fee,
    toInt128(f.fee_milli_fen) * 1000 - configured_fee AS off_by
FROM bill_fees AS f FINAL
INNER JOIN
(
    SELECT merchant_id, bill_id, business_date, fee_rate_ppm
    FROM bills FINAL
    WHERE book = 'CHANNEL' AND (merchant_id, business_date, book, bill_id) IN (
        SELECT merchant_id, business_date, book, bill_id FROM bill_slots)
) AS b ON b.merchant_id = f.merchant_id AND b.bill_id = f.bill_id;

-- Per hospital, channel and bill's date: what was settled and charged, and the rate that this comes to against the
-- configured one. Refunds count against payments; rates are of payments alone, since refunds give back fees of other days.
CREATE OR REPLACE VIEW v_fees AS
SELECT
    merchant_id,
    channel,
    business_date,
    countIf(kind = 'PAYMENT') AS payments,
    countIf(kind = 'REFUND') AS refunds,
    sum(if(kind = 'REFUND', -1, 1) * toInt128(settled_fen)) AS settled_net_fen,
    toDecimal128(settled_net_fen, 2) / 100 AS settled_net_yuan,
    toDecimal128(sum(toInt128(fee_milli_fen)), 5) / 100000 AS fees_yuan,
    toDecimal128(sum(configured_fee), 8) / 100000000 AS configured_fees_yuan,
    round(sumIf(fee_milli_fen, kind = 'PAYMENT' AND settled_fen IS NOT NULL)
        / nullIf(sumIf(settled_fen, kind = 'PAYMENT') * 1000, 0), 6) AS applied_rate,
    max(configured_rate_ppm) / 1000000 AS configured_rate,
    countIf(abs(off_by) >= 1000000) AS differences
FROM v_bill_fees
GROUP BY merchant_id, channel, business_date;

-- Rows whose fee is a fen or more away from the configured rate: no way of rounding to the fen explains that.
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
    amount_fen,
    settled_fen,
    toDecimal128(settled_fen, 2) / 100 AS settled_yuan,
    fee_yuan,
    toDecimal128(configured_fee, 8) / 100000000 AS configured_fee_yuan,
    toDecimal128(off_by, 8) / 100000000 AS difference_yuan,
    configured_rate_ppm / 1000000 AS configured_rate
FROM v_bill_fees
WHERE abs(off_by) >= 1000000;
