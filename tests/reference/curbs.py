"""What operators hold back beside market states: blocked accounts, whose orders go a few at a time, and price bands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exchange.language.commands_operator import BlockAccount, CancelOrders, EvictOrders, SetBand, UnblockAccount
from exchange.language.limits import TEXT_MAX_CHARS
from exchange.language.rejects import Code
from tests.reference import refusals
from tests.reference.records import Ask, Bid, Verdict

if TYPE_CHECKING:
    from tests.reference.market import Market


@dataclass
class Doomed:
    """The orders of an account that are to go; which they are is seen when the first of them goes."""

    account_id: str
    region: str | None
    chip: str | None
    reason: str
    of_then: tuple[int, int]  # how many bids and asks there had been
    orders: list[Bid | Ask] | None = None


@dataclass
class Curbs:
    blocked: set[str] = field(default_factory=set)
    doomed: list[Doomed] = field(default_factory=list)
    bands: dict[tuple[str, str], int] = field(default_factory=dict)


def block(market: Market, command: BlockAccount) -> Verdict:
    """Nothing new from this account, and what it has open goes by and by."""
    code = about(market, command.account_id, command.reason)
    if code is not None:
        return Verdict(code)
    if command.account_id in market.curbs.blocked:
        return Verdict(repeated=True)
    market.curbs.blocked.add(command.account_id)
    doom(market, command.account_id, None, None, "blocked")
    return Verdict()


def unblock(market: Market, command: UnblockAccount) -> Verdict:
    code = about(market, command.account_id, command.reason)
    if code is not None:
        return Verdict(code)
    if command.account_id not in market.curbs.blocked:
        return Verdict(repeated=True)
    market.curbs.blocked.remove(command.account_id)
    return Verdict()


def cancel_orders(market: Market, command: CancelOrders) -> Verdict:
    codes = [about(market, command.account_id, command.reason)]
    if command.region not in {None, *market.regions}:
        codes.append(Code.UNKNOWN_REGION)
    if command.chip not in {None, *market.chips}:
        codes.append(Code.UNKNOWN_CHIP)
    if any(codes):
        return Verdict(refusals.first([code for code in codes if code is not None]))
    doom(market, command.account_id, command.region, command.chip, "by_operator")
    return Verdict()


def set_band(market: Market, command: SetBand) -> Verdict:
    faults = [] if 0 < len(command.reason) <= TEXT_MAX_CHARS else [Code.BAD_VALUE]
    faults += refusals.about_the_place(market, command.region, command.chip)
    if command.band_bp is not None and not 0 <= command.band_bp <= 10_000:
        faults.append(Code.SHARE_OUT_OF_RANGE)
    if faults:
        return Verdict(refusals.first(faults))
    if command.band_bp is None:
        market.curbs.bands.pop((command.region, command.chip), None)
    else:
        market.curbs.bands[command.region, command.chip] = command.band_bp
        market.mark("a band of a market's own")
    return Verdict()


def evict(market: Market, command: EvictOrders) -> Verdict:
    """So many of the doomed are looked at, and those that are still open go."""
    if command.most <= 0:
        return Verdict(Code.BAD_VALUE)
    for _ in range(command.most):
        order = next_doomed(market)
        if order is None:
            break
        if order.state != "resting":
            market.mark("a doomed order that was done before")
        elif isinstance(order, Bid):
            market.close_bid(order, "canceled", market.curbs.doomed[0].reason)
        else:
            market.close_ask(order, "canceled", market.curbs.doomed[0].reason)
    if market.curbs.doomed and market.curbs.doomed[0].orders:
        market.mark("an eviction that goes on")
    return Verdict()


def next_doomed(market: Market) -> Bid | Ask | None:
    """The next order that is to go, bids before asks, the oldest first."""
    doomed = market.curbs.doomed
    while doomed:
        if doomed[0].orders is None:
            doomed[0].orders = those_meant(market, doomed[0])
        if doomed[0].orders:
            return doomed[0].orders.pop(0)
        del doomed[0]
    return None


def those_meant(market: Market, doomed: Doomed) -> list[Bid | Ask]:
    bids, asks = doomed.of_then

    def meant(region: str, chip: str) -> bool:
        return doomed.region in {None, region} and doomed.chip in {None, chip}

    return [
        *(
            bid
            for number, bid in market.bids.items()
            if number <= bids
            and bid.state == "resting"
            and bid.command.account_id == doomed.account_id
            and any(meant(wish.region, wish.chip) for wish in map(bid.command.alternatives.__getitem__, bid.open))
        ),
        *(
            ask
            for number, ask in market.asks.items()
            if number <= asks
            and ask.state == "resting"
            and ask.command.account_id == doomed.account_id
            and meant(ask.command.region, ask.command.chip)
        ),
    ]


def doom(market: Market, account_id: str, region: str | None, chip: str | None, reason: str) -> None:
    then = len(market.bids), len(market.asks)
    market.curbs.doomed.append(Doomed(account_id, region, chip, reason, then))


def about(market: Market, account_id: str, reason: str) -> Code | None:
    if account_id not in market.accounts:
        return Code.UNKNOWN_ACCOUNT
    return None if 0 < len(reason) <= TEXT_MAX_CHARS else Code.BAD_VALUE
