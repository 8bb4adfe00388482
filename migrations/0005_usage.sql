-- Who queries sees how chips are used: what was on offer, leased, due, delivered and used, by region and by provider.
-- depends: 0004_statements

-- migrate: apply

-- The tables are made again from the journal after this, as they are whenever the form of their rows has changed.
TRUNCATE statements.orders, statements.trades, statements.leases, statements.transfers, statements.balances, statements.told;
UPDATE statements.position SET seq = 0, layout = '', surplus_micros = 0;

ALTER TABLE statements.orders
    ADD COLUMN idle_milli_s bigint,
    ADD COLUMN free         jsonb;

COMMENT ON COLUMN statements.orders.idle_milli_s IS
    'Of an ask: milli-chips times seconds that were on offer and not leased, before free begins.';
COMMENT ON COLUMN statements.orders.free IS
    'Of an ask: what it has on offer from then on, as [start_s, end_s, chips_milli].';

ALTER TABLE statements.leases
    ADD COLUMN domestic         boolean NOT NULL,
    ADD COLUMN pue_milli        integer,
    ADD COLUMN shape            jsonb   NOT NULL,
    ADD COLUMN due_uch          bigint  NOT NULL,
    ADD COLUMN due_delivered_uch bigint NOT NULL,
    ADD COLUMN due_used_uch     bigint  NOT NULL;

COMMENT ON COLUMN statements.leases.domestic IS 'Whether the chip is designed in China.';
COMMENT ON COLUMN statements.leases.pue_milli IS 'Of the site, where its provider states one.';
COMMENT ON COLUMN statements.leases.shape IS
    'What its buyer uses itself, as [start_s, end_s, chips_milli]: the rest was resold, or has been given back.';
COMMENT ON COLUMN statements.leases.due_uch IS
    'Of its own use: what was to be delivered in closed periods, and what a default gave up.';
COMMENT ON COLUMN statements.leases.due_delivered_uch IS 'What of that was delivered, as settled or ruled.';
COMMENT ON COLUMN statements.leases.due_used_uch IS 'What of that was used.';

-- The chips times seconds of a step function that lie before an instant.
CREATE FUNCTION report.area_until(shape jsonb, until_s bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum((least((part ->> 1)::bigint, until_s) - (part ->> 0)::bigint)::numeric * (part ->> 2)::bigint), 0)
    FROM jsonb_array_elements(shape) AS part WHERE (part ->> 0)::bigint < until_s;
END;

-- The figures of /v1/kpis as they stood at an instant, which is not before the last change: by region and provider.
CREATE FUNCTION report.usage_at(upto_s bigint) RETURNS TABLE (
    region text, provider text, registered_milli_s numeric, leased_milli_s numeric, domestic_milli_s numeric,
    due_uch numeric, delivered_uch numeric, used_uch numeric, du_used numeric, du_drawn numeric
) LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH pieces AS (
        SELECT region, account_id AS provider, idle_milli_s + report.area_until(free, upto_s) AS idle, 0::numeric AS leased,
            0::numeric AS domestic, 0::numeric AS due, 0::numeric AS delivered, 0::numeric AS used, 0::numeric AS du_used,
            0::numeric AS du_drawn
        FROM statements.orders WHERE side = 'ask' AND lease_id IS NULL
        UNION ALL
        SELECT region, deliverer, 0, area, CASE WHEN domestic THEN area ELSE 0 END, due_uch, due_delivered_uch, due_used_uch,
            CASE WHEN pue_milli IS NULL THEN 0 ELSE coalesce(due_used_uch::numeric * du_milli, 0) END,
            coalesce(due_used_uch::numeric * du_milli * pue_milli, 0)
        FROM statements.leases, report.area_until(shape, upto_s) AS area
    )
    SELECT region, provider, sum(idle + leased), sum(leased), sum(domestic), sum(due), sum(delivered), sum(used),
        sum(du_used), sum(du_drawn)
    FROM pieces GROUP BY region, provider;
END;

CREATE VIEW report.usage AS
SELECT region, provider, round(registered_milli_s / 3600000, 6) AS registered_chip_hours,
    round(leased_milli_s / 3600000, 6) AS leased_chip_hours, report.chip_hours(due_uch::bigint) AS due_chip_hours,
    report.chip_hours((due_uch - delivered_uch)::bigint) AS lost_chip_hours, report.chip_hours(used_uch::bigint) AS used_chip_hours,
    round(leased_milli_s / nullif(registered_milli_s, 0), 4) AS leased_share,
    round(used_uch * 3.6 / nullif(registered_milli_s, 0), 4) AS used_share,
    round((due_uch - delivered_uch) / nullif(due_uch, 0), 4) AS fault_rate,
    round(domestic_milli_s / nullif(leased_milli_s, 0), 4) AS domestic_share,
    round(du_drawn / nullif(du_used, 0) / 1000, 3) AS pue
FROM report.usage_at((SELECT coalesce(max(at_s), 0) FROM statements.transfers));

COMMENT ON VIEW report.usage IS
    'How chips are used, by region and by who delivers, up to the last transfer of money. Sum before you divide: shares of shares are none.';

CREATE VIEW report.vouchers AS
WITH moved AS (
    SELECT programme, lease_id, sum(CASE reason WHEN 'subsidy_committed' THEN amount_micros ELSE 0 END) AS committed,
        sum(CASE reason WHEN 'subsidy_redeemed' THEN amount_micros WHEN 'contest_return' THEN -amount_micros ELSE 0 END) AS redeemed,
        sum(CASE WHEN reason IN ('subsidy_returned', 'contest_return') THEN amount_micros ELSE 0 END) AS returned
    FROM statements.transfers WHERE programme IS NOT NULL AND lease_id IS NOT NULL GROUP BY programme, lease_id
)
SELECT programme, extract(year FROM to_timestamp(l.created_s) AT TIME ZONE 'UTC')::integer AS year, count(*) AS leases,
    report.cny(sum(committed - returned)::bigint) AS granted_cny, report.cny(sum(redeemed)::bigint) AS redeemed_cny,
    report.cny(sum(returned)::bigint) AS returned_cny,
    round(sum(redeemed) / nullif(sum(committed - returned), 0), 4) AS redeemed_of_granted
FROM moved JOIN statements.leases AS l USING (lease_id, programme) GROUP BY programme, year;

COMMENT ON VIEW report.vouchers IS 'What programmes granted and paid, by the calendar year of the grant.';

-- migrate: rollback
-- None: migrations go forward only.
