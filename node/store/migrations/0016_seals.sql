-- A keyed hash over every row of the logs, the packages and the head of the audit trail, so that a row which was changed or
-- removed by other hands is told; and what such a row held, when a good copy took its place.
CREATE TABLE row_seals (
    kind   TEXT NOT NULL,
    id     BLOB NOT NULL,
    -- Of an entry or a fork: its log.
    within BLOB,
    seal   BLOB NOT NULL CHECK (length(seal) = 32),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX row_seals_within ON row_seals (within) WHERE within IS NOT NULL;

CREATE TABLE altered_entries (
    found_at INTEGER NOT NULL,
    log_id   BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    header   BLOB NOT NULL,
    body     BLOB NOT NULL,
    salt     BLOB NOT NULL
) STRICT;
