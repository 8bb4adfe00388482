"""The words of a story that change what is there: amendments, cancels of many orders at once, and the brakes.

alice   amend bid-1 to 4 @ 15.00 or 7.00    loses place, rests 4
hz      amend ask-1 @ 13.00
alice   cancel all bids on h800 in shanghai
venue   sets h800 in shanghai halted
venue   sets all post_only without a reason
venue   allows 0.1 around the last 2 trades
venue   bands h800 in hangzhou 0.2          or: as the rules say
venue   blocks alice                        or: unblocks alice
venue   cancels all of alice in shanghai
venue   evicts 2
"""

import re

from exchange.language.commands import (
    AmendAsk,
    AmendBid,
    CancelAllAsks,
    CancelAllBids,
    Command,
    SetMarketState,
)
from exchange.language.commands_operator import BlockAccount, CancelOrders, EvictOrders, SetBand, UnblockAccount
from tests.story_words import NUM, chips_of, money_of, share_of

AMEND = re.compile(
    rf"amend (?P<kind>bid|ask)-(?P<number>\d+)(?: to (?P<chips>{NUM}))?(?: @ (?P<prices>{NUM}(?: or {NUM})*))?"
)
SWEEP = re.compile(r"cancel all (?P<kind>bid|ask)s(?: on (?P<chip>\w+))?(?: in (?P<region>\w+))?")
BRAKE = re.compile(r"sets (?P<chip>\w+)(?: in (?P<region>\w+))? (?P<state>\w+)(?P<mute> without a reason)?")
BLOCK = re.compile(r"(?P<verb>blocks|unblocks) (?P<account>\w+)")
CANCELS = re.compile(r"cancels all of (?P<account>\w+)(?: on (?P<chip>\w+))?(?: in (?P<region>\w+))?")
EVICTS = re.compile(r"evicts (?P<most>\d+)")
OWN_BAND = re.compile(rf"bands (?P<chip>\w+) in (?P<region>\w+) (?:(?P<share>{NUM})|as the rules say)")
BAND = re.compile(rf"(?P<share>{NUM}) around the last (?P<trades>\d+) trades")


def read_change(who: str, says: str) -> Command | None:
    """The command, if the words are of this kind."""
    if found := AMEND.fullmatch(says):
        return read_amendment(who, found)
    if found := SWEEP.fullmatch(says):
        sweep = CancelAllBids if found["kind"] == "bid" else CancelAllAsks
        return sweep(account_id=who, region=found["region"], chip=found["chip"])
    if found := BRAKE.fullmatch(says):
        chip = None if found["chip"] == "all" else found["chip"]
        return SetMarketState(
            operator_id=who,
            state=found["state"],
            reason="" if found["mute"] else "as told",
            region=found["region"],
            chip=chip,
        )
    return read_curb(who, says)


def read_curb(who: str, says: str) -> Command | None:
    """What an operator holds back beside the states of markets."""
    if found := BLOCK.fullmatch(says):
        blocks = BlockAccount if found["verb"] == "blocks" else UnblockAccount
        return blocks(operator_id=who, account_id=found["account"], reason="as told")
    if found := CANCELS.fullmatch(says):
        return CancelOrders(
            operator_id=who, account_id=found["account"], region=found["region"], chip=found["chip"], reason="as told"
        )
    if found := EVICTS.fullmatch(says):
        return EvictOrders(most=int(found["most"]))
    if found := OWN_BAND.fullmatch(says):
        band_bp = None if found["share"] is None else share_of(found["share"])
        return SetBand(operator_id=who, region=found["region"], chip=found["chip"], band_bp=band_bp, reason="as told")
    return None


def read_amendment(who: str, found: re.Match[str]) -> AmendBid | AmendAsk:
    number = int(found["number"])
    chips = None if found["chips"] is None else chips_of(found["chips"])
    prices = None if found["prices"] is None else tuple(money_of(price) for price in found["prices"].split(" or "))
    if found["kind"] == "bid":
        return AmendBid(account_id=who, bid_id=number, quantity_milli=chips, prices_micros=prices)
    return AmendAsk(account_id=who, ask_id=number, quantity_milli=chips, price_micros=prices[0] if prices else None)


def read_band(says: str | None) -> tuple[int, int]:
    """How far from the average of how many trades orders may be; not at all limited when a story does not say."""
    found = BAND.fullmatch(says or "")
    return (share_of(found["share"]), int(found["trades"])) if found else (0, 1)
