-- Alerts (domain/alert.ts). Every change is a row; of an alert the row with the highest version counts.
CREATE TABLE IF NOT EXISTS alerts
(
    alert_id    String,
    version     UInt64,
    kind        LowCardinality(String),
    -- '' for none, as are book, channel and detail.
    merchant_id LowCardinality(String),
    book        LowCardinality(String),
    channel     LowCardinality(String),
    detail      String,
    state       LowCardinality(String),
    severity    LowCardinality(String),
    since       DateTime64(3, 'Asia/Shanghai'),
    until       Nullable(DateTime64(3, 'Asia/Shanghai')),
    opened_at   DateTime64(3, 'Asia/Shanghai'),
    updated_at  DateTime64(3, 'Asia/Shanghai'),
    closed_at   Nullable(DateTime64(3, 'Asia/Shanghai')),
    orders      UInt64,
    left_orders UInt64,
    amount_fen  Int64,
    evidence    Map(String, String),
    INDEX opened_minmax opened_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who has seen an alert, and says so: apart from its rows, so that neither can take the other's place. The first one counts.
CREATE TABLE IF NOT EXISTS alert_acknowledgements
(
    alert_id        String,
    acknowledged_by String,
    acknowledged_at DateTime64(3, 'Asia/Shanghai'),
    note            String
)
ENGINE = ReplacingMergeTree
ORDER BY (alert_id, acknowledged_at, acknowledged_by)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- acknowledged_by: '' while nobody has.
CREATE OR REPLACE VIEW v_alerts AS
SELECT
    a.*,
    toDecimal128(a.amount_fen, 2) / 100 AS amount_yuan,
    k.acknowledged_by AS acknowledged_by,
    k.acknowledged_at AS acknowledged_at,
    k.note AS note
FROM (SELECT * FROM alerts ORDER BY alert_id, version DESC LIMIT 1 BY alert_id) AS a
LEFT JOIN (
    SELECT * FROM alert_acknowledgements ORDER BY alert_id, acknowledged_at, acknowledged_by LIMIT 1 BY alert_id
) AS k ON k.alert_id = a.alert_id;
