"""Advice before and after an order: `quote` says what a bid would get now, `explain` why one gets nothing."""

from collections.abc import Sequence
from typing import Unpack

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway import advice
from gateway.cli.session import Session, speaks
from gateway.cli.tables import facts, state, table
from gateway.cli.times import clock_of
from gateway.cli.values import grouped, short_time
from gateway.cli.wanted import Wanted, bid_of, wanting
from gateway.client.bodies import quote_of

_TESTS = {
    "price": "price",
    "duration": "length",
    "start": "start",
    "quantity": "chips",
    "lot": "lot",
    "take_or_pay": "t-o-p",
    "require": "require",
    "owner": "owner",
    "market": "market",
}


@click.command()
@wanting
@speaks
async def quote(session: Session, **said: Unpack[Wanted]) -> None:
    """What `buy` with the same arguments would get now; nothing is ordered."""
    bid = bid_of(said, await clock_of(session.client))
    found = await session.client.quote(quote_of(bid))
    session.show(found, quote_card(found))


@click.command()
@click.argument("bid_id", metavar="BID")
@speaks
async def explain(session: Session, bid_id: str) -> None:
    """Why BID, such as bid-12, is not filled, and which single changes would fill it."""
    found = await session.client.explain(bid_id)
    session.show(found, Text(f"{bid_id} lacks {_chips(found.leaves)}", style="bold"), explanation_card(found))


def quote_card(found: advice.Quote) -> RenderableType:
    """A quote: the leases, what all comes to, whether the account can pay, and why something would be missing."""
    parts = [quote_head(found), facts(money_lines(found))]
    if found.rest is not None:
        parts += [Text(), Text(f"Why {found.missing} would be missing", style="bold"), explanation_card(found.rest)]
    return Group(*parts)


def quote_head(found: advice.Quote) -> RenderableType:
    """How much of a bid would be had now, and by which leases."""
    head = Text(f"{found.filled} of {_chips(found.quantity)} now", style="bold")
    if found.missing != "0":
        head += Text(f", {found.missing} missing")
    parts: list[RenderableType] = [head + Text("; the bid would be ") + state(found.state, found.reason)]
    if found.leases:
        parts += [_lease_table(found.leases), Text()]
    return Group(*parts)


def _lease_table(leases: Sequence[advice.QuotedLease]) -> Table:
    subsidised = any(lease.programme for lease in leases)
    columns = ("would lease", "site", "chips", "from UTC", "until UTC", "price", "per 度", "cost", "fee")
    ends = ("subsidy", "by", "limited by") if subsidised else ("take-or-pay",)
    drawn = table(*columns, *ends, right=("chips", "price", "per 度", "cost", "fee", "take-or-pay", "subsidy"),
                  names=columns[:2], less=("limited by", "per 度", "by", "site", "fee"))  # fmt: skip
    for lease in leases:
        last = (
            (grouped(lease.subsidy), lease.programme or "", lease.subsidy_bound) if subsidised else (lease.take_or_pay,)
        )
        drawn.add_row(
            f"{lease.region}/{lease.chip}", lease.site, lease.quantity, short_time(lease.start), short_time(lease.end),
            lease.price, lease.price_per_du or "–", grouped(lease.cost), grouped(lease.buyer_fee), *last,
        )  # fmt: skip
    return drawn


def money_lines(found: advice.Quote) -> list[tuple[str, str]]:
    """What a quote comes to all in, what would be held for the rest, and whether the account has it."""
    parts = [f"{grouped(found.cost)} cost + {grouped(found.buyer_fee)} fee"]
    parts += [f"{grouped(subsidy.amount)} by {subsidy.programme}" for subsidy in found.subsidies]
    verdict = "[green]enough[/]" if found.covered else "[red]not enough[/]"
    rest = [("rest", f"{grouped(found.held)} CNY would be held for it")] if found.held != "0.00" else []
    return [
        ("all in", f"[bold]{grouped(found.total)} CNY[/] = {' − '.join(parts)}"),
        *rest,
        ("account", f"{grouped(found.needed)} CNY needed, {grouped(found.available)} available: {verdict}"),
    ]


def explanation_card(found: advice.Explanation) -> RenderableType:
    """What stands between a bid and the asks, alternative by alternative, and what would fill it."""
    note = Text("asks, each counted at the first test that it fails", style="dim")
    return Group(note, _hurdle_table(found.alternatives), Text(), _changes(found))


def _hurdle_table(alternatives: Sequence[advice.Hurdles]) -> Table:
    unfailed = (word for test, word in _TESTS.items() if not any(getattr(entry.fails, test) for entry in alternatives))
    drawn = table("#", "wants", "state", "asks", *_TESTS.values(), "fits", right=("asks", *_TESTS.values(), "fits"),
                  names=("wants",), less=(*unfailed, "state"))  # fmt: skip
    for entry in alternatives:
        asks = str(entry.asks) if entry.complete else f"{entry.examined} of {entry.asks}"
        fails = (_count(getattr(entry.fails, test)) for test in _TESTS)
        wants = f"{entry.region}/{entry.chip}"
        drawn.add_row(str(entry.alternative), wants, state(entry.state), asks, *fails, _count(entry.fits, "green"))
    return drawn


def _count(asks: int, style: str = "") -> Text:
    return Text(str(asks), style=style) if asks else Text("·", style="dim")


def _changes(found: advice.Explanation) -> RenderableType:
    if not found.changes:
        return Text("No single change would fill it now." if found.searched else "No single change was found in time.")
    # Not "all in": no programme has been asked what it would pay of it.
    columns = ("would fill it", "field", "value", "extra CNY", "cost + fee", "account")
    drawn = table(*columns, right=columns[3:5], names=columns[:3])
    for change in found.changes:
        covered = Text("enough", style="green") if change.covered else Text("not enough", style="red")
        value = _value(change.value)
        drawn.add_row(change.detail, change.field, value, grouped(change.extra), grouped(change.total), covered)
    return drawn if found.searched else Group(drawn, Text("There may be others: the search was cut short.", "dim"))


def _value(value: str | bool | tuple[str, ...] | None) -> str:
    """A field's value as it would be typed; a dash where the field is dropped."""
    if isinstance(value, tuple):
        return ",".join(value)
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else value


def _chips(quantity: str) -> str:
    return f"{quantity} chip" if quantity == "1" else f"{quantity} chips"
