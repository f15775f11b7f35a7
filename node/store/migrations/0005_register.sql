-- The register of credentials as this node holds it: entries and tree hashes by number, the newest signed checkpoint,
-- the revocation list of each issuing authority, and evidence against a registry that showed two registers.
CREATE TABLE register_entries (
    number INTEGER PRIMARY KEY,
    entry  BLOB NOT NULL
) STRICT;

CREATE TABLE register_hashes (
    number INTEGER PRIMARY KEY,
    hash   BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE register_head (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    checkpoint BLOB,
    target     BLOB
) STRICT;

CREATE TABLE register_signer (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    chain BLOB NOT NULL
) STRICT;

CREATE TABLE revocation_lists (
    issuer BLOB PRIMARY KEY CHECK (length(issuer) = 20),
    number INTEGER NOT NULL,
    list   BLOB NOT NULL
) STRICT;

CREATE TABLE register_evidence (
    sha256   BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    evidence BLOB NOT NULL,
    found_at INTEGER NOT NULL
) STRICT;

-- It held one list; there is one for each issuing authority now.
DROP TABLE revocation_list;
