-- Who logs in with a password (./duizhang user). Every change is a new row; the highest version counts.

CREATE TABLE IF NOT EXISTS users
(
    user_id       String,
    version       UInt64,
    name          String,
    -- $scrypt$ln=15,r=8,p=3$salt$hash
    password_hash String,
    roles         Array(LowCardinality(String)),
    -- Then the two lists are empty.
    all_merchants Bool,
    merchants     Array(String),
    isvs          Array(String),
    disabled      Bool,
    -- Sealed with the session key; '' where no one-time code is asked for.
    sealed_totp   String,
    created_by    String,
    created_at    DateTime64(3, 'Asia/Shanghai'),
    changed_by    String,
    changed_at    DateTime64(3, 'Asia/Shanghai')
)
ENGINE = ReplacingMergeTree
ORDER BY (user_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Without what passwords and codes could be guessed from.
CREATE OR REPLACE VIEW v_users AS
SELECT
    user_id, name, roles, all_merchants, merchants, isvs, disabled,
    sealed_totp != '' AS has_totp,
    created_by, created_at, changed_by, changed_at, version
FROM users FINAL
ORDER BY user_id, version DESC
LIMIT 1 BY user_id;
