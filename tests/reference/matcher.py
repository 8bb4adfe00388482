"""Section 5 of the rulebook, word for word: which bid gets which ask, where, and in what order.

Every choice looks at everything there is. `Desk` is what a trade or a cancellation is handed to; nothing here moves
money. Only orders in places where the desk matches meet each other.
"""

from collections.abc import Iterable
from typing import Protocol

from exchange.language.commands import Alternative, Require
from tests.reference.arithmetic import next_step
from tests.reference.records import Ask, Bid

Place = tuple[int, int]  # start, chips


class Desk(Protocol):
    """The rest of the market, as matching needs it."""

    now: int
    bids: dict[int, Bid]
    asks: dict[int, Ask]

    def matches_in(self, region: str, chip: str) -> bool: ...

    def mark(self, what: str) -> None: ...

    def trade(self, bid: Bid, alternative: int, ask: Ask, place: Place, price: int, taker: str) -> None: ...

    def prevent(self, bid: Bid, ask: Ask, mode: str, taker: str) -> None: ...

    def close_bid(self, bid: Bid, state: str, reason: str) -> None: ...

    def close_ask(self, ask: Ask, state: str, reason: str) -> None: ...


def could_serve(desk: Desk, bid: Bid, wish: Alternative, ask: Ask) -> bool:
    """The tests of "can serve" that do not depend on when."""
    offer = ask.command
    if (wish.region, wish.chip) != (offer.region, offer.chip) or not desk.matches_in(wish.region, wish.chip):
        return False
    return (
        offer.price_micros <= wish.price_micros
        and wish.duration_s >= offer.min_duration_s
        and offer.take_or_pay_bp <= bid.command.max_take_or_pay_bp
    )


def unmet(ask: Ask, need: Require) -> list[str]:
    """What a bid requires and an ask does not state, or states as worse."""
    offer, found = ask.command, []
    if set(need.tags) - set(offer.tags):
        found.append("tags")
    if need.pue_max_milli is not None and not (offer.pue_milli and offer.pue_milli <= need.pue_max_milli):
        found.append("pue")
    if need.green_min_bp is not None and (-1 if offer.green_bp is None else offer.green_bp) < need.green_min_bp:
        found.append("green")
    if need.domestic and not ask.domestic:
        found.append("domestic")
    return found


def place_in(desk: Desk, bid: Bid, index: int, ask: Ask) -> Place | None:
    """Where in an ask an alternative gets most of what the bid still wants, the earliest of equals, or nowhere."""
    wish = bid.command.alternatives[index]
    if not could_serve(desk, bid, wish, ask):
        return None
    today = next_step(desk.now, ask.step)
    first = today if wish.earliest_start_s is None else max(wish.earliest_start_s, today)
    best: Place | None = None
    for start in range(first, wish.latest_start_s + 1, ask.step):
        free = ask.free_throughout(start, start + wish.duration_s)
        chips = min(bid.wants(index), free) // ask.command.lot_milli * ask.command.lot_milli
        if chips > 0 and chips >= bid.least(index) and (best is None or chips > best[1]):
            best = (start, chips)
    if best is not None and (missing := unmet(ask, bid.command.require or Require())):
        for what in missing:
            desk.mark(f"an ask excluded by its {what}")
        return None
    return best


def resting_asks(desk: Desk) -> list[Ask]:
    return [ask for ask in desk.asks.values() if ask.state == "resting"]


def resting_bids(desk: Desk) -> list[Bid]:
    return [bid for bid in desk.bids.values() if bid.state == "resting"]


def match_bid(desk: Desk, bid: Bid) -> None:
    """Take, again and again, the resting ask of greatest surplus; of equals the older, then the earlier alternative."""
    looked_past: list[Ask] = []
    while bid.state == "resting":
        choices = []
        for ask in resting_asks(desk):
            if ask in looked_past:
                continue
            for index in bid.open:
                wish = bid.command.alternatives[index]
                place = place_in(desk, bid, index, ask)
                if place is not None:
                    margin = wish.price_micros - ask.command.price_micros
                    surplus = margin * bid.wants(index) * wish.duration_s
                    choices.append((-surplus, ask.age, index, ask.ask_id, place))
        if not choices:
            return
        note_choices(desk, [(surplus, index) for surplus, _, index, _, _ in choices])
        _, _, index, ask_id, place = min(choices)
        ask = desk.asks[ask_id]
        if ask.group != bid.group:
            desk.trade(bid, index, ask, place, ask.command.price_micros, "bid")
            continue
        mode = bid.command.self_trade
        desk.prevent(bid, ask, mode, "bid")
        if mode == "skip":
            looked_past.append(ask)
        if mode in {"cancel_maker", "cancel_both"}:
            desk.close_ask(ask, "canceled", "self_trade")
        if mode in {"cancel_taker", "cancel_both"}:
            desk.close_bid(bid, "canceled", "self_trade")


def note_choices(desk: Desk, choices: list[tuple[int, int]]) -> None:
    """Remember that the hard cases of choosing were met."""
    if len({index for _, index in choices}) > 1:
        desk.mark("choice between alternatives")
    if len(choices) > len({surplus for surplus, _ in choices}):
        desk.mark("choice among equal surpluses")


def match_ask(desk: Desk, ask: Ask) -> None:
    """Offer an ask to the bids in their order until a pass brings nothing.

    Then the bids that have become content with smaller leases than before look among all asks, oldest first.
    """
    traded: list[Bid] = []
    looked_past: list[Bid] = []
    passes = 0
    while one_pass(desk, ask, traded, looked_past):
        passes += 1
        if passes > 1:
            desk.mark("second pass of an ask brought a trade")
    for bid in sorted(traded, key=lambda bid: bid.age):
        if bid.state == "resting" and bid.leaves < (bid.command.min_quantity_milli or 0):
            had = bid.leaves
            match_bid(desk, bid)
            if bid.leaves < had:
                desk.mark("a partly filled bid was matched again")


def one_pass(desk: Desk, ask: Ask, traded: list[Bid], looked_past: list[Bid]) -> bool:
    """Each entry takes all it can before the next is tried; whether anything was traded."""
    any_trade = False
    for bid, index in entries(resting_bids(desk)):
        wish = bid.command.alternatives[index]
        while bid.state == "resting" and ask.state == "resting" and bid not in looked_past:
            place = place_in(desk, bid, index, ask)
            if place is None:
                break
            if ask.group != bid.group:
                desk.trade(bid, index, ask, place, wish.price_micros, "ask")
                any_trade = True
                if bid not in traded:
                    traded.append(bid)
                continue
            mode = ask.command.self_trade
            desk.prevent(bid, ask, mode, "ask")
            if mode == "skip":
                looked_past.append(bid)
            if mode in {"cancel_maker", "cancel_both"}:
                desk.close_bid(bid, "canceled", "self_trade")
            if mode in {"cancel_taker", "cancel_both"}:
                desk.close_ask(ask, "canceled", "self_trade")
    return any_trade


def entries(bids: Iterable[Bid]) -> list[tuple[Bid, int]]:
    """Bids' alternatives by limit, highest first, then oldest bid, then earlier alternative."""
    found = [(bid, index) for bid in bids for index in bid.open]
    return sorted(found, key=lambda entry: (-limit(*entry), entry[0].age, entry[1]))


def limit(bid: Bid, index: int) -> int:
    return bid.command.alternatives[index].price_micros


def crossed(desk: Desk) -> list[str]:
    """Every resting bid that a resting ask of another owner group could serve: there must never be one."""
    return [
        f"bid {bid.bid_id}, alternative {index}, can be served by ask {ask.ask_id} at {place}"
        for bid in resting_bids(desk)
        for index in bid.open
        for ask in resting_asks(desk)
        if ask.group != bid.group
        for place in [place_in(desk, bid, index, ask)]
        if place is not None
    ]
