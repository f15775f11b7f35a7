-- Images that cannot be read as they were stored, from when that was found until the same image came again.
CREATE TABLE damaged_images (
    blob_id  BLOB PRIMARY KEY REFERENCES instances (blob_id) ON DELETE CASCADE,
    found_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the slow reading of all stored images is, and what the last one came to: a row once the first has begun.
CREATE TABLE image_scan (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    -- Of the one under way; NULL when none is.
    begun_at      INTEGER,
    -- The blob that was read last; they are read in this order.
    reached       BLOB NOT NULL CHECK (length(reached) = 16),
    images        INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    damaged       INTEGER NOT NULL,
    -- Of the last one that was ended; NULL before.
    ended_at      INTEGER,
    ended_images  INTEGER,
    ended_bytes   INTEGER,
    ended_damaged INTEGER
) STRICT;
