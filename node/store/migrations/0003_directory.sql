-- Who is known: verified certificate chains, device lists, nodes and the revocation list.
CREATE TABLE chains (
    fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
    kind        TEXT NOT NULL CHECK (kind IN ('practitioner', 'node')),
    chain       BLOB NOT NULL,
    seen_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE device_lists (
    practitioner BLOB PRIMARY KEY CHECK (length(practitioner) = 32),
    seq          INTEGER NOT NULL,
    list         BLOB NOT NULL,
    seen_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE nodes (
    fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
    peer_id     TEXT NOT NULL UNIQUE,
    institution TEXT NOT NULL,
    addresses   TEXT NOT NULL,
    last_seen   INTEGER NOT NULL
) STRICT;

CREATE TABLE revocation_list (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    der    BLOB NOT NULL
) STRICT;
