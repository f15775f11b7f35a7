-- Requests that carried an idempotency key, so that a repeated one is answered and not done again.
CREATE TABLE repeats (
    person     TEXT NOT NULL,
    key        TEXT NOT NULL,
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    run        BLOB NOT NULL CHECK (length(run) = 16),
    asked_at   INTEGER NOT NULL,
    done       INTEGER NOT NULL DEFAULT 0,
    status     INTEGER,
    media_type TEXT,
    answer     BLOB,
    PRIMARY KEY (person, key)
) STRICT;
CREATE INDEX repeats_by_age ON repeats (asked_at);
