-- Somebody has looked at the rows of a bill that could not be read, and says that the day may close without them.
CREATE TABLE IF NOT EXISTS bill_handlings
(
    merchant_id LowCardinality(String),
    bill_id     String,
    handled_by  String,
    note        String,
    handled_at  DateTime64(3, 'Asia/Shanghai')
)
ENGINE = ReplacingMergeTree
ORDER BY (merchant_id, bill_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Bills that keep their day from closing.
CREATE OR REPLACE VIEW v_unhandled_bills AS
SELECT merchant_id, business_date, book, channel, bill_id, file_name, error_rows
FROM v_bills
WHERE current AND error_rows > 0
    AND (merchant_id, bill_id) NOT IN (SELECT merchant_id, bill_id FROM bill_handlings);
