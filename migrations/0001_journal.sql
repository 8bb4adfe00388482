-- The journal is the only truth of the market, so the database itself refuses gaps, second writers and changes to what is written.
-- depends:

-- migrate: apply

CREATE TABLE journal_venue (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    sandbox  boolean NOT NULL,
    epoch    bigint  NOT NULL CHECK (epoch > 0)
);

COMMENT ON TABLE journal_venue IS
    'What this database is for ever, sandbox or live, and the epoch that may append: each server that opens the journal raises it.';

CREATE TABLE journal (
    first_seq     bigint      PRIMARY KEY,
    last_seq      bigint      NOT NULL CHECK (last_seq >= first_seq),
    epoch         bigint      NOT NULL,
    rules_version integer     NOT NULL CHECK (rules_version > 0),
    payload       bytea       NOT NULL CHECK (length(payload) > 0),
    written_at    timestamptz NOT NULL DEFAULT now()
);

-- Compressing a batch of 100 commands takes as long as half its commit (measured; 1,000 commands: as long as the commit).
ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;

COMMENT ON TABLE journal IS 'One row per batch of commands, first_seq to last_seq, encoded in payload.';

CREATE TABLE journal_digest (
    seq    bigint PRIMARY KEY CHECK (seq >= 0),
    digest text   NOT NULL CHECK (digest ~ '^[0-9a-f]+$')
);

COMMENT ON TABLE journal_digest IS 'What the whole state hashed to after seq; a replay must come to the same.';

-- Appends and the raising of the epoch take turns by an advisory lock (number 2 of ours; number 1 is held by the server that has the
-- journal open): without it, a row of the old server could still commit after the new one had read where the journal ends.
-- It comes before the reads, so that they see everything that committed before this turn.
CREATE FUNCTION journal_check_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    writer bigint;
    tail   bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1818389354, 2);
    SELECT epoch INTO writer FROM journal_venue;
    IF writer IS DISTINCT FROM NEW.epoch THEN
        RAISE EXCEPTION 'epoch % may append, not epoch %', writer, NEW.epoch USING ERRCODE = 'LB001';
    END IF;
    SELECT last_seq INTO tail FROM journal ORDER BY first_seq DESC LIMIT 1;
    IF NEW.first_seq <> coalesce(tail, 0) + 1 THEN
        RAISE EXCEPTION 'the journal ends at seq %, so seq % cannot come next', coalesce(tail, 0), NEW.first_seq
            USING ERRCODE = 'LB002';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION journal_check_venue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1818389354, 2);
    IF NEW.sandbox <> OLD.sandbox OR NEW.epoch <= OLD.epoch THEN
        RAISE EXCEPTION 'a venue keeps its mode, and its epoch only rises' USING ERRCODE = 'LB003';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what is written stays as it is', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LB003';
END
$$;

CREATE TRIGGER journal_append BEFORE INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_check_append();
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_digest_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_digest
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_venue_rises BEFORE UPDATE ON journal_venue
    FOR EACH ROW EXECUTE FUNCTION journal_check_venue();
CREATE TRIGGER journal_venue_stays BEFORE DELETE OR TRUNCATE ON journal_venue
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();

-- ALWAYS: a session that replays for a replica skips ordinary triggers.
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_append;
ALTER TABLE journal ENABLE ALWAYS TRIGGER journal_stays;
ALTER TABLE journal_digest ENABLE ALWAYS TRIGGER journal_digest_stays;
ALTER TABLE journal_venue ENABLE ALWAYS TRIGGER journal_venue_rises;
ALTER TABLE journal_venue ENABLE ALWAYS TRIGGER journal_venue_stays;

-- migrate: rollback
-- None: migrations go forward only.
