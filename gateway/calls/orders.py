"""Orders of either kind by the client's own id: what a client was told, or would have been, when it placed them."""

from exchange.language.rejects import Code
from exchange.language.views import AskView, BidView, Receipt
from gateway import answers, wire
from gateway.desk import Call
from gateway.errors import Refusal
from gateway.params import ClientOrderRef


async def by_client_id(call: Call[ClientOrderRef]) -> answers.BidAnswer | answers.AskAnswer:
    """The first answer again, exactly; it settles an outcome that was unknown."""
    wanted = call.params.client_order_id
    receipt = call.desk.market.reads.receipt(call.caller.account_id, wanted)
    if receipt is None:
        detail = f"{call.caller.account_id} has placed no order as {wanted}."
        raise Refusal(Code.UNKNOWN_ORDER.wire, "client_order_id", detail)
    return bid_answer(receipt) if isinstance(receipt.order, BidView) else ask_answer(receipt)


def bid_answer(receipt: Receipt | None) -> answers.BidAnswer:
    """What a placed bid is answered with, from the moment of its own command."""
    assert receipt is not None, "an accepted order has a receipt"
    assert isinstance(receipt.order, BidView)
    leases = tuple(map(wire.lease, receipt.leases))
    return answers.BidAnswer(seq=receipt.seq, bid=wire.bid(receipt.order), leases=leases)


def ask_answer(receipt: Receipt | None) -> answers.AskAnswer:
    """What a placed ask is answered with, from the moment of its own command."""
    assert receipt is not None, "an accepted order has a receipt"
    assert isinstance(receipt.order, AskView)
    leases = tuple(map(wire.lease, receipt.leases))
    return answers.AskAnswer(seq=receipt.seq, ask=wire.ask(receipt.order), leases=leases)
