"""Placing an order so that its fate is known: one whose answer was lost is asked for, by its client_order_id.

An order whose id the market does not know is sent once more, which does no more than sending it once. What cannot be
settled within SETTLE_S ends the command with the id, by which it can be settled later: it may stand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from gateway.cli.session import Unsettled, unsettled_line, warn
from gateway.client.errors import ClientError, Refused, Unreachable

if TYPE_CHECKING:
    from gateway.client.calls import Placed
    from gateway.client.rest import Client

T = TypeVar("T")

SETTLE_S: Final = 5.0


async def placing(
    client: "Client",
    order_id: str,
    sent: Awaitable[T],
    again: Callable[[], Awaitable[T]],
    found: "Callable[[Placed], T]",
) -> T:
    """What an order that is being sent is answered; `found` makes it of what is known of the order later.

    Raises Refused when it was not placed, and Unsettled when nobody knows.
    """
    try:
        return await sent
    except asyncio.CancelledError:  # by Ctrl-C
        warn(unsettled_line("It was not waited for any longer.", order_id))
        raise
    except Unreachable as failure:
        if failure.doubt is None:
            raise
        why = f"No answer came from {failure.url} ({failure.why})."
    except Refused as refusal:
        if refusal.doubt is None:
            raise
        why = f"{refusal.problem.code}: {refusal.problem.detail}"
    unsettled = Unsettled(why, order_id)
    try:
        async with asyncio.timeout(SETTLE_S):
            placed = await _placed(client, order_id)
            return await again() if placed is None else found(placed)
    except Refused as refusal:
        if refusal.problem.retryable or refusal.problem.outcome == "unknown":
            raise unsettled from refusal
        raise
    except (ClientError, TimeoutError) as failure:
        raise unsettled from failure


async def _placed(client: "Client", order_id: str) -> "Placed | None":
    """What the market knows of an order; none when it has none of that id. Raises Unreachable."""
    try:
        return await client.order(order_id)
    except Refused as refusal:
        if refusal.problem.code == "unknown_order":
            return None
        raise Unreachable(client.url, refusal.problem.code) from refusal
