-- What people have attested about how the house runs its node: signed, numbered, linked by hashes, only ever appended to.
CREATE TABLE attestations (
    number    INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    signed    BLOB NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER attestations_are_never_changed BEFORE UPDATE ON attestations
BEGIN
    SELECT RAISE(ABORT, 'attestations are only ever appended to');
END;
CREATE TRIGGER attestations_are_never_deleted BEFORE DELETE ON attestations
BEGIN
    SELECT RAISE(ABORT, 'attestations are only ever appended to');
END;

-- The audit trail names each one, so that those cut off at the end are missed.
CREATE INDEX audit_of_attestations ON audit (seq) WHERE action = 'attest' AND outcome = 'success';
