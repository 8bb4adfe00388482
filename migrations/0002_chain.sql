-- Each row is linked to the one before by a hash, so that a row that somebody changed, took out or put in later shows itself to every reader.
-- depends: 0001_journal

-- migrate: apply

ALTER TABLE journal ADD COLUMN link bytea;

COMMENT ON COLUMN journal.link IS
    'SHA-256 over the link of the row before (32 zero bytes before the first), first_seq, last_seq, epoch, rules_version and payload.';

-- The numbers big-endian, in 8, 8, 8 and 4 bytes.
CREATE FUNCTION journal_link(
    before bytea, first_seq bigint, last_seq bigint, epoch bigint, rules_version integer, payload bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256(before || int8send(first_seq) || int8send(last_seq) || int8send(epoch) || int4send(rules_version) || payload);

-- Rows that were written without a link get theirs. Nothing else about them changes.
ALTER TABLE journal DISABLE TRIGGER journal_stays;

DO $$
DECLARE
    entry  record;
    before bytea := decode(repeat('00', 32), 'hex');
BEGIN
    FOR entry IN SELECT * FROM journal ORDER BY first_seq LOOP
        before := journal_link(before, entry.first_seq, entry.last_seq, entry.epoch, entry.rules_version, entry.payload);
        UPDATE journal SET link = before WHERE first_seq = entry.first_seq;
    END LOOP;
END
$$;

ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_stays;

ALTER TABLE journal ALTER COLUMN link SET NOT NULL;
ALTER TABLE journal ADD CONSTRAINT journal_link_length CHECK (length(link) = 32);

-- The database makes the link, so that no writer can leave it out. A row that brings its own, out of a backup, must bring the right one.
CREATE OR REPLACE FUNCTION journal_check_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer bigint;
    tail   bigint;
    before bytea;
    own    bytea := NEW.link;
BEGIN
    PERFORM pg_advisory_xact_lock(1818389354, 2);
    SELECT epoch INTO writer FROM journal_venue;
    IF writer IS DISTINCT FROM NEW.epoch THEN
        RAISE EXCEPTION 'epoch % may append, not epoch %', writer, NEW.epoch USING ERRCODE = 'LB001';
    END IF;
    SELECT last_seq, link INTO tail, before FROM journal ORDER BY first_seq DESC LIMIT 1;
    IF NEW.first_seq <> coalesce(tail, 0) + 1 THEN
        RAISE EXCEPTION 'the journal ends at seq %, so seq % cannot come next', coalesce(tail, 0), NEW.first_seq
            USING ERRCODE = 'LB002';
    END IF;
    before := coalesce(before, decode(repeat('00', 32), 'hex'));
    NEW.link := journal_link(before, NEW.first_seq, NEW.last_seq, NEW.epoch, NEW.rules_version, NEW.payload);
    IF own <> NEW.link THEN
        RAISE EXCEPTION 'the link of the row of seq % to % does not follow from it and the row before', NEW.first_seq, NEW.last_seq
            USING ERRCODE = 'LB002';
    END IF;
    RETURN NEW;
END
$$;

-- migrate: rollback
-- None: migrations go forward only.
