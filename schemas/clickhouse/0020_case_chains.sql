-- Cases as chains of rows: what happened, the state it led to, the hash of the row before (domain/caseHistory.ts).

ALTER TABLE exception_actions ADD COLUMN IF NOT EXISTS key_part String AFTER order_no;
-- OPENED, CHANGED, HEALED, REOPENED, ASSIGNED, REQUESTED, APPROVED, REJECTED, INTENT, OUTCOME or RECORDED.
ALTER TABLE exception_actions ADD COLUMN IF NOT EXISTS step LowCardinality(String) AFTER key_part;
-- Of the request that began the action.
ALTER TABLE exception_actions ADD COLUMN IF NOT EXISTS idempotency_key String AFTER outcome;
ALTER TABLE exception_actions ADD COLUMN IF NOT EXISTS request_hash String AFTER idempotency_key;
-- JSON: the case after this row. intent holds, as JSON, what the row's step fixed or was told.
ALTER TABLE exception_actions ADD COLUMN IF NOT EXISTS state String CODEC(ZSTD(3)) AFTER request_hash;
ALTER TABLE exception_actions ADD INDEX IF NOT EXISTS order_no_bloom order_no TYPE bloom_filter(0.01) GRANULARITY 1;
ALTER TABLE exception_actions ADD INDEX IF NOT EXISTS action_bloom action_id TYPE bloom_filter(0.01) GRANULARITY 1;
ALTER TABLE exception_actions ADD INDEX IF NOT EXISTS request_bloom idempotency_key TYPE bloom_filter(0.01) GRANULARITY 1;

-- A retried insert repeats a row byte for byte; two rows in one place of a chain both stay to be seen.
CREATE OR REPLACE VIEW v_exception_actions AS
SELECT
    *,
    toDecimal128(amount_fen, 2) / 100 AS amount_yuan
FROM exception_actions
LIMIT 1 BY case_id, seq, hash;

-- The present state of each case, for lists: written with the row that led to it.
CREATE MATERIALIZED VIEW IF NOT EXISTS exceptions_of_actions TO exceptions AS
SELECT
    case_id,
    merchant_id,
    order_no,
    key_part,
    JSONExtractString(state, 'facts', 'kind') AS kind,
    JSONExtractString(state, 'facts', 'refundNo') AS refund_no,
    JSONExtractString(state, 'facts', 'mode') AS mode,
    JSONExtractString(state, 'facts', 'type') AS type,
    JSONExtractString(state, 'status') AS status,
    toDate(JSONExtractString(state, 'facts', 'businessDate')) AS business_date,
    toInt64OrNull(JSONExtractString(state, 'facts', 'merchantFen')) AS merchant_fen,
    toInt64OrNull(JSONExtractString(state, 'facts', 'platformFen')) AS platform_fen,
    toInt64OrNull(JSONExtractString(state, 'facts', 'channelFen')) AS channel_fen,
    JSONExtractString(state, 'facts', 'channel') AS channel,
    toUInt8(JSONExtractBool(state, 'facts', 'isPossiblyCrossDay')) AS possibly_cross_day,
    fromUnixTimestamp64Milli(JSONExtractInt(state, 'openedAtMs'), 'Asia/Shanghai') AS opened_at,
    at AS updated_at,
    JSONExtractString(state, 'facts', 'runId') AS run_id,
    toUInt64(seq) AS version
FROM exception_actions
-- A refund of an order that is no exception has a chain as well, and is in no list of exceptions.
WHERE JSONExtractString(state, 'facts', 'type') != '';

-- A person's word on a case stands; whether a case that nobody has settled is open follows from the verdicts alone.
CREATE OR REPLACE VIEW v_exceptions AS
SELECT
    v.case_id AS id,
    v.mode AS mode,
    v.code AS type,
    v.kind AS kind,
    v.merchant_id AS merchant_id,
    v.business_date AS business_date,
    v.order_no AS order_no,
    v.refund_no AS refund_no,
    v.key_part AS key_part,
    v.span AS span,
    v.channel AS channel,
    v.business_type AS business_type,
    v.merchant_fen AS merchant_fen,
    v.platform_fen AS platform_fen,
    v.channel_fen AS channel_fen,
    v.merchant_yuan AS merchant_yuan,
    v.platform_yuan AS platform_yuan,
    v.channel_yuan AS channel_yuan,
    v.possibly_cross_day AS possibly_cross_day,
    v.conflicts AS conflicts,
    v.amount_conflict AS amount_conflict,
    v.surplus_fen AS surplus_fen,
    v.possible_duplicate_of AS possible_duplicate_of,
    v.ambiguous_refund AS ambiguous_refund,
    v.channel_conflict AS channel_conflict,
    v.merged_receipt AS merged_receipt,
    v.merged_orders AS merged_orders,
    v.provisional AS provisional,
    v.run_id AS run_id,
    multiIf(
        c.status IN ('IN_PROGRESS', 'PENDING_APPROVAL', 'RESOLVED'), c.status,
        v.provisional OR w.open, 'OPEN',
        'HEALED') AS status
FROM
(
    SELECT
        *,
        lower(substring(hex(SHA256(concat(merchant_id, ' ', order_no, ' ', key_part))), 1, 32)) AS case_id
    FROM v_verdicts
    WHERE code IN ('AMOUNT_MISMATCH', 'MERCHANT_ONLY', 'PLATFORM_ONLY', 'CHANNEL_ONLY', 'PLATFORM_MISSING', 'DUPLICATE')
) AS v
LEFT JOIN (SELECT merchant_id, case_id, toString(status) AS status FROM exceptions FINAL) AS c
    ON c.merchant_id = v.merchant_id AND c.case_id = v.case_id
LEFT JOIN last_words AS w
    ON w.merchant_id = v.merchant_id AND w.order_no = v.order_no AND w.key_part = v.key_part AND w.for_date = v.business_date;

-- The keeper of cases asks every few seconds what was written last.
ALTER TABLE verdicts ADD INDEX IF NOT EXISTS written_at_minmax written_at TYPE minmax GRANULARITY 1;

-- A refund that we have carried out stands in the platform's book whatever its bill holds.
CREATE OR REPLACE VIEW v_entries AS
SELECT
    * EXCEPT blanks,
    toDecimal128(amount_fen, 2) / 100 AS amount_yuan,
    multiIf(
        source = 'BILL', (merchant_id, bill_id, book, channel) IN (SELECT merchant_id, bill_id, book, slot FROM bill_slots),
        source = 'ACTION', 1,
        (merchant_id, business_date, book, channel) NOT IN (
            SELECT merchant_id, business_date, book, arrayJoin(['', slot]) FROM bill_slots)) AS counts
FROM entries FINAL
WHERE source != 'BILL' OR bill_id IN (SELECT bill_id FROM bills);
