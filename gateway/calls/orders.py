"""Orders of either kind: by the client's own id, as it was told when it placed them; the leases that a change made."""

from collections.abc import Callable, Iterator
from typing import Final

from exchange.language.port import Reads
from exchange.language.rejects import Code
from exchange.language.views import AskView, BidView, LeaseView, Receipt
from gateway import answers, schema_money, wire
from gateway.desk import Call
from gateway.errors import Refusal
from gateway.params import ClientOrderRef

_FEW: Final = 16  # leases to look at at a time: a command seldom makes more of one account's


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


def leases_of(
    reads: Reads, account_id: str, seq: int, concerns: Callable[[LeaseView], bool]
) -> tuple[schema_money.Lease, ...]:
    """The leases that one command made and that concern an order, oldest first."""
    made = [lease for lease in _since(reads, account_id, seq) if lease.seq == seq and concerns(lease)]
    return tuple(map(wire.lease, reversed(made)))


def _since(reads: Reads, account_id: str, seq: int) -> Iterator[LeaseView]:
    """An account's leases from a command on, newest first."""
    before: int | None = None
    while found := reads.leases(account_id, None, before, _FEW):
        for lease in found:
            if lease.seq < seq:
                return
            yield lease
        before = found[-1].lease_id
