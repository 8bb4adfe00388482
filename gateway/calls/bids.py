"""Bids: place, amend, cancel, look; what one would get, and why one does not get it."""

from exchange.language.commands import CancelAllBids, CancelBid
from exchange.language.rejects import Code, Reject
from exchange.language.views import BidView
from gateway import advice, answers, intake, requests, schema, wire, wire_advice
from gateway.calls.markets import check_place
from gateway.calls.orders import bid_answer, leases_of
from gateway.desk import Call, stretch
from gateway.errors import Refusal


async def place(call: Call[schema.BidBody]) -> answers.BidAnswer:
    """The same order sent again gets the first answer again."""
    reads = call.desk.market.reads
    account_id = call.caller.account_id
    command = intake.bid_command(account_id, call.params, reads.catalog())
    try:
        await call.carry_out(command)
    except Refusal as refusal:
        raise intake.as_written(refusal, call.params) from None
    return bid_answer(reads.receipt(account_id, command.client_order_id))


async def amend(call: Call[requests.BidAmendParams]) -> answers.BidAmended:
    """Less quantity keeps its place in the queue, more quantity or another price loses it."""
    account_id, bid_id = call.caller.account_id, intake.order_number(call.params.bid_id, "bid")
    command = intake.bid_amendment(account_id, bid_id, call.params, len(own(call, bid_id).alternatives))
    try:
        outcome = await call.carry_out(command)
    except Refusal as refusal:
        raise intake.as_amended(refusal, call.params) from None
    assert outcome.kept_priority is not None, "an amendment says so"
    return answers.BidAmended(
        seq=outcome.seq,
        bid=wire.bid(own(call, bid_id)),
        kept_priority=outcome.kept_priority,
        leases=leases_of(call.desk.market.reads, account_id, outcome.seq, lambda lease: lease.bid_id == bid_id),
    )


async def quote(call: Call[requests.QuoteBody]) -> advice.Quote:
    """What the bid would get now; nothing changes."""
    market = call.desk.market
    catalog = market.reads.catalog()
    order = intake.bid_command(call.caller.account_id, call.params, catalog)
    quoted = market.quote(order)
    if isinstance(quoted, Reject):
        raise intake.as_written(Refusal.by_market(quoted), call.params)
    return wire_advice.quote(quoted, order.alternatives, catalog)


async def explain(call: Call[schema.BidRef]) -> advice.Explanation:
    """Why a resting bid is not filled."""
    bid_id = intake.order_number(call.params.bid_id, "bid")
    bid = own(call, bid_id)
    explained = call.desk.market.explain(call.caller.account_id, bid_id)
    if explained is None:
        raise Refusal(Code.ORDER_DONE.wire, "bid_id", f"bid-{bid_id} is {bid.state}; there is nothing to wait for.")
    return wire_advice.explanation(explained, bid.alternatives)


async def cancel(call: Call[schema.BidRef]) -> answers.BidCanceled:
    bid_id = intake.order_number(call.params.bid_id, "bid")
    outcome = await call.carry_out(CancelBid(account_id=call.caller.account_id, bid_id=bid_id))
    return answers.BidCanceled(seq=outcome.seq, bid=wire.bid(own(call, bid_id)))


async def cancel_all(call: Call[schema.CancelAllBody]) -> answers.CanceledAll:
    """A name that is mistyped is refused: the market would take it for a place where there is nothing to cancel."""
    check_place(call.desk, call.params.region, call.params.chip)
    outcome = await call.carry_out(
        CancelAllBids(account_id=call.caller.account_id, region=call.params.region, chip=call.params.chip)
    )
    return answers.CanceledAll(seq=outcome.seq)


async def show(call: Call[schema.BidRef]) -> schema.Bid:
    return wire.bid(own(call, intake.order_number(call.params.bid_id, "bid")))


async def listing(call: Call[schema.OrderPage]) -> answers.Bids:
    reads = call.desk.market.reads
    found, cursor = stretch(
        lambda before, limit: reads.bids(call.caller.account_id, call.params.state, before, limit),
        lambda bid: bid.bid_id,
        call.params,
    )
    return answers.Bids(items=tuple(map(wire.bid, call.show(found))), cursor=cursor)


def own(call: Call[schema.BidRef] | Call[requests.BidAmendParams], bid_id: int) -> BidView:
    """A bid of the caller's; anybody else's is as unknown as none."""
    bid = call.desk.market.reads.bid(bid_id)
    if bid is None or bid.account_id != call.caller.account_id:
        raise Refusal(Code.UNKNOWN_ORDER.wire, "bid_id", f"{call.caller.account_id} has no bid-{bid_id}")
    return bid
