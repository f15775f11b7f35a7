-- What is sent to the archives of the house by DICOM, and how far each sending is.
CREATE TABLE dispatches (
    dispatch_id        BLOB PRIMARY KEY CHECK (length(dispatch_id) = 16),
    -- AE title of the archive.
    peer               TEXT NOT NULL,
    what               TEXT NOT NULL CHECK (what IN ('study', 'report', 'commitment')),
    study_instance_uid TEXT NOT NULL,
    -- Of a report: its case and entry.
    case_id            BLOB CHECK (length(case_id) = 16),
    entry_id           BLOB CHECK (length(entry_id) = 32),
    -- Of the outcome of a commitment that we were asked for: what is to be told.
    body               BLOB,
    asked_by           TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'cancelled')),
    attempts           INTEGER NOT NULL,
    next_try           INTEGER NOT NULL,
    reason             TEXT,
    -- The commitment that we asked for, and what became of it.
    transaction_uid    TEXT UNIQUE,
    commitment         TEXT CHECK (commitment IN ('asked', 'safe', 'not_safe', 'not_offered', 'refused')),
    queued_at          INTEGER NOT NULL,
    changed_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX dispatches_by_state ON dispatches (state, peer, next_try);
CREATE INDEX dispatches_of_entry ON dispatches (entry_id, peer);
CREATE INDEX entries_with_reports ON entries (received_at) WHERE type = 'report';

CREATE TABLE dispatched_instances (
    dispatch_id      BLOB NOT NULL REFERENCES dispatches ON DELETE CASCADE,
    position         INTEGER NOT NULL,
    sop_class_uid    TEXT NOT NULL,
    sop_instance_uid TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    reason           TEXT,
    PRIMARY KEY (dispatch_id, position)
) STRICT, WITHOUT ROWID;
