-- Where a key lies: its partition, and the partitions that held it before it was let live longer. Holds no key.
CREATE TABLE keys.places (
    id text PRIMARY KEY,
    due timestamptz NOT NULL,
    former timestamptz[] NOT NULL DEFAULT '{}');
CREATE INDEX places_due ON keys.places (due);

-- The wrapped keys; one partition for each time of destruction (due), dropped then. destroy_after and created_at are
-- ticks of 100 ns since the year 1, UTC, since a timestamptz is coarser than what is promised.
CREATE TABLE keys.wrapped (
    id text NOT NULL,
    due timestamptz NOT NULL,
    kind smallint NOT NULL,
    wrapped bytea NOT NULL,
    destroy_after bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (id, due)) PARTITION BY LIST (due);

-- ANALYZE would copy samples of the keys into pg_statistic, where they would outlive them.
ALTER TABLE keys.wrapped ALTER COLUMN wrapped SET STATISTICS 0;

-- What is left of destroyed keys: a partition to be rewritten, or the write-ahead log up to a place.
CREATE TABLE keys.remains (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    due timestamptz,
    wal pg_lsn,
    CHECK (num_nonnulls(due, wal) = 1));

-- Keys destroyed before their time, for a day: every node has to drop them from its memory.
CREATE TABLE keys.erasures (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX erasures_at ON keys.erasures (at);

-- What every node has to know: the server's secret and the keys of tokens and cookies, wrapped like the others.
CREATE TABLE keys.secrets (
    kind text NOT NULL,
    name text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name));
