"""The kinds of sequences that are generated, and what each of them must have met by the end."""

from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY
from tests.properties.world import CHIPS, LOTS, QUARTER_S, REGIONS, Flavour

EVERYWHERE = tuple((region, chip) for region in REGIONS for chip in CHIPS)
MOSTLY_HERE = (EVERYWHERE[0], EVERYWHERE[0], *EVERYWHERE)

BOOKS = Flavour(  # many orders, little time: what rests, what matches, in which order
    name="books",
    weights=(16, 10, 3, 2, 1, 0, 0),
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
    weights=(14, 10, 8, 3, 3, 3, 1),
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
    weights=(7, 4, 8, 1, 10, 18, 1),
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
    weights=(8, 8, 1, 1, 0, 0, 0),
    windows_s=(6 * HOUR_S, 3 * HOUR_S, 9 * HOUR_S),
    durations_s=(3 * HOUR_S, 3 * HOUR_S, 2 * HOUR_S, 6 * HOUR_S),
    jumps_s=(QUARTER_S, HOUR_S),
    cash_micros=3000 * MICROS_PER_CNY,
    places=(EVERYWHERE[0],),
    premiums_micros=(0, 20_000),
    least_percent=(50, 67, 75, 100),
)
FLAVOURS = (BOOKS, DAYS, LEASES, GANGS)

MODES = ("cancel_taker", "cancel_maker", "cancel_both", "skip")
FORCES = ("gtc", "gtd", "ioc")
MUST_MEET = {
    "books": {
        *(f"{force} {side}" for force in FORCES for side in ("bid", "ask")),
        *(f"self-trade {mode} by {side}" for mode in MODES for side in ("bid", "ask")),
        *(f"trade of lot {lot}" for lot in LOTS),
        "gang trade",
        "trade under min_quantity",
        "trade by a later alternative",
        "a grown ask traded",
        "trade of a bid in several books",
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
        "a partly filled bid was matched again",
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
}
