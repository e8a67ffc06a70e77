-- Which event log the rows of this database come from: the id of an embedded one, or the word for any on EventStoreDB.
CREATE TABLE log.mark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mark text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now());
