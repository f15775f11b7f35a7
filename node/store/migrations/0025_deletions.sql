-- What was deleted here for good, by whose order: written before anything is destroyed, so that a node that is killed in
-- between goes on at its next start. Nothing of a patient is in it once it is done.
CREATE TABLE deletions (
    number       INTEGER PRIMARY KEY,
    ordered_at   INTEGER NOT NULL,
    -- As it was signed, and by a second person.
    signed_order BLOB NOT NULL,
    countersigned BLOB,
    -- Hashes of what is destroyed, a line each.
    list         TEXT NOT NULL,
    -- The row of the audit trail that names it.
    audit_seq    INTEGER NOT NULL,
    -- What is still to be destroyed; nothing when all of it is.
    work         TEXT,
    completed_at INTEGER,
    certificate  BLOB
) STRICT;
CREATE INDEX deletions_to_finish ON deletions (number) WHERE certificate IS NULL;

CREATE TRIGGER deletions_are_never_forgotten BEFORE DELETE ON deletions
BEGIN
    SELECT RAISE(ABORT, 'what was deleted is not forgotten');
END;
CREATE TRIGGER certificates_are_never_changed BEFORE UPDATE ON deletions
WHEN old.certificate IS NOT NULL OR old.signed_order IS NOT new.signed_order OR old.list IS NOT new.list
    OR old.countersigned IS NOT new.countersigned OR old.number IS NOT new.number
BEGIN
    SELECT RAISE(ABORT, 'a certificate is never changed');
END;

-- By which of them something went: SHA-256 of a case's or a study's identifier, as it is written.
CREATE TABLE deleted (
    subject     BLOB PRIMARY KEY CHECK (length(subject) = 32),
    number      INTEGER NOT NULL REFERENCES deletions,
    -- When somebody said that it may be taken in again.
    readmitted_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX deleted_by_number ON deleted (number);
