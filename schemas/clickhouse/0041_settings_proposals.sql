-- What administrators propose of settings that a second one has to agree to, and what became of it: a row each step. Of a
-- proposal the first decision counts.
CREATE TABLE IF NOT EXISTS settings_proposals
(
    proposal_id String,
    -- PROPOSED, AGREED, REFUSED or WITHDRAWN
    step        LowCardinality(String),
    said_at     DateTime64(3, 'Asia/Shanghai'),
    said_by     String,
    -- Of PROPOSED the reason.
    note        String,
    -- Of PROPOSED alone: the revision and the file that were looked at, what is asked for, and what it comes to, as JSON.
    base        UInt64,
    file_sha256 String,
    wishes      String,
    changes     String
)
ENGINE = ReplacingMergeTree
ORDER BY (proposal_id, said_at, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who agreed to a change; '': nobody had to.
ALTER TABLE settings ADD COLUMN IF NOT EXISTS agreed_by String;
