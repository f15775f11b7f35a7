-- Received images that lie here as they came, and that nobody has decoded yet and compared with the hash that their sender
-- signed. Until then their SHA-256 is zeros.
CREATE TABLE unproven (
    blob_id BLOB PRIMARY KEY REFERENCES instances (blob_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
