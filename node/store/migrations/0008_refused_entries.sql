-- An entry that a peer will not take stays, so that its author can see so; it is not sent again.
ALTER TABLE outbox ADD COLUMN refused TEXT;
