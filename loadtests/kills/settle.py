"""After a disturbance: whatever is in doubt is sent again, as it was, and comes to exactly one outcome.

What the server had done before it was disturbed lies in the journal at or before `seq`, where it stood before anything
was sent again; so the answer to a retry tells whether the first sending had been done.
"""

from collections.abc import Mapping
from random import Random

from msgspec import Struct

from gateway import schema
from gateway.client.errors import Refused
from loadtests.kills.door import Door
from loadtests.kills.notebook import Errand, Notebook, Order, terms_of

_KEYED = ("bid.place", "ask.place", "deposit", "lease.release")
_AGAIN_ORDERS, _AGAIN_DEPOSITS = 20, 5  # of those that were answered


class Settled(Struct):
    """What became of the errands that nobody had answered."""

    done: int = 0
    not_done: int = 0


async def settle(doors: Mapping[str, Door], notebook: Notebook, seq: int) -> Settled:
    """Send every errand in doubt again, in the order in which they were first sent."""
    settled = Settled()
    doubts, notebook.doubts = notebook.doubts, []
    for errand in doubts:
        door = doors[errand.account_id]
        was_done = None if errand.what in _KEYED else await _seen(door, errand)
        answer = await door.send(errand)
        if was_done is None:
            was_done = answer is not None and answer.seq <= seq
        if was_done:
            settled.done += 1
        else:
            settled.not_done += 1
        if answer is None and errand.order is not None and errand.what in ("bid.amend", "ask.amend"):
            await _learn_terms(door, errand.order)
    return settled


async def send_again(doors: Mapping[str, Door], notebook: Notebook, draw: Random) -> None:
    """Some of what was answered, once more: the first answer comes again, which `told` compares, and nothing new."""
    placed = [order for order in notebook.orders.values() if order.placed is not None]
    for order in draw.sample(placed, min(len(placed), _AGAIN_ORDERS)):
        assert order.placing is not None
        await doors[order.account_id].send(order.placing)
    kept = [errand for errand, answer in notebook.deposits.values() if answer is not None]
    for errand in draw.sample(kept, min(len(kept), _AGAIN_DEPOSITS)):
        await doors[errand.account_id].send(errand)


async def look_up(door: Door, order: Order) -> schema.Bid | schema.Ask:
    """An order as it stands now."""
    if order.side == "bid":
        return await door.client.bid(order.public_id)
    return await door.client.ask(order.public_id)


async def _seen(door: Door, errand: Errand) -> bool:
    """Whether an errand without a key of its own has left its mark: on its order, or on its lease."""
    try:
        if errand.order is not None:
            now = await look_up(door, errand.order)
            return (
                now.state == "canceled" if errand.what.endswith("cancel") else terms_of(now) == errand.order.terms[-1]
            )
        lease = await door.client.lease(errand.subject)
    except Refused:
        return False  # what was told of and is not there is the comparison's to find
    if errand.what == "lease.start":
        return lease.access_given_at is not None
    assert isinstance(errand.body, schema.MeterParams)
    return lease.delivered_until is not None and lease.delivered_until >= errand.body.through


async def _learn_terms(door: Door, order: Order) -> None:
    """An amendment that was refused when sent again: whichever of the two it is now, it stays that."""
    terms = terms_of(await look_up(door, order))
    if terms in order.terms:
        order.terms = (terms,)
