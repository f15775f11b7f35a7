-- The index of studies, as QIDO-RS (PS3.18 10.6) asks it.
ALTER TABLE studies ADD COLUMN study_time TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN study_id TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN id_issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN referring_physician TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN institution TEXT NOT NULL DEFAULT '';
-- What was odd about the text of its first instance and how it was read all the same: words divided by commas.
ALTER TABLE studies ADD COLUMN notes TEXT NOT NULL DEFAULT '';
-- Whether the columns above and the terms below are filled; those of studies that were here before are, at the next start.
ALTER TABLE studies ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN body_part TEXT NOT NULL DEFAULT '';
-- Counted as they come, because a list of studies shows them; a study is erased whole.
ALTER TABLE series ADD COLUMN instances INTEGER NOT NULL DEFAULT 0;
ALTER TABLE series ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE series SET
    instances = (SELECT count(*) FROM instances WHERE instances.series_instance_uid = series.series_instance_uid),
    bytes = (SELECT coalesce(sum(instances.bytes), 0) FROM instances
        WHERE instances.series_instance_uid = series.series_instance_uid);
CREATE TRIGGER instances_are_counted AFTER INSERT ON instances
BEGIN
    UPDATE series SET instances = instances + 1, bytes = bytes + NEW.bytes
    WHERE series_instance_uid = NEW.series_instance_uid;
END;
ALTER TABLE instances ADD COLUMN bits_allocated INTEGER NOT NULL DEFAULT 0;

-- What the patient of a study is found by: `n` and a group of the name in small letters, or a key by spelling or sound.
CREATE TABLE study_terms (
    term               TEXT NOT NULL,
    study_instance_uid TEXT NOT NULL REFERENCES studies ON DELETE CASCADE,
    PRIMARY KEY (term, study_instance_uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_of_study ON study_terms (study_instance_uid);

CREATE INDEX studies_by_date ON studies (study_date, added_at, study_instance_uid);
CREATE INDEX studies_by_patient ON studies (patient_id);
CREATE INDEX studies_by_accession ON studies (accession_number);
CREATE INDEX studies_not_indexed ON studies (indexed) WHERE indexed = 0;
CREATE INDEX studies_received ON studies (study_instance_uid) WHERE origin = 'received';
CREATE INDEX series_by_modality ON series (modality, study_instance_uid);
