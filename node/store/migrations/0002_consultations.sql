-- Logs of signed entries, packages in transit, and what is still to be acknowledged.
CREATE TABLE logs (
    log_id     BLOB PRIMARY KEY CHECK (length(log_id) = 16),
    kind       TEXT NOT NULL CHECK (kind IN ('agreement', 'case')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
    entry_id    BLOB PRIMARY KEY CHECK (length(entry_id) = 32),
    log_id      BLOB NOT NULL REFERENCES logs,
    type        TEXT NOT NULL,
    signer      BLOB NOT NULL CHECK (length(signer) = 32),
    device      BLOB NOT NULL CHECK (length(device) = 32),
    seq         INTEGER NOT NULL,
    lamport     INTEGER NOT NULL,
    header      BLOB NOT NULL,
    body        BLOB NOT NULL,
    salt        BLOB NOT NULL CHECK (length(salt) = 32),
    received_at INTEGER NOT NULL,
    -- A second entry with the same sequence number is a fork and goes into the table below.
    UNIQUE (log_id, signer, device, seq)
) STRICT;
CREATE INDEX entries_in_order ON entries (log_id, lamport, entry_id);

-- Evidence: entries that contradict one in `entries`.
CREATE TABLE forks (
    entry_id    BLOB PRIMARY KEY CHECK (length(entry_id) = 32),
    log_id      BLOB NOT NULL REFERENCES logs,
    rival_of    BLOB NOT NULL REFERENCES entries,
    header      BLOB NOT NULL,
    body        BLOB NOT NULL,
    salt        BLOB NOT NULL CHECK (length(salt) = 32),
    received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
    peer      TEXT NOT NULL,
    log_id    BLOB NOT NULL REFERENCES logs,
    entry_id  BLOB NOT NULL REFERENCES entries,
    queued_at INTEGER NOT NULL,
    PRIMARY KEY (peer, entry_id)
) STRICT;

CREATE TABLE packages (
    package_id  BLOB PRIMARY KEY CHECK (length(package_id) = 16),
    case_id     BLOB NOT NULL CHECK (length(case_id) = 16),
    direction   TEXT NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
    core        BLOB NOT NULL,
    core_hash   BLOB NOT NULL CHECK (length(core_hash) = 32),
    root        BLOB NOT NULL CHECK (length(root) = 32),
    length      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    file_id     BLOB NOT NULL UNIQUE CHECK (length(file_id) = 16),
    -- The content key, wrapped under this node's own vault key.
    wrapped_key BLOB,
    -- Which chunks are verified and on disk; the format is that of dokuei-package.
    verified    BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX packages_of_case ON packages (case_id);
