"""Orders, leases and accounts as tables. Pure drawing: wire structs in, rich renderables out."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from exchange.language.units import DU_PLACES, MONEY_PLACES, parse_decimal, price_per_du_micros
from gateway import answers, answers_brakes, schema, schema_money
from gateway.cli.fitting import Fitting
from gateway.cli.values import grouped, plain_time, short_duration, short_time, utc

_COLORS = {
    "resting": "cyan",
    "filled": "green",
    "canceled": "dim",
    "expired": "dim",
    "superseded": "dim",
    "scheduled": "cyan",
    "running": "green",
    "ended": "blue",
    "defaulted": "red",
    "released": "blue",
    "cancelled": "red",
    "settled": "green",
    "contested": "yellow",
    "ruled": "cyan",
    "open": "green",
    "post_only": "yellow",
    "cancel_only": "yellow",
    "halted": "red",
}


def table(
    *columns: str,
    right: Iterable[str] = (),
    names: Iterable[str] = (),
    spare: Iterable[str] = (),
    less: Iterable[str] = (),
) -> Table:
    """An empty table in the house's style; the columns in `right` hold numbers.

    Where the terminal is too narrow, the columns in `spare` are left out, the first first; then what is in `names`
    takes several lines; then those in `less` are left out.
    """
    drawn = Fitting(spare, less)
    numbers, cut = set(right), set(names)
    for column in columns:
        drawn.add_column(column, justify="right" if column in numbers else "left", no_wrap=column not in cut)
    return drawn


def facts(pairs: Iterable[tuple[str, str]]) -> Table:
    """Names and values, one pair a line."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column()
    for name, value in pairs:
        drawn.add_row(name, value)
    return drawn


def state(word: str, reason: str = "") -> Text:
    """A state in its color, with the reason behind it."""
    return Text(word, style=_COLORS.get(word, "")) + Text(f" ({reason})" if reason else "", style="dim")


def brake_line(brake: answers.Brake | answers_brakes.MarketStateSet | answers_brakes.MarketBraked) -> Text:
    """Which part of the venue is in which state, and why."""
    part = "/".join(name for name in (brake.region, brake.chip) if name) or "the whole venue"
    return Text.assemble((part, "bold"), " is ", (brake.state, _COLORS.get(brake.state, "")), f": {brake.reason}")


def per_du(price: str, du_rate: str | None) -> Text:
    """A price per chip-hour as one per 度, to two places; a dash for a chip without a rate."""
    rate_milli = None if du_rate is None else parse_decimal(du_rate, DU_PLACES)
    per_du_micros = price_per_du_micros(parse_decimal(price, MONEY_PLACES), rate_milli)
    if per_du_micros is None:
        return Text("–", style="dim")
    fen = (per_du_micros + 5_000) // 10_000  # two places are enough to look at
    return Text(f"{fen // 100}.{fen % 100:02d}", style="dim")


def bid_table(bids: Sequence[schema.Bid]) -> Table:
    """Bids, one a line; several alternatives are shown by the first and how many more."""
    drawn = table("bid", "wants", "length", "limit", "chips", "leaves", "filled", "held", "state",
                  right=_BID_NUMBERS, names=("wants",), spare=("filled", "leaves"))  # fmt: skip
    for bid in bids:
        first, more = bid.alternatives[0], len(bid.alternatives) - 1
        wants = f"{first.region}/{first.chip}" + (f" +{more}" if more else "")
        drawn.add_row(
            bid.bid_id, wants, short_duration(first.duration), first.price, bid.quantity, bid.leaves, bid.filled,
            grouped(bid.held), state(bid.state, bid.reason),
        )  # fmt: skip
    return drawn


_BID_NUMBERS = ("limit", "chips", "leaves", "filled", "held")


def ask_table(asks: Sequence[schema.Ask]) -> Table:
    """Asks, one a line."""
    columns = ("ask", "offers", "from UTC", "until UTC", "price", "chips", "leaves", "filled", "bond", "state")
    drawn = table(*columns, right=("price", "chips", "leaves", "filled", "bond"), names=("offers",),
                  spare=("filled", "bond", "leaves"))  # fmt: skip
    for ask in asks:
        drawn.add_row(
            ask.ask_id, f"{ask.region}/{ask.chip}", short_time(ask.start), short_time(ask.end), ask.price, ask.quantity,
            ask.leaves, ask.filled, grouped(ask.bond), state(ask.state, ask.reason),
        )  # fmt: skip
    return drawn


def lease_table(leases: Sequence[schema_money.Lease]) -> Table:
    """Leases, one a line."""
    columns = ("lease", "of", "provider", "buyer", "chips", "from UTC", "until UTC", "price", "cost", "earned", "state")
    drawn = table(*columns, right=("chips", "price", "cost", "earned"), names=("of", "provider", "buyer"),
                  less=("earned", "buyer", "provider", "price"))  # fmt: skip
    for lease in leases:
        drawn.add_row(
            lease.lease_id, f"{lease.region}/{lease.chip}", lease.provider, lease.buyer, lease.quantity,
            short_time(lease.start), short_time(lease.end), lease.price, grouped(lease.cost), grouped(lease.earned),
            state(lease.state, lease.reason),
        )  # fmt: skip
    return drawn


def granted(leases: Sequence[schema_money.Lease]) -> list[RenderableType]:
    """The leases that an order got, if any, below it."""
    return ["", lease_table(leases)] if leases else []


def lease_card(lease: schema_money.Lease) -> RenderableType:
    """One lease in full, with its periods."""
    by_du = f" ({lease.price_per_du} per 度)" if lease.price_per_du else ""
    money = (("earned", lease.earned), ("refunded", lease.refunded), ("in escrow", lease.escrow))
    ends = "" if lease.until == lease.end else f", but only until {plain_time(lease.until)} UTC"
    site = f", {escape(lease.site)}" if lease.site else ""
    delivers = "" if lease.deliverer == lease.provider else f", {lease.deliverer} delivers"
    top = facts(
        (
            ("what", f"{lease.quantity} × {lease.chip} in {lease.region}{site}"),
            ("when", f"{plain_time(lease.start)} to {plain_time(lease.end)} UTC{ends}"),
            ("who", f"{lease.provider} provides, {lease.buyer} buys{delivers}"),
            ("orders", f"{lease.bid_id}, {lease.ask_id}"),
            *_resale(lease),
            ("price", f"{lease.price} CNY per chip-hour{by_du}, take-or-pay {lease.take_or_pay}"),
            ("cost", f"{grouped(lease.cost)} CNY, and at most {grouped(lease.buyer_fee)} of buyer's fee"),
            *subsidy_lines(lease),
            ("so far", ", ".join(f"{grouped(v)} {n}" for n, v in money)),
            ("penalties", f"{grouped(lease.penalties)} CNY"),
            *frozen_lines(lease),
            (
                "delivered",
                f"{lease.delivered} chip-hours, {lease.used} used, through {utc(lease.delivered_until)}",
            ),
            ("access", f"handed over {utc(lease.access_given_at)}" if lease.access_given_at else "not yet"),
        )
    )
    reason = f"{lease.reason}: {lease.words}" if lease.words else lease.reason
    head = Text.assemble((lease.lease_id, "bold"), "  ") + state(lease.state, reason)
    return Group(head, top, Text(), period_table(lease)) if lease.periods else Group(head, top)


def subsidy_lines(lease: schema_money.Lease) -> list[tuple[str, str]]:
    """What a programme pays of a lease, if one does."""
    if lease.programme is None:
        return []
    drawn = f"{grouped(lease.redeemed)} redeemed, {grouped(lease.returned)} returned"
    bound = f", limited by its {lease.subsidy_bound}" if lease.subsidy_bound else ""
    return [("subsidy", f"{grouped(lease.subsidy)} CNY by {lease.programme}{bound}: {drawn}")]


def frozen_lines(lease: schema_money.Lease) -> list[tuple[str, str]]:
    """What waits for a ruling, if anything does."""
    return [] if lease.frozen == "0.00" else [("frozen", f"{grouped(lease.frozen)} CNY until an operator rules")]


def _resale(lease: schema_money.Lease) -> list[tuple[str, str]]:
    """What a lease was resold out of, and what has been resold out of it."""
    lines = [] if lease.parent_id is None else [("resold", f"out of {lease.parent_id}")]
    if lease.parts:
        own = [f"{free.chips} chips from {plain_time(free.start)} to {utc(free.end)}" for free in lease.shape]
        lines += [("parts", ", ".join(lease.parts)), ("own use", "; ".join(own) or "nothing")]
    return lines


def period_table(lease: schema_money.Lease) -> Table:
    """Settlement periods, in order; by whose use, and with what a programme paid, where there is such a thing."""
    resold = any(period.lease_id != lease.lease_id for period in lease.periods)
    drawn = table(
        "#", "period UTC", "until UTC", *["of"] * resold, "delivered", "used", "paid",
        *["by voucher"] * (lease.programme is not None), "refunded", "penalty", "state",
        right=("#", "delivered", "used", "paid", "by voucher", "refunded", "penalty"),
        less=("until UTC", "by voucher", "penalty"),
    )  # fmt: skip
    for period in lease.periods:
        drawn.add_row(
            str(period.index), plain_time(period.start), plain_time(period.end), *[period.lease_id] * resold,
            period.delivered, period.used, grouped(period.paid),
            *[grouped(period.redeemed)] * (lease.programme is not None), grouped(period.refunded),
            grouped(period.penalty), state(period.state),
        )  # fmt: skip
    return drawn


def account_card(account: schema_money.Account) -> RenderableType:
    """Who an account is and what it has."""
    money = table("", "CNY", right=("CNY",))
    for name in ("available", "held", "escrow", "bond"):
        money.add_row(name, grouped(getattr(account, name)))
        if name == "available" and account.contestable != "0.00":
            money.add_row("  of it, still contestable", grouped(account.contestable), style="dim")
    who = [
        ("roles", ", ".join(account.roles)),
        ("owner group", account.owner_group),
        ("place", escape(account.place)),
        ("tags", escape(", ".join(account.tags))),
    ]
    return Group(Text(account.account_id, style="bold"), facts((n, v) for n, v in who if v), money)
