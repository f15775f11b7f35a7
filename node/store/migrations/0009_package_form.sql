-- In which form a study was sealed here, and why: for people to see (JSON).
ALTER TABLE packages ADD COLUMN form TEXT;
