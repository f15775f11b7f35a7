-- Applications for certificates that were made here: the signed application with its evidence until it is decided,
-- how it left, and what came of it.
CREATE TABLE applications (
    id           BLOB PRIMARY KEY CHECK (length(id) = 16),
    made_at      INTEGER NOT NULL,
    -- The sign-in name of the practitioner; none: it is for the node itself.
    practitioner TEXT,
    subject      TEXT NOT NULL,
    public_key   BLOB NOT NULL CHECK (length(public_key) = 32),
    -- How many entries the register had: what was issued for the key before is not the answer.
    entries      INTEGER NOT NULL,
    -- The seed of the key that an answer is sealed to.
    reply        BLOB NOT NULL CHECK (length(reply) = 32),
    -- The application; none once it is decided, because identity documents are in it.
    body         BLOB,
    sealed       BLOB,
    -- SHA-256 of what was sealed.
    digest       BLOB CHECK (length(digest) = 32),
    written_at   INTEGER,
    deposited_at INTEGER,
    bootstrap    TEXT,
    refused_at   INTEGER,
    reason       TEXT
) STRICT;
