-- Previews of a series, made once: of so many instances, in their order. A series of which none can be made has one
-- without a picture.
CREATE TABLE series_previews (
    series_instance_uid TEXT NOT NULL REFERENCES series ON DELETE CASCADE,
    place               INTEGER NOT NULL,
    instances           INTEGER NOT NULL,
    kind                TEXT NOT NULL,
    png                 BLOB NOT NULL,
    PRIMARY KEY (series_instance_uid, place)
) STRICT;
