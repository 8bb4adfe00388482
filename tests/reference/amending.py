"""Orders changed and taken back by their owners: section 5, "Amend" and "Cancel".

A refused amendment changes nothing. One that asks for less keeps the order's place in the queue; one that asks for more
or for another price loses it. An order that is done has no numbers left that could be wrong, so it is told that first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from exchange.language.commands import (
    OPEN,
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    CancelAsk,
    CancelBid,
    PlaceBid,
)
from exchange.language.rejects import Code
from tests.reference import brakes, refusals
from tests.reference.matcher import match_ask, match_bid, resting_asks, resting_bids
from tests.reference.records import Ask, Bid, Verdict

if TYPE_CHECKING:
    from tests.reference.market import Market


def open_order(market: Market, account_id: str, order: Bid | Ask | None) -> Code | None:
    """Why an account cannot change an order, if it cannot."""
    if account_id not in market.accounts:
        return Code.UNKNOWN_ACCOUNT
    if order is None or order.command.account_id != account_id:
        return Code.UNKNOWN_ORDER
    return None if order.state == "resting" else Code.ORDER_DONE


def amend_bid(market: Market, command: AmendBid) -> Verdict:
    bid = market.bids.get(command.bid_id)
    code = open_order(market, command.account_id, bid)
    if code is not None or bid is None:
        return Verdict(code)
    if faults := refusals.faults_of_amended_bid(market, bid, command):
        return Verdict(refusals.first(faults))
    old = bid.command
    new = amended_bid(old, command)
    kept = new.quantity_milli <= old.quantity_milli and new.alternatives == old.alternatives
    age = bid.age if kept else market.seq
    amended = replace(bid, command=new, age=age, leaves=new.quantity_milli - bid.filled, open=bid.open.copy())
    if market.worst_case(amended) - bid.held > market.cash[command.account_id]:
        return Verdict(Code.INSUFFICIENT_FUNDS)
    if brakes.unwelcome(market, amended):
        return Verdict(Code.WOULD_TRADE)
    trades = len(market.leases)
    bid.command, bid.age, bid.leaves = amended.command, amended.age, amended.leaves
    market.hold_anew(bid)
    match_bid(market, bid)
    note_amendment(market, "bid", kept, len(market.leases) > trades)
    return Verdict(subject=bid.bid_id, kept=kept)


def amended_bid(old: PlaceBid, command: AmendBid) -> PlaceBid:
    """The order as if it had been placed with other numbers. All or none stays all or none."""
    quantity = old.quantity_milli if command.quantity_milli is None else command.quantity_milli
    least = old.min_quantity_milli
    if least is not None:
        least = quantity if least == old.quantity_milli else min(least, quantity)
    wishes = old.alternatives
    if command.prices_micros is not None:
        pairs = zip(wishes, command.prices_micros, strict=True)
        wishes = tuple(structs.replace(wish, price_micros=price) for wish, price in pairs)
    return structs.replace(old, quantity_milli=quantity, min_quantity_milli=least, alternatives=wishes)


def amend_ask(market: Market, command: AmendAsk) -> Verdict:
    ask = market.asks.get(command.ask_id)
    code = open_order(market, command.account_id, ask)
    if code is not None or ask is None:
        return Verdict(code)
    if faults := refusals.faults_of_amended_ask(market, ask, command):
        return Verdict(refusals.first(faults))
    old = ask.command
    quantity = old.quantity_milli if command.quantity_milli is None else command.quantity_milli
    price = old.price_micros if command.price_micros is None else command.price_micros
    new = structs.replace(old, quantity_milli=quantity, price_micros=price)
    kept = quantity <= old.quantity_milli and price == old.price_micros
    more = max(0, market.bond_of(new, ask.start) - ask.posted)
    if more > market.cash[command.account_id]:
        return Verdict(Code.INSUFFICIENT_FUNDS)
    age = ask.age if kept else market.seq
    if not kept and brakes.unwelcome(market, replace(ask, command=new, age=age, leased=ask.leased.copy())):
        return Verdict(Code.WOULD_TRADE)
    trades = len(market.leases)
    market.cash[command.account_id] -= more
    ask.command, ask.age, ask.bond, ask.posted = new, age, ask.bond + more, ask.posted + more
    if ask.last_start(market.now) is None:
        market.mark("an ask amended to no more than is leased")
        market.close_ask(ask, "canceled", "by_owner")
    elif not kept:
        match_ask(market, ask)
    note_amendment(market, "ask", kept, len(market.leases) > trades)
    return Verdict(subject=ask.ask_id, kept=kept)


def note_amendment(market: Market, kind: str, kept: bool, traded: bool) -> None:
    market.mark(f"{kind} amended and its place {'kept' if kept else 'lost'}")
    if traded:
        market.mark(f"{kind} amended and traded, its place {'kept' if kept else 'lost'}")


def cancel_bid(market: Market, command: CancelBid) -> Verdict:
    bid = market.bids.get(command.bid_id)
    code = open_order(market, command.account_id, bid)
    if code is not None or bid is None:
        return Verdict(code)
    for index in bid.open:
        note_cancel(market, bid.command.alternatives[index].region, bid.command.alternatives[index].chip)
    market.close_bid(bid, "canceled", "by_owner")
    return Verdict(subject=bid.bid_id)


def cancel_ask(market: Market, command: CancelAsk) -> Verdict:
    ask = market.asks.get(command.ask_id)
    code = open_order(market, command.account_id, ask)
    if code is not None or ask is None:
        return Verdict(code)
    note_cancel(market, ask.command.region, ask.command.chip)
    market.close_ask(ask, "canceled", "by_owner")
    return Verdict(subject=ask.ask_id)


def note_cancel(market: Market, region: str, chip: str) -> None:
    state = brakes.state_of(market, region, chip)
    if state != OPEN:
        market.mark(f"cancel in a market that is {state}")


def cancel_all_bids(market: Market, command: CancelAllBids) -> Verdict:
    """Every open bid of the account with an alternative in the region and on the chip, each if named."""
    if command.account_id not in market.accounts:
        return Verdict(Code.UNKNOWN_ACCOUNT)
    mine = [bid for bid in resting_bids(market) if bid.command.account_id == command.account_id]
    meant = [bid for bid in mine if any(is_meant(command, wish.region, wish.chip) for wish in bid.command.alternatives)]
    for bid in meant:
        market.close_bid(bid, "canceled", "by_owner")
    note_sweep(market, "bid", len(mine), len(meant))
    return Verdict()


def cancel_all_asks(market: Market, command: CancelAllAsks) -> Verdict:
    if command.account_id not in market.accounts:
        return Verdict(Code.UNKNOWN_ACCOUNT)
    mine = [ask for ask in resting_asks(market) if ask.command.account_id == command.account_id]
    meant = [ask for ask in mine if is_meant(command, ask.command.region, ask.command.chip)]
    for ask in meant:
        market.close_ask(ask, "canceled", "by_owner")
    note_sweep(market, "ask", len(mine), len(meant))
    return Verdict()


def is_meant(command: CancelAllBids | CancelAllAsks, region: str, chip: str) -> bool:
    return command.region in {None, region} and command.chip in {None, chip}


def note_sweep(market: Market, kind: str, mine: int, meant: int) -> None:
    if meant > 1:
        market.mark(f"several {kind}s canceled at once")
    if 0 < meant < mine:
        market.mark(f"some {kind}s canceled, others not meant")
