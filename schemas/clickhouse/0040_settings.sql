-- What administrators set in the console on top of duizhang.config.yaml. Every change is a row with all that is set since; the
-- highest revision counts. Of two with the same revision, which only a server that answered too late can leave, the later.
CREATE TABLE IF NOT EXISTS settings
(
    revision    UInt64,
    change_id   String,
    changed_at  DateTime64(3, 'Asia/Shanghai'),
    changed_by  String,
    reason      String,
    -- Of the file that it was checked with.
    file_sha256 String,
    -- JSON: path, before, after of each setting that it changed.
    changes     String,
    -- JSON: path, value, who set it and when, of each setting that does not follow the file.
    overlay     String
)
ENGINE = ReplacingMergeTree
ORDER BY (revision, changed_at, change_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
