-- Studies that were made of others under a pseudonym: what is needed to see who it is, here and nowhere else. A row is
-- written before the first instance of its study, so that no part of one is ever taken for an original.
CREATE TABLE pseudonyms (
    study_instance_uid TEXT PRIMARY KEY,
    original_uid TEXT NOT NULL,
    code TEXT NOT NULL,
    options TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    finished INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
