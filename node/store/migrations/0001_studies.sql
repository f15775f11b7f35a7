-- What was imported or received: studies, series and instances (DICOM PS3.3), one sealed blob an instance.
CREATE TABLE studies (
    study_instance_uid       TEXT PRIMARY KEY,
    patient_name_alphabetic  TEXT NOT NULL,
    patient_name_ideographic TEXT NOT NULL,
    patient_name_phonetic    TEXT NOT NULL,
    patient_id               TEXT NOT NULL,
    birth_date               TEXT NOT NULL,
    sex                      TEXT NOT NULL,
    study_date               TEXT NOT NULL,
    description              TEXT NOT NULL,
    accession_number         TEXT NOT NULL,
    origin                   TEXT NOT NULL CHECK (origin IN ('imported', 'received')),
    case_id                  BLOB CHECK (length(case_id) = 16),
    added_at                 INTEGER NOT NULL,
    -- The key of the study's blobs, wrapped under the vault key; deleting it erases them.
    wrapped_key              BLOB NOT NULL
) STRICT;

CREATE TABLE series (
    series_instance_uid TEXT PRIMARY KEY,
    study_instance_uid  TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    number              INTEGER,
    modality            TEXT NOT NULL,
    description         TEXT NOT NULL
) STRICT;
CREATE INDEX series_of_study ON series (study_instance_uid);

CREATE TABLE instances (
    sop_instance_uid    TEXT PRIMARY KEY,
    series_instance_uid TEXT NOT NULL REFERENCES series ON DELETE CASCADE,
    sop_class_uid       TEXT NOT NULL,
    transfer_syntax_uid TEXT NOT NULL,
    number              INTEGER,
    rows                INTEGER NOT NULL,
    columns             INTEGER NOT NULL,
    frames              INTEGER NOT NULL,
    bytes               INTEGER NOT NULL,
    sha256              BLOB NOT NULL CHECK (length(sha256) = 32),
    blake3              BLOB NOT NULL CHECK (length(blake3) = 32),
    blob_id             BLOB NOT NULL UNIQUE CHECK (length(blob_id) = 16)
) STRICT;
CREATE INDEX instances_of_series ON instances (series_instance_uid);
