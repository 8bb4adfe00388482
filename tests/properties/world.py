"""A small world in which generated orders collide often: two regions, two chips, four traders in three owner groups.

`setup` gives the commands that make it. A `Flavour` says which commands come how often and how long things last;
`next_command` turns a few bytes into the next command, looking at the naive market to name orders and leases that
exist. Bytes of zero mean no command at all, and the first of every list of choices is the plainest, so that a failure
shrinks well.
"""

from typing import NamedTuple

from msgspec.structs import replace

from exchange.language.commands import (
    SELF_TRADE_MODES,
    AdvanceTime,
    Alternative,
    Command,
    DefineChip,
    DefineRegion,
    Deposit,
    MeterLease,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Require,
    Rules,
    SetRules,
    SetTenors,
    StartLease,
)
from exchange.language.units import DAY_S, HOUR_S, MICROS_PER_CNY
from tests.properties import changes, faults, watches
from tests.properties.choices import Choices
from tests.reference import leasing
from tests.reference.arithmetic import next_step
from tests.reference.market import Market

MONDAY_S = 1_795_996_800  # 2026-11-30T00:00:00Z
QUARTER_S = 900
TRADERS = ("ann", "ben", "cem", "dot")
GROUPS = ("acme", "bolt", "core", "acme")  # ann and dot belong together
REGIONS = ("hangzhou", "shanghai")
CHIPS = ("h800", "a100")
DOMESTIC = ("a100",)  # as far as these tests go
TENORS_S = (HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, 90 * DAY_S, 180 * DAY_S)
PRICES = (1_000_000, 1_010_000, 1_020_000, 990_000, 1_030_000)
LOTS = (1000, 125, 500, 4000, 8000)
QUANTITIES = (1000, 4000, 8000, 500, 12_000, 16_000, 4000, 3000)

RULES = Rules(
    step_s=QUARTER_S,
    tick_micros=10_000,
    buyer_fee_bp=50,
    provider_fee_bp=100,
    bond_rate_bp=500,
    bond_window_s=DAY_S,
    start_grace_s=900,
    period_s=HOUR_S,
    close_grace_s=900,
    allowance_bp=10,
    penalty_rate_bp=2500,
    silent_periods=2,
)


class Flavour(NamedTuple):
    """What a sequence is made of. `weights` say how often each kind of command comes."""

    name: str
    weights: dict[str, int]
    windows_s: tuple[int, ...]
    durations_s: tuple[int, ...]
    jumps_s: tuple[int, ...]
    cash_micros: int
    places: tuple[tuple[str, str], ...]  # regions and chips, the more often the more popular
    premiums_micros: tuple[int, ...]  # what bids offer above the usual prices
    least_percent: tuple[int | None, ...]  # of a bid's quantity, for its min_quantity; 100 is a gang
    patience_s: tuple[int, ...] = (0, 0, QUARTER_S, HOUR_S, 3 * HOUR_S, 6 * HOUR_S)  # from earliest to latest start
    band_bp: int = 0
    block_max: int = 64  # orders in a block of a ladder: small ones split and melt often
    waste: int = 16  # looks in vain before a sieve is filled


def catalogue(band_bp: int = 0, band_trades: int = 3, at_s: int = MONDAY_S) -> list[Command]:
    """The commands that open a market in which nobody is yet, on a Monday at midnight or when told."""
    return [
        SetRules(rules=replace(RULES, band_bp=band_bp, band_trades=band_trades)),
        SetTenors(tenors_s=TENORS_S),
        *(DefineRegion(region=region, name_en=region, name_zh=region) for region in REGIONS),
        *(DefineChip(chip=chip, vendor="v", model=chip, domestic=chip in DOMESTIC) for chip in CHIPS),
        AdvanceTime(to_s=at_s),
    ]


def setup(flavour: Flavour) -> list[Command]:
    """The commands that make the world."""
    return [
        *catalogue(flavour.band_bp),
        *(
            OpenAccount(account_id=trader, roles=("buyer", "provider"), owner_group=group)
            for trader, group in zip(TRADERS, GROUPS, strict=True)
        ),
        OpenAccount(account_id="venue", roles=("operator",), owner_group="venue"),
        *(Deposit(account_id=trader, amount_micros=flavour.cash_micros) for trader in TRADERS),
    ]


def next_command(flavour: Flavour, blob: bytes, market: Market) -> Command | None:
    """The command that these bytes mean now, if any."""
    choices = Choices(blob)
    kind = choices.pick([None, *(kind for kind, weight in flavour.weights.items() for _ in range(weight))])
    match kind:
        case "bid":
            return faults.perhaps_spoil(choices, market, a_bid(flavour, choices, market))
        case "heir":
            return an_heir(flavour, choices, market)
        case "ask":
            return faults.perhaps_spoil(choices, market, an_ask(flavour, choices, market))
        case "time":
            return AdvanceTime(to_s=market.now + choices.pick(flavour.jumps_s))
        case "cancel":
            return changes.a_cancel(choices, market)
        case "amend":
            return changes.an_amendment(choices, market)
        case "sweep":
            return changes.a_sweep(choices)
        case "watch":
            return watches.a_watch(choices, market)
        case "state":
            return changes.a_state(choices, market)
        case "curb":
            return changes.a_curb(choices, market)
        case "start":
            return a_start(choices, market)
        case "meter":
            return a_report(choices, market)
        case "deposit":
            return Deposit(account_id=choices.pick((*TRADERS, "nobody")), amount_micros=100 * MICROS_PER_CNY)
    return None


def coming_hour(market: Market) -> int:
    """Orders gather at whole hours, so that their windows meet."""
    return next_step(market.now, HOUR_S)


def an_ask(flavour: Flavour, choices: Choices, market: Market) -> PlaceAsk:
    hour = coming_hour(market)
    start = choices.pick((hour, None, hour, hour + HOUR_S, hour + QUARTER_S, hour + 3 * HOUR_S))
    begins = next_step(market.now, QUARTER_S) if start is None else start
    window = choices.pick(flavour.windows_s)
    lot = choices.pick(LOTS)
    quantity = choices.pick(QUANTITIES)
    shortest = choices.pick((HOUR_S, QUARTER_S, QUARTER_S, 3 * HOUR_S))
    force = choices.pick(("gtc", "gtc", "gtc", "gtd", "ioc", "gtc", "gtc", "fok"))
    region, chip = choices.pick(flavour.places)
    return PlaceAsk(
        account_id=choices.pick(TRADERS),
        client_order_id=f"a{market.seq}",
        region=region,
        chip=chip,
        quantity_milli=max(quantity // lot, 1) * lot,
        start_s=start,
        end_s=begins + window,
        price_micros=choices.pick(PRICES),
        lot_milli=lot,
        min_duration_s=min(shortest, window),
        take_or_pay_bp=choices.pick((10_000, 10_000, 6000, 0)),
        time_in_force=force,
        post_only=choices.chance(8) and force in {"gtc", "gtd"},
        expires_s=market.now + choices.pick((HOUR_S, 1, 7200)) if force == "gtd" else None,
        self_trade=choices.pick((*SELF_TRADE_MODES, "skip")),
        tags=choices.pick(((), (), ("roce",), ("roce", "slurm"))),
        pue_milli=choices.pick((None, 1200, 1000, 1300)),
        green_bp=choices.pick((None, 5000, 0, 10_000)),
    )


def a_bid(flavour: Flavour, choices: Choices, market: Market) -> PlaceBid:
    quantity = choices.pick((*QUANTITIES, 1125))
    share = choices.pick(flavour.least_percent)
    force = choices.pick(("gtc", "gtc", "gtc", "gtd", "ioc", "fok"))
    wishes = [an_alternative(flavour, choices, market) for _ in range(choices.pick((1, 1, 1, 2, 2, 3)))]
    if share == 100 and choices.chance(2):
        wishes[-1] = replace(wishes[-1], quantity_milli=choices.pick(QUANTITIES))
    return PlaceBid(
        account_id=choices.pick(TRADERS),
        client_order_id=f"b{market.seq}",
        quantity_milli=quantity,
        min_quantity_milli=None if share is None else max(quantity * share // 100, 1),
        time_in_force=force,
        post_only=choices.chance(8) and force in {"gtc", "gtd"},
        expires_s=market.now + choices.pick((HOUR_S, 1, 7200)) if force == "gtd" else None,
        max_take_or_pay_bp=choices.pick((10_000, 10_000, 10_000, 6000, 0)),
        self_trade=choices.pick((*SELF_TRADE_MODES, "skip")),
        alternatives=tuple(wishes),
        require=choices.pick((None, None, None, None, a_requirement(choices))),
    )


def an_heir(flavour: Flavour, choices: Choices, market: Market) -> PlaceBid:
    """A bid that wants all of an ask, at the time of one of its leases: it can only be served if that one fails."""
    bid = a_bid(flavour, choices, market)
    lease = choices.one_of([lease for lease in market.leases.values() if lease.given is None and not lease.over])
    if lease is None:
        return bid
    offer = lease.ask.command
    wish = Alternative(
        region=offer.region,
        chip=offer.chip,
        duration_s=lease.end - lease.start,
        earliest_start_s=lease.start,
        latest_start_s=lease.start + choices.pick((HOUR_S, 2 * QUARTER_S, 2 * HOUR_S)),
        price_micros=offer.price_micros + choices.pick(flavour.premiums_micros),
    )
    return PlaceBid(
        account_id=bid.account_id,
        client_order_id=bid.client_order_id,
        quantity_milli=offer.quantity_milli,
        min_quantity_milli=choices.pick((offer.quantity_milli, offer.quantity_milli // 2 + 1)),
        self_trade=bid.self_trade,
        alternatives=(wish, *bid.alternatives[: choices.pick((0, 0, 1))]),
    )


def a_requirement(choices: Choices) -> Require:
    """One or two things that an ask has to state."""
    return choices.pick(
        (
            Require(tags=("roce",)),
            Require(pue_max_milli=1200),
            Require(green_min_bp=5000),
            Require(domestic=True),
            Require(tags=("slurm", "roce"), green_min_bp=0),
            Require(),
        )
    )


def an_alternative(flavour: Flavour, choices: Choices, market: Market) -> Alternative:
    hour = coming_hour(market)
    earliest = choices.pick((hour, None, hour, hour + HOUR_S, hour + 3 * HOUR_S))
    region, chip = choices.pick(flavour.places)
    return Alternative(
        region=region,
        chip=chip,
        duration_s=choices.pick(flavour.durations_s),
        earliest_start_s=earliest,
        latest_start_s=(earliest or hour) + choices.pick(flavour.patience_s),
        price_micros=choices.pick(PRICES) + choices.pick(flavour.premiums_micros),
    )


def a_start(choices: Choices, market: Market) -> StartLease | None:
    """Mostly of a lease that waits for it, by its provider."""
    anything = choices.chance(8)
    waiting = [lease for lease in market.leases.values() if anything or (lease.given is None and not lease.over)]
    lease = choices.one_of(waiting[::-1])
    if lease is None:
        return None
    provider = choices.pick(TRADERS) if choices.chance(12) else lease.provider
    return StartLease(account_id=provider, lease_id=lease.lease_id, sealed_access=b"sealed")


def a_report(choices: Choices, market: Market) -> MeterLease | None:
    """Mostly a fair report of a running lease; sometimes late, repeated, shrunken or beyond what is possible."""
    anything = choices.chance(10)
    running = [lease for lease in market.leases.values() if anything or lease.state == "running"]
    lease = choices.one_of(running[::-1])
    if lease is None:
        return None
    since, delivered, used = (lease.start, 0, 0) if lease.given is None else leasing.last_known(lease)
    through = min(market.now, lease.end) - choices.pick((0, 0, 0, 0, 300, QUARTER_S, -1))
    most = leasing.capacity(lease, since, through)
    more = most * choices.pick((1000, 1000, 1000, 999, 750, 500, 0, 1001)) // 1000
    wear = more * choices.pick((1000, 1000, 500, 0, 800, 1001)) // 1000
    if choices.chance(10):
        more, wear = -1, 0
    return MeterLease(
        account_id=choices.pick(TRADERS) if choices.chance(15) else lease.provider,
        lease_id=lease.lease_id,
        through_s=through,
        delivered_uch=max(delivered + more, 0),
        used_uch=used + wear,
    )
