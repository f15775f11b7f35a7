-- A report that is being written: one for each case and author, sealed with a key that only she has.
CREATE TABLE report_drafts (
    case_id  BLOB NOT NULL CHECK (length(case_id) = 16),
    author   BLOB NOT NULL CHECK (length(author) = 32),
    revision INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (case_id, author)
) STRICT;

-- The forms of reports that somebody made for herself; nothing of a patient is in them.
CREATE TABLE report_templates (
    practitioner BLOB NOT NULL CHECK (length(practitioner) = 32),
    name         TEXT NOT NULL,
    template     TEXT NOT NULL,
    saved_at     INTEGER NOT NULL,
    PRIMARY KEY (practitioner, name)
) STRICT;
