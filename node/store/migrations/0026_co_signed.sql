-- What readers signed beside each other goes to the archives of the house.
CREATE INDEX entries_with_co_signatures ON entries (received_at) WHERE type = 'co_signature';
CREATE INDEX dispatches_of_case ON dispatches (case_id, peer);
