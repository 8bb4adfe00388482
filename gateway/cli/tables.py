"""Orders, leases, accounts and statements as tables. Pure drawing: wire structs in, rich renderables out."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exchange.language.units import DU_PLACES, MONEY_PLACES, format_money, parse_decimal, price_per_du_micros
from gateway import answers, schema
from gateway.cli.values import grouped, plain_time, short_duration, short_time

_COLORS = {
    "resting": "cyan",
    "filled": "green",
    "canceled": "dim",
    "expired": "dim",
    "scheduled": "cyan",
    "running": "green",
    "ended": "blue",
    "defaulted": "red",
    "settled": "green",
    "open": "green",
    "post_only": "yellow",
    "cancel_only": "yellow",
    "halted": "red",
}


def table(*columns: str, right: Iterable[str] = (), names: Iterable[str] = ()) -> Table:
    """An empty table in the house's style; the columns in `right` hold numbers.

    Where the terminal is too narrow, the columns in `names` are cut before any other.
    """
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, collapse_padding=True)
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


def brake_line(brake: answers.Brake | answers.MarketStateSet) -> Text:
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
                  right=_BID_NUMBERS, names=("wants",))  # fmt: skip
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
    columns = ("ask", "offers", "from", "until", "price", "chips", "leaves", "filled", "bond", "state")
    drawn = table(*columns, right=("price", "chips", "leaves", "filled", "bond"), names=("offers",))
    for ask in asks:
        drawn.add_row(
            ask.ask_id, f"{ask.region}/{ask.chip}", short_time(ask.start), short_time(ask.end), ask.price, ask.quantity,
            ask.leaves, ask.filled, grouped(ask.bond), state(ask.state, ask.reason),
        )  # fmt: skip
    return drawn


def lease_table(leases: Sequence[schema.Lease]) -> Table:
    """Leases, one a line."""
    columns = ("lease", "of", "provider", "buyer", "chips", "from", "until", "price", "cost", "earned", "state")
    drawn = table(*columns, right=("chips", "price", "cost", "earned"), names=("of", "provider", "buyer"))
    for lease in leases:
        drawn.add_row(
            lease.lease_id, f"{lease.region}/{lease.chip}", lease.provider, lease.buyer, lease.quantity,
            short_time(lease.start), short_time(lease.end), lease.price, grouped(lease.cost), grouped(lease.earned),
            state(lease.state, lease.reason),
        )  # fmt: skip
    return drawn


def lease_card(lease: schema.Lease) -> RenderableType:
    """One lease in full, with its periods."""
    money = (("earned", lease.earned), ("refunded", lease.refunded), ("in escrow", lease.escrow))
    by_du = f" ({lease.price_per_du} per 度)" if lease.price_per_du else ""
    top = facts(
        (
            ("what", f"{lease.quantity} × {lease.chip} in {lease.region}" + (f", {lease.site}" if lease.site else "")),
            ("when", f"{plain_time(lease.start)} to {plain_time(lease.end)} UTC"),
            ("who", f"{lease.provider} provides, {lease.buyer} buys"),
            ("orders", f"{lease.bid_id}, {lease.ask_id}"),
            ("price", f"{lease.price} CNY per chip-hour{by_du}, take-or-pay {lease.take_or_pay}"),
            ("cost", f"{grouped(lease.cost)} CNY, and at most {grouped(lease.buyer_fee)} of buyer's fee"),
            ("so far", ", ".join(f"{grouped(v)} {n}" for n, v in money)),
            ("penalties", f"{grouped(lease.penalties)} CNY"),
            (
                "delivered",
                f"{lease.delivered} chip-hours, {lease.used} used, through {plain_time(lease.delivered_until)}",
            ),
            ("access", f"handed over {plain_time(lease.access_given_at)}" if lease.access_given_at else "not yet"),
        )
    )
    head = Text.assemble((lease.lease_id, "bold"), "  ") + state(lease.state, lease.reason)
    return Group(head, top, Text(), period_table(lease.periods)) if lease.periods else Group(head, top)


def period_table(periods: Sequence[schema.Period]) -> Table:
    """Settlement periods, in order."""
    columns = ("period", "until", "delivered", "used", "paid", "refunded", "penalty", "state")
    drawn = table(*columns, right=columns[2:7])
    for period in periods:
        drawn.add_row(
            plain_time(period.start), plain_time(period.end), period.delivered, period.used, grouped(period.paid),
            grouped(period.refunded), grouped(period.penalty), state(period.state),
        )  # fmt: skip
    return drawn


def transfer_table(transfers: Sequence[schema.Transfer]) -> Table:
    """Transfers, one a line."""
    drawn = table("at", "from", "to", "CNY", "reason", "about", right=("CNY",))
    for transfer in transfers:
        about = transfer.lease_id or transfer.order_id or transfer.reference
        drawn.add_row(
            plain_time(transfer.at), transfer.debit, transfer.credit, grouped(transfer.amount), transfer.reason, about
        )
    return drawn


def statement(found: answers.Statement) -> RenderableType:
    """Every transfer of a lease, and what they come to by reason."""
    sums: dict[str, int] = {}
    for transfer in found.items:
        sums[transfer.reason] = sums.get(transfer.reason, 0) + parse_decimal(transfer.amount, MONEY_PLACES)
    totals = table("reason", "CNY", right=("CNY",))
    for reason, amount_micros in sums.items():
        totals.add_row(reason, grouped(format_money(amount_micros)))
    return Group(lease_table([found.lease]), Text(), transfer_table(found.items), Text(), totals)


def account_card(account: schema.Account) -> RenderableType:
    """Who an account is and what it has."""
    money = table("", "CNY", right=("CNY",))
    for name in ("available", "held", "escrow", "bond"):
        money.add_row(name, grouped(getattr(account, name)))
    who = [
        ("roles", ", ".join(account.roles)),
        ("owner group", account.owner_group),
        ("place", account.place),
        ("tags", ", ".join(account.tags)),
    ]
    return Group(Text(account.account_id, style="bold"), facts((n, v) for n, v in who if v), money)
