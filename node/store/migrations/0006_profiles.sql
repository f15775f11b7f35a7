-- What practitioners say of themselves in the directory: the newest signed profile of each.
CREATE TABLE profiles (
    practitioner BLOB PRIMARY KEY CHECK (length(practitioner) = 32),
    seq          INTEGER NOT NULL,
    profile      BLOB NOT NULL,
    seen_at      INTEGER NOT NULL
) STRICT;
