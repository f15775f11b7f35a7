-- Entries of which nobody has been told yet: written with the entry itself, so that none is forgotten when the machine
-- stops in between.
CREATE TABLE untold_entries (
    entry_id BLOB PRIMARY KEY CHECK (length(entry_id) = 32),
    log_id   BLOB NOT NULL CHECK (length(log_id) = 16)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER an_entry_is_to_be_told AFTER INSERT ON entries BEGIN
    INSERT OR IGNORE INTO untold_entries VALUES (new.entry_id, new.log_id);
END;
-- And of a log that contradicts itself.
CREATE TRIGGER a_fork_is_to_be_told AFTER INSERT ON forks BEGIN
    INSERT OR IGNORE INTO untold_entries VALUES (new.entry_id, new.log_id);
END;

-- What each person wants to be told by which ways, by her sign-in name, and what her webhook's messages are signed with.
CREATE TABLE notice_settings (
    practitioner   TEXT PRIMARY KEY,
    form           TEXT NOT NULL,
    webhook_secret TEXT
) STRICT, WITHOUT ROWID;

-- What is to be told outside the app and what became of it. Nothing of a patient is in it.
CREATE TABLE notices (
    notice_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    practitioner TEXT NOT NULL,
    channel      TEXT NOT NULL CHECK (channel IN ('desktop', 'email', 'webhook')),
    matter       TEXT NOT NULL,
    -- What it is about, so that each is told once: an entry, a duty with its stage, a certificate with its days.
    about        TEXT NOT NULL,
    -- The case, where it is about one.
    case_id      BLOB CHECK (length(case_id) = 16),
    urgent       INTEGER NOT NULL CHECK (urgent IN (0, 1)),
    state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts     INTEGER NOT NULL,
    next_try     INTEGER NOT NULL,
    reason       TEXT,
    queued_at    INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    UNIQUE (practitioner, channel, about)
) STRICT;
CREATE INDEX notices_by_state ON notices (state, channel, next_try);
