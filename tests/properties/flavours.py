"""The kinds of sequences that are generated, and what each of them must have met by the end."""

from exchange.language.commands import MARKET_STATES
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY
from tests.properties.world import CHIPS, LOTS, QUARTER_S, REGIONS, Flavour

EVERYWHERE = tuple((region, chip) for region in REGIONS for chip in CHIPS)
MOSTLY_HERE = (EVERYWHERE[0], EVERYWHERE[0], *EVERYWHERE)

BOOKS = Flavour(  # many orders, little time: what rests, what matches, in which order
    name="books",
    weights={"bid": 15, "ask": 10, "time": 3, "cancel": 2, "start": 1, "amend": 4, "sweep": 1},
    windows_s=(DAY_S, 6 * HOUR_S, 3 * HOUR_S, 12 * HOUR_S, 2 * DAY_S),
    durations_s=(HOUR_S, QUARTER_S, 3 * HOUR_S, 6 * HOUR_S, DAY_S),
    jumps_s=(QUARTER_S, HOUR_S, 1, QUARTER_S, 0, 3 * HOUR_S),
    cash_micros=3000 * MICROS_PER_CNY,
    places=MOSTLY_HERE,
    premiums_micros=(0, 0, 10_000),
    least_percent=(None, None, 100, 50, 10),
)
DAYS = Flavour(  # time takes things away: lapses, expiries, asks that can host nothing more
    name="days",
    weights={"bid": 14, "ask": 10, "time": 8, "cancel": 3, "start": 3, "meter": 3, "deposit": 1, "amend": 3},
    windows_s=(6 * HOUR_S, 3 * HOUR_S, HOUR_S, 12 * HOUR_S, DAY_S),
    durations_s=(HOUR_S, QUARTER_S, 3 * HOUR_S, 6 * HOUR_S),
    jumps_s=(HOUR_S, QUARTER_S, 1, 901, 3 * HOUR_S, 12 * HOUR_S, -1, 40 * DAY_S),
    cash_micros=300 * MICROS_PER_CNY,
    places=MOSTLY_HERE,
    premiums_micros=(0, 0, 10_000),
    least_percent=(None, None, 100, 50, 10),
)
LEASES = Flavour(  # one book, much delivery: meters, settlements, defaults, bonds
    name="leases",
    weights={"bid": 7, "ask": 4, "time": 8, "cancel": 1, "start": 10, "meter": 18, "deposit": 1},
    windows_s=(6 * HOUR_S, 3 * HOUR_S, 12 * HOUR_S),
    durations_s=(3 * HOUR_S, HOUR_S, QUARTER_S, 2 * HOUR_S),
    jumps_s=(QUARTER_S, HOUR_S, 450, 1, HOUR_S, 2 * HOUR_S),
    cash_micros=1000 * MICROS_PER_CNY,
    places=(EVERYWHERE[0],),
    premiums_micros=(20_000, 50_000),
    least_percent=(None, 100, 50),
)
GANGS = Flavour(  # one book, bids that want much in one piece: who is content with less after a first piece
    name="gangs",
    weights={"bid": 8, "ask": 8, "time": 1, "cancel": 1, "amend": 4},
    windows_s=(3 * HOUR_S, 6 * HOUR_S, 3 * HOUR_S, 9 * HOUR_S),
    durations_s=(3 * HOUR_S, 3 * HOUR_S, 2 * HOUR_S, 6 * HOUR_S),
    jumps_s=(QUARTER_S, HOUR_S),
    cash_micros=3000 * MICROS_PER_CNY,
    places=(EVERYWHERE[0],),
    premiums_micros=(20_000, 0, 50_000),
    least_percent=(50, 67, 75, 100),
)
LADDERS = Flavour(  # one deep book whose ladders split and merge all the time: much that rests and cannot serve
    name="ladders",
    weights={"bid": 14, "ask": 14, "time": 2, "cancel": 3, "amend": 4, "sweep": 1},
    windows_s=(3 * HOUR_S, HOUR_S, 6 * HOUR_S, 2 * HOUR_S),
    durations_s=(3 * HOUR_S, HOUR_S, 6 * HOUR_S, 2 * HOUR_S, 12 * HOUR_S),
    jumps_s=(QUARTER_S, HOUR_S, QUARTER_S),
    cash_micros=30_000 * MICROS_PER_CNY,
    places=(EVERYWHERE[0],),
    premiums_micros=(-20_000, 0, -50_000, 10_000),
    least_percent=(None, 100, 50),
    waste=4,
    block_max=8,
)
BRAKES = Flavour(  # market states that come and go while chips come back, and prices kept in a band
    name="brakes",
    weights={"bid": 5, "heir": 10, "ask": 7, "time": 7, "cancel": 1, "amend": 2, "sweep": 1, "state": 6},
    windows_s=(6 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S),
    durations_s=(3 * HOUR_S, 5 * HOUR_S, 2 * HOUR_S),
    jumps_s=(QUARTER_S, QUARTER_S, QUARTER_S, HOUR_S),
    cash_micros=3000 * MICROS_PER_CNY,
    places=(*MOSTLY_HERE, *[EVERYWHERE[0]] * 6),
    premiums_micros=(20_000, 50_000),
    least_percent=(None, None, 100, 50),
    patience_s=(2 * QUARTER_S, QUARTER_S, 0, HOUR_S),
    band_bp=600,
    waste=1,
    block_max=4,
)
WATCHES = Flavour(  # dead men wound up or not, sessions that end, in markets of whatever state
    name="watches",
    weights={"bid": 10, "ask": 8, "time": 6, "watch": 10, "start": 2, "cancel": 1, "state": 1},
    windows_s=(6 * HOUR_S, 3 * HOUR_S, 12 * HOUR_S),
    durations_s=(HOUR_S, 3 * HOUR_S, QUARTER_S),
    jumps_s=(QUARTER_S, 450, HOUR_S, 1, 2 * HOUR_S),
    cash_micros=3000 * MICROS_PER_CNY,
    places=MOSTLY_HERE,
    premiums_micros=(0, -20_000, 10_000),
    least_percent=(None, 100, 50),
)
FLAVOURS = (BOOKS, DAYS, LEASES, GANGS, LADDERS, BRAKES, WATCHES)

MODES = ("cancel_taker", "cancel_maker", "cancel_both", "skip")
FORCES = ("gtc", "gtd", "ioc", "fok")
MUST_MEET = {
    "books": {
        *(f"{force} {side}" for force in FORCES for side in ("bid", "ask")),
        *(f"self-trade {mode} by {side}" for mode in MODES for side in ("bid", "ask")),
        *(f"trade of lot {lot}" for lot in LOTS),
        "gang trade",
        "trade under min_quantity",
        "trade by a later alternative",
        "trade of a bid in several books",
        "trade of a bid of several alternatives",
        "trade that meets what is required",
        *(f"an ask excluded by its {what}" for what in ("tags", "pue", "green", "domestic")),
        *(f"{side} amended and its place {fate}" for side in ("bid", "ask") for fate in ("kept", "lost")),
        *(f"{side} amended and traded, its place lost" for side in ("bid", "ask")),
        *(f"{side} refused that is post_only" for side in ("bid", "ask")),
        *(f"several {side}s canceled at once" for side in ("bid", "ask")),
        *(f"some {side}s canceled, others not meant" for side in ("bid", "ask")),
        "bid not amended to what is filled",
        "ask not amended to less than is leased",
        "fok through several leases",
        "fok that fails with some to be had",
        "own quantity filled",
        "trade that starts later than it could",
        "choice between alternatives",
        "choice among equal surpluses",
        "partial fill",
        "ask filled fill",
        "ask canceled self_trade",
        "ask canceled time_in_force",
        "bid canceled self_trade",
        "bid canceled time_in_force",
        "repeated order",
        "refused client_order_id_reused",
        "refused insufficient_funds",
    },
    "days": {
        "an alternative lapsed",
        "an ask grew",
        "ask expired time",
        "bid expired time",
        "ask canceled bond_exhausted",
        "lease defaulted not_started",
        "lease defaulted silent",
        "lease ended completed",
        "refused time_not_forward",
    },
    "gangs": {
        "gang trade",
        "own quantity filled",
        "bid amended and traded, its place kept",
        "bid amended and traded, its place lost",
        "an ask amended to no more than is leased",
        "fok through several leases",
        "a partly filled bid was matched again",
    },
    "ladders": {
        *(f"{force} {side}" for force in FORCES for side in ("bid", "ask")),
        *(f"{side} amended and its place {fate}" for side in ("bid", "ask") for fate in ("kept", "lost")),
        *(f"{side} canceled by_owner" for side in ("bid", "ask")),
        "ask filled fill",
        "partial fill",
    },
    "brakes": {
        *(f"market set to {state}" for state in MARKET_STATES),
        *(f"order refused in a market that is {state}" for state in ("cancel_only", "halted")),
        *(f"{side} refused in a market that is post_only" for side in ("bid", "ask")),
        *(f"cancel in a market that is {state}" for state in MARKET_STATES if state != "open"),
        "refused not_through_post_only",
        "refused price_outside_band",
        "uncrossing on reopening",
        "a grown ask traded",
    },
    "leases": {
        "a penalty that the bond did not cover",
        "a report that says nothing new",
        "late hand-over",
        "lease defaulted not_started",
        "lease defaulted silent",
        "lease ended completed",
        "settlement of part use under take-or-pay 1",
        "settlement of part use under take-or-pay 0",
        "settlement of part use under take-or-pay part",
        "settlement with a penalty",
        "settlement with payment and refund",
        *(f"refused meter_{what}" for what in ("shrinks", "exceeds_capacity", "exceeds_delivered")),
        *(f"refused meter_{what}" for what in ("in_future", "outside_lease")),
        *(f"refused lease_{what}" for what in ("over", "started", "not_running")),
    },
    "watches": {
        *(
            f"{many} orders taken back by {reason}"
            for many in ("few", "several")
            for reason in ("dead_man", "disconnect")
        ),
        *(f"{side} canceled {reason}" for side in ("bid", "ask") for reason in ("dead_man", "disconnect")),
        "a dead man set again in time",
        "a dead man set off",
        "a session ended that was not armed",
        "refused unknown_account",
        "refused bad_value",
        "refused duration_out_of_range",
        "lease defaulted not_started",
    },
}
