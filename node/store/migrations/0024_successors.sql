-- Who is asked next in a case that nobody has accepted, and the patient's consent to her: a row for each, so that what is
-- chosen in one case, or taken back, touches no other.
CREATE TABLE successors (
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    reader  BLOB NOT NULL CHECK (length(reader) = 32),
    place   INTEGER NOT NULL,
    consent TEXT NOT NULL,
    PRIMARY KEY (case_id, reader)
) STRICT, WITHOUT ROWID;

-- To whom something was sent within the last minutes.
CREATE INDEX notices_sent ON notices (channel, changed_at) WHERE state = 'sent';
