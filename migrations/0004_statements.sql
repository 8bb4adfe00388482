-- Statements are for people who query: what the journal's commands came to, as tables, with views of them in CNY, chips and UTC.
-- depends: 0003_snapshots

-- migrate: apply

CREATE SCHEMA statements;

COMMENT ON SCHEMA statements IS
    'What the commands of the journal came to, written behind it and made again from it. Change nothing here: use the schema report to read.';

CREATE TABLE statements.position (
    only_row       boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    seq            bigint      NOT NULL DEFAULT 0 CHECK (seq >= 0),
    layout         text        NOT NULL DEFAULT '',
    surplus_micros numeric     NOT NULL DEFAULT 0,
    written_at     timestamptz NOT NULL DEFAULT now()
);

INSERT INTO statements.position DEFAULT VALUES;

COMMENT ON TABLE statements.position IS 'How far the tables go, changed in the same transaction as they are.';
COMMENT ON COLUMN statements.position.seq IS 'The last command whose effects are in the tables.';
COMMENT ON COLUMN statements.position.layout IS 'In what form told keeps notices.';
COMMENT ON COLUMN statements.position.surplus_micros IS 'The sum of all balances, kept as they change. No transaction ends with other than 0.';

-- Fields that no search goes by are not indexed, so that a page changes rows in place (fillfactor leaves room for it).
CREATE TABLE statements.orders (
    side               text    NOT NULL CHECK (side IN ('bid', 'ask')),
    order_id           bigint  NOT NULL,
    account_id         text    NOT NULL,
    client_order_id    text    NOT NULL,
    state              text    NOT NULL,
    reason             text    NOT NULL,
    quantity_milli     bigint  NOT NULL,
    leaves_milli       bigint  NOT NULL,
    filled_milli       bigint  NOT NULL,
    canceled_milli     bigint  NOT NULL,
    min_quantity_milli bigint,
    time_in_force      text    NOT NULL,
    expires_s          bigint,
    post_only          boolean NOT NULL,
    self_trade         text    NOT NULL,
    take_or_pay_bp     integer NOT NULL,
    region             text,
    chip               text,
    price_micros       bigint,
    alternatives       jsonb,
    require            jsonb,
    vouchers           text[],
    use                text,
    held_micros        bigint,
    site               text,
    tags               text[],
    pue_milli          integer,
    green_bp           integer,
    start_s            bigint,
    end_s              bigint,
    lot_milli          bigint,
    min_duration_s     bigint,
    bond_micros        bigint,
    lease_id           bigint,
    created_s          bigint  NOT NULL,
    seq                bigint  NOT NULL,
    PRIMARY KEY (side, order_id),
    CHECK (quantity_milli = leaves_milli + filled_milli + canceled_milli)
) WITH (fillfactor = 80);

CREATE INDEX orders_account ON statements.orders (account_id);

COMMENT ON TABLE statements.orders IS 'Bids and asks as they stand. Columns of the other side are null.';
COMMENT ON COLUMN statements.orders.order_id IS 'Bids and asks are numbered apart, each from 1.';
COMMENT ON COLUMN statements.orders.take_or_pay_bp IS 'Of an ask its own, of a bid the most that it takes.';
COMMENT ON COLUMN statements.orders.region IS 'Of a bid only when all of its alternatives agree; chip and price_micros, too.';
COMMENT ON COLUMN statements.orders.alternatives IS 'Of a bid: what deliveries it accepts, each with its own limit.';
COMMENT ON COLUMN statements.orders.lease_id IS 'Of an ask that resells: the lease that it is out of.';
COMMENT ON COLUMN statements.orders.seq IS 'The command that placed it.';

CREATE TABLE statements.trades (
    trade_id       bigint PRIMARY KEY,
    seq            bigint NOT NULL,
    at_s           bigint NOT NULL,
    region         text   NOT NULL,
    chip           text   NOT NULL,
    price_micros   bigint NOT NULL,
    quantity_milli bigint NOT NULL,
    start_s        bigint NOT NULL,
    end_s          bigint NOT NULL,
    taker          text   NOT NULL
);

COMMENT ON TABLE statements.trades IS 'Every trade, as the market was told of it. The lease that it made has the same number.';

CREATE TABLE statements.leases (
    lease_id               bigint  PRIMARY KEY,
    bid_id                 bigint  NOT NULL,
    ask_id                 bigint  NOT NULL,
    parent_id              bigint,
    provider               text    NOT NULL,
    buyer                  text    NOT NULL,
    deliverer              text    NOT NULL,
    region                 text    NOT NULL,
    chip                   text    NOT NULL,
    site                   text    NOT NULL,
    quantity_milli         bigint  NOT NULL,
    start_s                bigint  NOT NULL,
    end_s                  bigint  NOT NULL,
    until_s                bigint  NOT NULL,
    price_micros           bigint  NOT NULL,
    du_milli               bigint,
    cost_micros            bigint  NOT NULL,
    buyer_fee_micros       bigint  NOT NULL,
    buyer_fee_taken_micros bigint  NOT NULL,
    provider_fee_micros    bigint  NOT NULL,
    subsidy_micros         bigint  NOT NULL,
    programme              text,
    subsidy_bound          text    NOT NULL,
    redeemed_micros        bigint  NOT NULL,
    returned_micros        bigint  NOT NULL,
    frozen_micros          bigint  NOT NULL,
    use                    text    NOT NULL,
    take_or_pay_bp         integer NOT NULL,
    state                  text    NOT NULL,
    reason                 text    NOT NULL,
    words                  text    NOT NULL,
    escrow_micros          bigint  NOT NULL,
    earned_micros          bigint  NOT NULL,
    refunded_micros        bigint  NOT NULL,
    penalties_micros       bigint  NOT NULL,
    delivered_until_s      bigint,
    delivered_uch          bigint  NOT NULL,
    used_uch               bigint  NOT NULL,
    access_given_s         bigint,
    parts                  bigint[] NOT NULL,
    periods                integer NOT NULL,
    created_s              bigint  NOT NULL,
    seq                    bigint  NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX leases_buyer ON statements.leases (buyer);
CREATE INDEX leases_provider ON statements.leases (provider);

COMMENT ON TABLE statements.leases IS 'Leases as they stand. Access data are never here.';
COMMENT ON COLUMN statements.leases.parent_id IS 'The lease that it was resold out of.';
COMMENT ON COLUMN statements.leases.until_s IS 'When it ends: earlier than end_s once it is released or cancelled.';
COMMENT ON COLUMN statements.leases.buyer_fee_micros IS 'Of the whole lease, were it all earned; buyer_fee_taken_micros so far.';
COMMENT ON COLUMN statements.leases.delivered_uch IS 'Millionths of a chip-hour, as metered through delivered_until_s.';
COMMENT ON COLUMN statements.leases.parts IS 'Leases that were resold out of it.';
COMMENT ON COLUMN statements.leases.periods IS 'How many settlement periods have closed.';
COMMENT ON COLUMN statements.leases.seq IS 'The command that made it.';

CREATE TABLE statements.transfers (
    transfer_id   bigint PRIMARY KEY,
    seq           bigint NOT NULL,
    at_s          bigint NOT NULL,
    debit         text   NOT NULL,
    credit        text   NOT NULL CHECK (credit <> debit),
    amount_micros bigint NOT NULL CHECK (amount_micros > 0),
    reason        text   NOT NULL,
    reference     text   NOT NULL,
    lease_id      bigint,
    bid_id        bigint,
    ask_id        bigint,
    part_id       bigint,
    programme     text
);

CREATE INDEX transfers_debit ON statements.transfers (debit, transfer_id);
CREATE INDEX transfers_credit ON statements.transfers (credit, transfer_id);
CREATE INDEX transfers_lease ON statements.transfers (lease_id) WHERE lease_id IS NOT NULL;

COMMENT ON TABLE statements.transfers IS
    'Every movement of money: one amount from one ledger account (debit) to another (credit). Ledger accounts are '
    'ACCOUNT/available, /held, /escrow and /bond, programme:NAME/pool and /committed, fees, and external, the world outside.';
COMMENT ON COLUMN statements.transfers.part_id IS 'The lease of the user of a resold part, when lease_id is the contract that pays.';

CREATE TABLE statements.balances (
    account        text   PRIMARY KEY,
    balance_micros bigint NOT NULL CHECK (balance_micros >= 0 OR account = 'external')
) WITH (fillfactor = 80);

COMMENT ON TABLE statements.balances IS 'What each ledger account holds: all that was credited less all that was debited in transfers.';

CREATE TABLE statements.told (
    account_id text   NOT NULL,
    seq        bigint NOT NULL,
    prev_seq   bigint NOT NULL CHECK (prev_seq >= 0 AND prev_seq < seq),
    payload    bytea  NOT NULL,
    PRIMARY KEY (account_id, seq)
);

COMMENT ON TABLE statements.told IS
    'What each account was told by each command, encoded: from here a client that was away is told what it missed.';

-- Balances move with transfers and in no other way that the database would keep.
CREATE FUNCTION statements.move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH net AS MATERIALIZED (
        SELECT account, sum(change)::bigint AS change FROM (
            SELECT debit AS account, -amount_micros AS change FROM moved
            UNION ALL
            SELECT credit, amount_micros FROM moved
        ) AS changes GROUP BY account
    ), known AS (
        UPDATE statements.balances AS kept SET balance_micros = kept.balance_micros + net.change
        FROM net WHERE kept.account = net.account RETURNING kept.account
    )
    INSERT INTO statements.balances SELECT account, change FROM net WHERE account NOT IN (SELECT account FROM known);
    RETURN NULL;
END
$$;

CREATE TRIGGER transfers_move_balances AFTER INSERT ON statements.transfers REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION statements.move_balances();

-- The surplus is kept as balances change, so that to look at it costs the same however many accounts there are.
CREATE FUNCTION statements.keep_surplus() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change numeric := 0;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT change - coalesce(sum(balance_micros), 0) INTO change FROM before;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT change + coalesce(sum(balance_micros), 0) INTO change FROM after;
    END IF;
    IF change <> 0 THEN
        UPDATE statements.position SET surplus_micros = surplus_micros + change;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER balances_inserted AFTER INSERT ON statements.balances REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION statements.keep_surplus();
CREATE TRIGGER balances_updated AFTER UPDATE ON statements.balances REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION statements.keep_surplus();
CREATE TRIGGER balances_deleted AFTER DELETE ON statements.balances REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION statements.keep_surplus();

CREATE FUNCTION statements.check_surplus() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    surplus numeric;
BEGIN
    SELECT surplus_micros INTO surplus FROM statements.position;
    IF surplus IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'all balances together come to % micros and not to 0', coalesce(surplus::text, 'no number of')
            USING ERRCODE = 'LB004';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER balances_sum_to_zero AFTER INSERT OR UPDATE OR DELETE ON statements.position
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statements.check_surplus();

-- What is made of micros, thousandths and seconds for people.

CREATE SCHEMA report;

COMMENT ON SCHEMA report IS 'The statements in CNY, chips, chip-hours, shares and UTC.';

CREATE FUNCTION report.cny(micros bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round(micros / 1000000.0, 6);
CREATE FUNCTION report.chips(milli bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round(milli / 1000.0, 3);
CREATE FUNCTION report.chip_hours(uch bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round(uch / 1000000.0, 6);
CREATE FUNCTION report.share(bp bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN round(bp / 10000.0, 4);
CREATE FUNCTION report.instant(seconds bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_timestamp(seconds);

CREATE VIEW report.orders AS
SELECT side, order_id, account_id, client_order_id, state, reason,
    report.chips(quantity_milli) AS quantity, report.chips(leaves_milli) AS leaves, report.chips(filled_milli) AS filled,
    report.chips(canceled_milli) AS canceled, report.chips(min_quantity_milli) AS min_quantity,
    region, chip, site, report.cny(price_micros) AS price_cny, alternatives, require, vouchers, use, tags,
    time_in_force, report.instant(expires_s) AS expires_at, post_only, self_trade, report.share(take_or_pay_bp) AS take_or_pay,
    report.instant(start_s) AS start_at, report.instant(end_s) AS end_at, report.chips(lot_milli) AS lot,
    make_interval(secs => min_duration_s) AS min_duration, round(pue_milli / 1000.0, 3) AS pue,
    report.share(green_bp) AS green_share, report.cny(held_micros) AS held_cny, report.cny(bond_micros) AS bond_cny,
    lease_id, report.instant(created_s) AS created_at, seq
FROM statements.orders;

CREATE VIEW report.trades AS
SELECT trade_id, seq, report.instant(at_s) AS at, region, chip, report.cny(price_micros) AS price_cny,
    report.chips(quantity_milli) AS quantity, report.instant(start_s) AS start_at, report.instant(end_s) AS end_at, taker
FROM statements.trades;

CREATE VIEW report.leases AS
SELECT lease_id, bid_id, ask_id, parent_id, provider, buyer, deliverer, region, chip, site,
    report.chips(quantity_milli) AS quantity, report.instant(start_s) AS start_at, report.instant(end_s) AS end_at,
    report.instant(until_s) AS until_at, report.cny(price_micros) AS price_cny, round(du_milli / 1000.0, 3) AS du_per_chip_hour,
    report.cny(cost_micros) AS cost_cny, report.cny(buyer_fee_micros) AS buyer_fee_cny,
    report.cny(buyer_fee_taken_micros) AS buyer_fee_taken_cny, report.cny(provider_fee_micros) AS provider_fee_cny,
    programme, subsidy_bound, report.cny(subsidy_micros) AS subsidy_cny, report.cny(redeemed_micros) AS redeemed_cny,
    report.cny(returned_micros) AS returned_cny, report.cny(frozen_micros) AS frozen_cny, use,
    report.share(take_or_pay_bp) AS take_or_pay, state, reason, words, report.cny(escrow_micros) AS escrow_cny,
    report.cny(earned_micros) AS earned_cny, report.cny(refunded_micros) AS refunded_cny,
    report.cny(penalties_micros) AS penalties_cny, report.instant(delivered_until_s) AS delivered_until_at,
    report.chip_hours(delivered_uch) AS delivered_chip_hours, report.chip_hours(used_uch) AS used_chip_hours,
    report.instant(access_given_s) AS access_given_at, parts, periods, report.instant(created_s) AS created_at, seq
FROM statements.leases;

CREATE VIEW report.transfers AS
SELECT transfer_id, seq, report.instant(at_s) AS at, debit, credit, report.cny(amount_micros) AS amount_cny, reason, reference,
    lease_id, bid_id, ask_id, part_id, programme
FROM statements.transfers;

CREATE VIEW report.balances AS
SELECT account, report.cny(balance_micros) AS balance_cny FROM statements.balances;

CREATE VIEW report.position AS
SELECT seq, written_at FROM statements.position;

-- migrate: rollback
-- None: migrations go forward only.
