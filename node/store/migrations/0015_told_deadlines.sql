-- Deadlines of which people were told, so that each is told of once.
CREATE TABLE told_deadlines (
    log_id   BLOB NOT NULL CHECK (length(log_id) = 16),
    entry_id BLOB NOT NULL CHECK (length(entry_id) = 32),
    duty     TEXT NOT NULL,
    stage    TEXT NOT NULL,
    told_at  INTEGER NOT NULL,
    PRIMARY KEY (entry_id, duty, stage)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_deadlines_of_log ON told_deadlines (log_id);

-- What changes a report goes to the archives as the report did.
CREATE INDEX entries_with_amendments ON entries (received_at) WHERE type = 'amendment';
