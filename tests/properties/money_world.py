"""A small world in which money moves in every way there is: generated orders, programmes, purses and the clock.

`setting` gives the commands that make it: four hours before a new year, six traders in five owner groups, leases that
run, programmes whose caps and pools are soon used up. `next_command` turns a few bytes into a command, looking at the
naive books to name what exists; a `Flavour` says which kinds come how often. Bytes of zero mean no command at all.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec.structs import replace

from exchange.language.commands import (
    AdvanceTime,
    Alternative,
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
    Cap,
    Command,
    DefineChip,
    DefineProgramme,
    DefineRegion,
    Deposit,
    OpenAccount,
    PlaceAsk,
    PlaceBid,
    Rate,
    RelateGroups,
    SetRules,
    SetTenors,
    StartLease,
    Withdraw,
)
from exchange.language.commands_sessions import SetDeadMan
from exchange.language.units import HOUR_S, MICROS_PER_CNY
from tests.properties import money_acts
from tests.properties.choices import Choices
from tests.properties.world import CHIPS, DOMESTIC, REGIONS, RULES, TENORS_S
from tests.reference.arithmetic import next_step
from tests.reference.books import Books
from tests.reference.holdings import Ask

NEW_YEAR_S = 1_767_225_600  # 2026-01-01T00:00:00Z
EVENING_S = NEW_YEAR_S - 4 * HOUR_S
QUARTER_S = 900
TICK_MICROS = 10_000
CNY = MICROS_PER_CNY
VENUE = "venue"
LOTS = (1000, 4000, 500, 2000)
PRICES = (1_000_000, 1_010_000, 990_000, 3_000_000, 770_000)


class Trader(NamedTuple):
    """Somebody who buys, sells and resells."""

    name: str
    group: str
    tags: tuple[str, ...]
    place: str


TRADERS = (
    Trader("ann", "acme", ("sme",), "hangzhou"),
    Trader("ben", "bolt", ("research",), "beijing"),
    Trader("cem", "core", ("sme", "filed", "partner"), "shanghai"),
    Trader("dot", "acme", (), "hangzhou"),
    Trader("eve", "echo", ("research", "dishonest", "partner"), "beijing"),
    Trader("fay", "fern", ("sme", "research"), "beijing"),
)
NAMES = tuple(trader.name for trader in TRADERS)
GROUPS = tuple(dict.fromkeys(trader.group for trader in TRADERS))


def programme(name: str, *rates: Rate, **wording: Any) -> DefineProgramme:
    return DefineProgramme(programme=name, name_en=name, name_zh=name, rates=rates, operator_id=VENUE, **wording)


PROGRAMMES = (
    programme(
        "hz",
        Rate(share_bp=3000, supply="local", chip="domestic"),
        Rate(share_bp=2000, supply="local", chip="foreign"),
        Rate(share_bp=3000, supply="local", use="maas"),
        caps=(Cap(scope="year", amount_micros=6 * CNY, except_tags=("filed",)),),
        pool_micros=30 * CNY,
        pool_is="total",
        local_regions=("hangzhou",),
    ),
    programme(
        "sh",
        Rate(share_bp=2500, supply="local"),
        Rate(share_bp=1500, supply="remote"),
        caps=(Cap(scope="contract", amount_micros=CNY, only_tags=("sme",)),),
        pool_micros=4 * CNY,
        pool_is="ceiling",
        local_supplier_tags=("partner",),
    ),
    programme(
        "bj",
        Rate(share_bp=2333),
        caps=(Cap(scope="year", amount_micros=5 * CNY),),
        claimants=(("sme", "research"),),
        claimant_places=("beijing",),
        barred_tags=("dishonest",),
        unaffiliated=True,
        excludes=("*",),
    ),
    programme(
        "sd",
        Rate(share_bp=1000),
        caps=(Cap(scope="total", amount_micros=2 * CNY),),
        pool_micros=3 * CNY,
        pool_is="total",
        until_s=NEW_YEAR_S,
    ),
    programme("wu", Rate(share_bp=1200, chip="domestic"), pool_micros=CNY // 2, pool_is="floor"),
    programme("gz", pool_micros=8 * CNY, pool_is="ceiling", from_s=NEW_YEAR_S),
)
PROGRAMME_NAMES = tuple(each.programme for each in PROGRAMMES)
VOUCHERS = (("auto",), ("auto",), (), ("hz",), ("sh",), ("bj", "sh"), ("sd", "hz"), ("wu",), ("gz", "sd"), ("bj",))

OPENING_BIDS = (
    ("ann", CHIPS[0], 8000, 6 * HOUR_S, ("sh",)),
    ("ben", CHIPS[0], 4000, 5 * HOUR_S + QUARTER_S, ("bj",)),
    ("dot", CHIPS[1], 4000, 4 * HOUR_S, ("wu",)),
    ("fay", CHIPS[1], 8000, 6 * HOUR_S, ("sd", "hz")),
)

CHAIN = (("ann", "fay", 1, 4000), ("fay", "dot", 5, 2000), ("dot", "eve", 6, 1000))


class Flavour(NamedTuple):
    """What a sequence is made of: how often each kind of command comes, and how far the clock goes at once."""

    name: str
    weights: dict[str, int]
    jumps_s: tuple[int, ...]
    chain: bool = False  # whether a lease has been resold, and resold again, before it begins


def setting(flavour: Flavour) -> list[Command]:
    """The commands that make the world."""
    return [
        SetRules(rules=replace(RULES, contest_s=HOUR_S)),
        SetTenors(tenors_s=TENORS_S),
        *(DefineRegion(region=region, name_en=region, name_zh=region) for region in REGIONS),
        *(DefineChip(chip=chip, vendor="v", model=chip, domestic=chip in DOMESTIC) for chip in CHIPS),
        *PROGRAMMES,
        AdvanceTime(to_s=EVENING_S),
        *(
            OpenAccount(
                account_id=trader.name,
                roles=("buyer", "provider"),
                owner_group=trader.group,
                tags=trader.tags,
                place=trader.place,
            )
            for trader in TRADERS
        ),
        OpenAccount(account_id=VENUE, roles=("operator",), owner_group=VENUE),
        *(Deposit(account_id=name, amount_micros=300 * CNY) for name in NAMES),
        *opening(),
        *(chain() if flavour.chain else ()),
    ]


def opening() -> Iterator[Command]:
    """Two providers, four buyers, and leases that run from now on."""
    for number, (provider, chip, take_or_pay) in enumerate((("cem", CHIPS[0], 6000), ("eve", CHIPS[1], 0))):
        placed = an_offer(provider, f"ask-{number}", chip, 16_000, EVENING_S + 12 * HOUR_S)
        yield replace(placed, take_or_pay_bp=take_or_pay)
    for number, (buyer, chip, chips, length_s, vouchers) in enumerate(OPENING_BIDS, start=1):
        yield replace(a_taker(buyer, f"bid-{number}", chip, chips, length_s), vouchers=vouchers)
        provider = "cem" if chip == CHIPS[0] else "eve"
        yield StartLease(account_id=provider, lease_id=number, sealed_access=b"sealed")


def an_offer(seller: str, name: str, chip: str, chips: int, end_s: int) -> PlaceAsk:
    return PlaceAsk(
        account_id=seller,
        client_order_id=name,
        region=REGIONS[0],
        chip=chip,
        quantity_milli=chips,
        end_s=end_s,
        price_micros=PRICES[0],
        min_duration_s=QUARTER_S,
    )


def a_taker(buyer: str, name: str, chip: str, chips: int, length_s: int) -> PlaceBid:
    wish = Alternative(
        region=REGIONS[0], chip=chip, duration_s=length_s, latest_start_s=EVENING_S, price_micros=PRICES[0]
    )
    return PlaceBid(account_id=buyer, client_order_id=name, quantity_milli=chips, alternatives=(wish,))


def chain() -> Iterator[Command]:
    """What ann has leased is resold in half, and half of that, and of that."""
    for number, (seller, buyer, parent, chips) in enumerate(CHAIN):
        placed = an_offer(seller, f"resale-{number}", CHIPS[0], chips, EVENING_S + 6 * HOUR_S)
        yield replace(placed, lease_id=parent, price_micros=PRICES[2], take_or_pay_bp=6000)
        yield a_taker(buyer, f"taker-{number}", CHIPS[0], chips, 6 * HOUR_S)


def next_command(flavour: Flavour, blob: bytes, books: Books, before: list[Command]) -> Command | None:
    """The command that these bytes mean now, if any; after those that came before."""
    choices, number = Choices(blob), len(before)
    kind = choices.pick([None, *(kind for kind, weight in flavour.weights.items() for _ in range(weight))])
    match kind:
        case "ask":
            return an_ask(choices, books, number)
        case "bid":
            return a_bid(choices, books, number)
        case "change":
            return a_change(choices, books)
        case "time":
            return AdvanceTime(to_s=books.now + choices.pick(flavour.jumps_s))
        case "purse":
            return a_purse(choices)
        case "programme":
            return a_wording(choices, books)
        case "relate":
            return a_relation(choices)
        case "again":
            keyed = [command for command in before[-40:] if getattr(command, "idempotency_key", "")]
            return choices.one_of(keyed if choices.chance(2) else before[-20:])
    return None if kind is None else money_acts.an_act(kind, choices, books, number)


def an_ask(choices: Choices, books: Books, number: int) -> PlaceAsk:
    """Mostly at hand from the next hour or now, in one place, for some hours."""
    hour = next_step(books.now, HOUR_S)
    start = choices.pick((None, hour, hour, hour + HOUR_S, hour - QUARTER_S))
    begins = next_step(books.now, QUARTER_S) if start is None else max(start, next_step(books.now, QUARTER_S))
    lot = choices.pick(LOTS)
    force = choices.pick(("gtc", "gtc", "gtc", "gtd"))
    return PlaceAsk(
        account_id=choices.pick(NAMES),
        client_order_id=f"a{number}",
        region=choices.pick((REGIONS[0], REGIONS[0], REGIONS[1])),
        chip=choices.pick((CHIPS[0], CHIPS[1], CHIPS[0])),
        quantity_milli=lot * choices.pick((8, 4, 2, 1, 3)),
        start_s=None if start is None else begins,
        end_s=begins + choices.pick((6 * HOUR_S, 3 * HOUR_S, 5 * HOUR_S + QUARTER_S, 12 * HOUR_S)),
        price_micros=choices.pick(PRICES),
        lot_milli=lot,
        min_duration_s=choices.pick((QUARTER_S, HOUR_S)),
        take_or_pay_bp=choices.pick((10_000, 6000, 0, 3333)),
        time_in_force=force,
        expires_s=books.now + choices.pick((HOUR_S, 3 * HOUR_S)) if force == "gtd" else None,
    )


def a_bid(choices: Choices, books: Books, number: int) -> PlaceBid:
    """Mostly one that some open ask can serve, resales first; sometimes one that waits, or that nobody can pay."""
    asks = [ask for ask in books.asks.values() if not ask.done and ask.free]
    resales = [ask for ask in asks if ask.placed.lease_id is not None]
    ask = choices.one_of(resales if resales and choices.chance(2) else asks)
    wish = a_wish(choices, books, ask)
    lot = ask.placed.lot_milli if ask is not None else 1000
    quantity = lot * choices.pick((1, 2, 4, 8, 3))
    if ask is not None and resales and choices.chance(4):  # all of it
        begins = max(ask.placed.start_s, next_step(books.now, QUARTER_S))
        quantity, length = ask.quantity, max(ask.placed.end_s - begins, QUARTER_S)
        wish = replace(wish, earliest_start_s=begins, latest_start_s=begins, duration_s=length)
    if choices.chance(30):
        quantity = 90_000_000
    other = a_wish(choices, books, choices.one_of(asks))
    return PlaceBid(
        account_id=choices.pick(NAMES),
        client_order_id=f"b{number}",
        quantity_milli=quantity,
        min_quantity_milli=choices.pick((None, None, None, quantity)),
        alternatives=(wish, other) if choices.chance(4) else (wish,),
        time_in_force=choices.pick(("gtc", "gtc", "ioc")),
        vouchers=("atlantis",) if choices.chance(40) else choices.pick(VOUCHERS),
        use=choices.pick(("", "", "maas")),
    )


def a_wish(choices: Choices, books: Books, ask: Ask | None) -> Alternative:
    """A stretch of an ask, at about its price; or of nothing in particular."""
    soon = next_step(books.now, QUARTER_S)
    premium = choices.pick((0, 20_000, 0, 1_000_000, -20_000)) + choices.chance(50)
    if ask is None:
        region, chip, begins, ends, price = REGIONS[0], CHIPS[0], soon, soon + 3 * HOUR_S, PRICES[0]
    else:
        placed = ask.placed
        region, chip, price = placed.region, placed.chip, ask.price
        begins, ends = max(placed.start_s, soon), placed.end_s
    later = choices.pick((0, 0, HOUR_S, QUARTER_S))
    earliest = begins + later if begins + later < ends else begins
    length = choices.pick((3 * HOUR_S, 2 * HOUR_S, HOUR_S, QUARTER_S * 7, ends - earliest, QUARTER_S))
    return Alternative(
        region=region,
        chip=chip,
        duration_s=max(min(length, ends - earliest), QUARTER_S),
        earliest_start_s=earliest,
        latest_start_s=earliest + choices.pick((0, 0, HOUR_S, 6 * HOUR_S)),
        price_micros=price + premium,
    )


def a_change(choices: Choices, books: Books) -> Command:
    """An order is changed or taken back, mostly by its owner; or all orders of somebody are taken back, now or soon."""
    kind = choices.pick(("amend ask", "cancel ask", "amend bid", "cancel bid", "sweep"))
    if kind == "sweep":
        account = choices.pick(NAMES)
        if choices.chance(3):
            return SetDeadMan(account_id=account, seconds=choices.pick((QUARTER_S, 450, HOUR_S)))
        return CancelAllAsks(account_id=account) if choices.chance(2) else CancelAllBids(account_id=account)
    stranger = choices.pick(NAMES) if choices.chance(12) else None
    if "ask" in kind:
        asks = [number for number, ask in books.asks.items() if not ask.done or choices.chance(40)]
        number = choices.one_of(asks) or 1
        ask = books.asks.get(number)
        owner = stranger or (ask.placed.account_id if ask else NAMES[0])
        if kind == "cancel ask" or ask is None:
            return CancelAsk(account_id=owner, ask_id=number)
        ticks, lots = choices.pick((0, 1, -1, 30)), choices.pick((0, -1, 1, -2, 4))
        return AmendAsk(
            account_id=owner,
            ask_id=number,
            price_micros=ask.price + ticks * TICK_MICROS,
            quantity_milli=ask.quantity + lots * ask.placed.lot_milli,
        )
    bids = [number for number, bid in books.bids.items() if not bid.done or choices.chance(80)]
    number = choices.one_of(bids) or 1
    bid = books.bids.get(number)
    owner = stranger or (bid.account if bid else NAMES[0])
    if kind == "cancel bid" or bid is None:
        return CancelBid(account_id=owner, bid_id=number)
    dearer = choices.pick((0, 2, -2, 100)) * TICK_MICROS
    return AmendBid(
        account_id=owner,
        bid_id=number,
        quantity_milli=choices.pick((None, 4000, 1000, 12_000)),
        prices_micros=tuple(wish.price_micros + dearer for wish in bid.wishes),
    )


def a_purse(choices: Choices) -> Command:
    """Money comes or goes; often with a key, of which there are few, so that some come again."""
    account = "nobody" if choices.chance(10) else choices.pick(NAMES[:2])
    amount = choices.pick((20 * CNY, 20 * CNY, 1, 10**6 * CNY, 0))
    key = choices.pick(("", "k1", "k2", "k1", "k3"))
    if choices.chance(2):
        return Withdraw(account_id=account, amount_micros=amount, operator_id=VENUE, idempotency_key=key)
    return Deposit(account_id=account, amount_micros=amount, operator_id=VENUE, idempotency_key=key)


def a_wording(choices: Choices, books: Books) -> DefineProgramme:
    """A programme with another pool, rate or cap; sometimes with one that it cannot have."""
    says = choices.pick([each.says for each in books.programmes.values()])
    match choices.pick(("pool", "rates", "caps", "kind", "fault")):
        case "pool":
            percent = choices.pick((200, 50, 1000, 1))
            pool = (says.pool_micros or 4 * CNY) * percent // 100
            return replace(says, pool_micros=pool, pool_is=says.pool_is or "ceiling")
        case "rates":
            return replace(says, rates=(Rate(share_bp=choices.pick((2000, 5000, 10_000, 1))),))
        case "caps":
            scope = choices.pick(("contract", "year", "total"))
            return replace(says, caps=(Cap(scope=scope, amount_micros=choices.pick((3 * CNY, CNY, 10 * CNY, 1))),))
        case "kind":
            return replace(says, pool_micros=20 * CNY, pool_is=choices.pick(("ceiling", "floor", "total")))
    return replace(says, pool_micros=None, pool_is="ceiling")


def a_relation(choices: Choices) -> RelateGroups:
    """Two owner groups turn out to belong together, or no longer do; now and then nonsense."""
    return RelateGroups(
        operator_id=VENUE,
        group=choices.pick(GROUPS),
        other_group=choices.pick((*GROUPS[1:], GROUPS[0])),
        reason="" if choices.chance(10) else "shares a director",
        related=choices.pick((True, True, False)),
    )
