"""What is shown before somebody says yes: a purchase with its all-in price, a sale with its bond, a resale, a release.

Pure drawing, by the rules that the catalogue tells. The market decides; where these cards and it differ, it is right.
"""

from collections.abc import Iterable, Sequence

import click
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from exchange.language.instants import format_instant, parse_duration, parse_instant
from exchange.language.units import (
    CHIP_PLACES,
    HOUR_S,
    MILLI_PER_CHIP,
    MONEY_PLACES,
    SHARE_PLACES,
    Micros,
    Seconds,
    UnitError,
    cost_micros,
    div_half_even,
    fee_micros,
    format_money,
    parse_decimal,
)
from gateway import advice, answers, schema, schema_money
from gateway.cli.advice import money_lines, quote_head
from gateway.cli.tables import facts
from gateway.cli.values import grouped, short_duration, two_clocks

_SHARE = 10**SHARE_PLACES
_ALTERNATIVES = 4  # told one by one


def purchase_card(quoted: advice.Quote, bid: schema.BidBody) -> RenderableType:
    """What a bid would get now, what all comes to, and the limits within which it buys whatever happens meanwhile."""
    lines = [*money_lines(quoted), ("limits", _limits(quoted.alternatives)), *_starts(quoted.alternatives)]
    if bid.expires_at is not None:
        lines.append(("expires", two_clocks(bid.expires_at)))
    if quoted.rest is not None and quoted.rest.changes:
        change = quoted.rest.changes[0]
        more = "" if change.extra == "0.00" else f", for {grouped(change.extra)} CNY more"
        lines.append(("instead", f"{change.detail} would fill it{more}"))
    return Group(quote_head(quoted), facts(lines))


def _limits(alternatives: Sequence[schema.AlternativeOut]) -> str:
    by_price: dict[str, list[str]] = {}
    for one in alternatives:
        by_price.setdefault(one.price, []).append(f"{one.region}/{one.chip}")
    if len(by_price) == 1:
        return f"at most {alternatives[0].price} CNY per chip-hour"
    told = [f"{price} for {', '.join(names)}" for price, names in list(by_price.items())[:_ALTERNATIVES]]
    return f"at most {'; '.join(told)}{' …' if len(by_price) > _ALTERNATIVES else ''} (CNY per chip-hour)"


def _starts(alternatives: Sequence[schema.AlternativeOut]) -> list[tuple[str, str]]:
    spans = dict.fromkeys((one.duration, one.earliest_start, one.latest_start) for one in alternatives)
    return [
        ("start", f"{two_clocks(first)} to {two_clocks(last)}, for {short_duration(length)}")
        for length, first, last in spans
    ]


def sale_card(
    ask: schema.AskBody,
    start_s: Seconds,
    catalog: answers.Catalog,
    account: schema_money.Account,
    market: answers.MarketSummary | None,
) -> RenderableType:
    """What an ask would bring at most, what bond it takes, and who would take of it at once."""
    rules = catalog.rules
    assert rules is not None, "a market without rules takes no orders"
    worth = _worth(ask, start_s)
    window_s = min(parse_instant(ask.end) - start_s, parse_duration(rules.bond_window))
    bond = div_half_even(
        _price(ask) * _chips(ask) * window_s * parse_decimal(rules.bond_rate, SHARE_PLACES),
        MILLI_PER_CHIP * HOUR_S * _SHARE,
    )
    available = parse_decimal(account.available, MONEY_PLACES) - parse_decimal(account.contestable, MONEY_PLACES)
    verdict = "[green]enough[/]" if bond <= available else "[red]not enough[/]"
    site = f", {escape(ask.site)}" if ask.site else ""
    return Group(
        Text.from_markup(f"[bold]Offer {ask.quantity} × {escape(ask.chip)} in {escape(ask.region)}[/]{site}"),
        facts(
            (
                *_terms(ask),
                ("brings", f"[bold]{_cny(worth)}[/] if all of it is leased, less {_fee(worth, rules)} of fee"),
                ("bond", f"[bold]{_cny(bond)}[/], {grouped(format_money(available))} available: {verdict}"),
                ("", "[dim]It returns with the last lease; what is not delivered is paid for out of it.[/]"),
                *_takers(ask, market),
            )
        ),
    )


def resale_card(ask: schema.AskBody, start_s: Seconds, lease: schema_money.Lease, rules: answers.RulesOut) -> Group:
    """What reselling a part of a lease would bring, and what is given up for it."""
    worth = _worth(ask, start_s)
    own = cost_micros(parse_decimal(lease.price, MONEY_PLACES), _chips(ask), parse_instant(ask.end) - start_s)
    part = f"Resell {ask.quantity} of the {lease.quantity} chips of {lease.lease_id}"
    return Group(
        Text.assemble((part, "bold"), f", {lease.chip} in {lease.region}"),
        facts(
            (
                *_terms(ask),
                ("brings", f"[bold]{_cny(worth)}[/] if all of it is leased, less {_fee(worth, rules)} of fee"),
                ("costs", f"{_cny(own)}: what this part costs you at {lease.price}, and still does"),
                ("given up", "the use of these chips; while they are on offer, releasing them, too"),
                *_forgone(lease),
            )
        ),
    )


def release_card(lease: schema_money.Lease, at_s: Seconds) -> Group:
    """What of the rest of a lease stays owed when it is given back at an instant, and what does not."""
    price, rest = parse_decimal(lease.price, MONEY_PLACES), 0
    for free in lease.shape:
        left_s = parse_instant(free.end) - max(parse_instant(free.start), at_s)
        rest += cost_micros(price, parse_decimal(free.chips, CHIP_PLACES), max(left_s, 0))
    owed = div_half_even(rest * parse_decimal(lease.take_or_pay, SHARE_PLACES), _SHARE)
    lines = [
        ("from", f"{two_clocks(format_instant(at_s))}, to {two_clocks(lease.until)} when it would end"),
        ("stays owed", f"[bold]{_cny(owed)}[/] at once, and the fee on it: the take-or-pay is {lease.take_or_pay}"),
        ("comes back", f"[bold]{_cny(rest - owed)}[/], and the fee on it"),
    ]
    if lease.programme is not None:
        lines.append(("subsidy", f"{lease.programme} pays its share of what stays owed, and gets back the other"))
    lines.append(("", "[dim]To resell it may bring more.[/]"))
    return Group(
        Text.assemble((f"Give back what is left of {lease.lease_id}", "bold"), f", {lease.chip} in {lease.region}"),
        facts(lines),
    )


def _forgone(lease: schema_money.Lease) -> list[tuple[str, str]]:
    """What a programme takes back of a part that is resold; how much is known once it is on offer."""
    subsidy, redeemed, returned = (
        parse_decimal(amount, MONEY_PLACES) for amount in (lease.subsidy, lease.redeemed, lease.returned)
    )
    left = subsidy - redeemed - returned
    if lease.programme is None or left <= 0:
        return []
    return [
        ("subsidy", f"{lease.programme}'s on this part, {_cny(left)} at most, goes back for good and is yours to pay")
    ]


def _terms(ask: schema.AskBody) -> Iterable[tuple[str, str]]:
    yield "when", f"{two_clocks(ask.start)} to {two_clocks(ask.end)}"
    lots = "" if ask.lot == "1" else f", in lots of {ask.lot}"
    yield "price", f"{ask.price} CNY per chip-hour{lots}, for {short_duration(ask.min_duration)} or longer"
    if ask.expires_at is not None:
        yield "expires", two_clocks(ask.expires_at)


def _takers(ask: schema.AskBody, market: answers.MarketSummary | None) -> list[tuple[str, str]]:
    """Which bids are as high as an ask; whether they take of it the market says."""
    bids = [] if market is None else [(one.tenor, one.best_bid) for one in market.tenors if one.best_bid is not None]
    high = [
        f"{bid[0]} for {short_duration(tenor)}"
        for tenor, bid in bids
        if parse_decimal(bid[0], MONEY_PLACES) >= _price(ask)
    ]
    return [("bids", f"{', '.join(high)}: would trade at once where they fit")] if high else []


def _worth(ask: schema.AskBody, start_s: Seconds) -> Micros:
    return cost_micros(_price(ask), _chips(ask), parse_instant(ask.end) - start_s)


def _price(ask: schema.AskBody) -> Micros:
    return _number(ask.price, MONEY_PLACES, "--price")


def _chips(ask: schema.AskBody) -> int:
    return _number(ask.quantity, CHIP_PLACES, "the number of chips")


def _number(text: str, places: int, name: str) -> int:
    try:
        return parse_decimal(text, places)
    except UnitError as error:
        raise click.UsageError(f"{name} {error}") from error


def _fee(worth: Micros, rules: answers.RulesOut) -> str:
    return grouped(format_money(fee_micros(worth, parse_decimal(rules.provider_fee, SHARE_PLACES))))


def _cny(amount: Micros) -> str:
    return f"{grouped(format_money(amount))} CNY"
