-- Work lists ask for the cases alone, newest first: this index answers without reading the rows.
CREATE INDEX logs_by_kind ON logs (kind, updated_at DESC, log_id);
