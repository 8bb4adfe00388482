-- Snapshots of the state save a start the replaying of everything; they are never the truth, so they may be replaced and deleted.
-- depends: 0002_chain

-- migrate: apply

CREATE TABLE snapshot (
    seq           bigint      PRIMARY KEY CHECK (seq >= 0),
    link          bytea       NOT NULL CHECK (length(link) = 32),
    rules_version integer     NOT NULL,
    layout        text        NOT NULL,
    digest        text        NOT NULL,
    parts         integer     NOT NULL CHECK (parts > 0),
    size_bytes    bigint      NOT NULL CHECK (size_bytes > 0),
    kept_at       timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE snapshot IS 'Snapshots that were kept whole: what each is of. Deleting one here deletes its parts, and harms nothing.';
COMMENT ON COLUMN snapshot.seq IS 'The last command that went into it.';
COMMENT ON COLUMN snapshot.link IS 'Of the row of the journal that ended there.';
COMMENT ON COLUMN snapshot.layout IS 'The hash of the types it is made of; a release with other types passes it over.';
COMMENT ON COLUMN snapshot.digest IS 'What the state hashed to.';

-- Deferred, because the parts come before it is known how many they are.
CREATE TABLE snapshot_part (
    seq     bigint  NOT NULL REFERENCES snapshot ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    number  integer NOT NULL CHECK (number > 0),
    hash    bytea   NOT NULL,
    payload bytea   NOT NULL,
    PRIMARY KEY (seq, number)
);

ALTER TABLE snapshot_part ALTER COLUMN payload SET STORAGE EXTERNAL;

COMMENT ON TABLE snapshot_part IS 'The parts of snapshots, numbered from 1, each with the SHA-256 that it is checked by when it is read.';

-- migrate: rollback
-- None: migrations go forward only.
