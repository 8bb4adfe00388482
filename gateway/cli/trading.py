"""`buy`, with what it comes to shown first; and the orders that are there: `orders`, `amend`, `cancel`."""

import asyncio
from typing import TYPE_CHECKING, Final, Unpack

import click
import msgspec
from rich.console import RenderableType

from gateway import answers, requests, schema
from gateway.cli.names import CHIP, REGION
from gateway.cli.placing import placing
from gateway.cli.previews import purchase_card
from gateway.cli.session import YES, Session, speaks
from gateway.cli.tables import ask_table, bid_table, granted
from gateway.cli.times import clock_of
from gateway.cli.wanted import Wanted, bid_of, wanting
from gateway.client.bodies import quote_of

if TYPE_CHECKING:
    from gateway.client.calls import Placed


_ALL: Final = ("bids", "asks")  # in place of an order


class Orders(msgspec.Struct, frozen=True):
    """What `leasebook orders --json` prints."""

    bids: tuple[schema.Bid, ...]
    asks: tuple[schema.Ask, ...]


@click.command()
@wanting
@YES
@speaks
async def buy(session: Session, yes: bool, **said: Unpack[Wanted]) -> None:
    """Bid for QUANTITY chips in any of REGIONS, of any of CHIPS (names with commas between).

    First it shows what it would get now and what that costs all in, and asks.
    """
    must_ask = session.must_ask(yes)
    bid = bid_of(said, await clock_of(session.client))
    if must_ask:
        quoted = await session.client.quote(quote_of(bid))
        session.console.print(purchase_card(quoted, bid))
        if not quoted.covered:
            session.refrain("[red]The account has not enough for it.[/] Nothing was ordered.")
        session.ask("Buy?")
    placed = await _placed(session, bid)
    session.show(placed, bid_table([placed.bid]), *granted(placed.leases))


async def _placed(session: Session, bid: schema.BidBody) -> answers.BidAnswer:
    client = session.client

    def answer(placed: "Placed") -> answers.BidAnswer:
        assert placed.bid is not None, "that id was a bid's"
        return answers.BidAnswer(seq=placed.seq, bid=placed.bid, leases=placed.leases)

    return await placing(client, bid.client_order_id, client.place_bid(bid), lambda: client.place_bid(bid), answer)


@click.command()
@click.option("--state", type=click.Choice(["resting", "filled", "canceled", "expired"]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 500), default=30, show_default=True, help="The newest so many.")
@speaks
async def orders(session: Session, state: schema.OrderState | None, limit: int) -> None:
    """The account's bids and asks, newest first."""
    page = schema.OrderPage(state=state, limit=limit)
    bids, asks = await asyncio.gather(session.client.bids(page), session.client.asks(page))
    drawn: list[RenderableType] = [bid_table(bids.items)] if bids.items else []
    drawn += [ask_table(asks.items)] if asks.items else []
    session.show(Orders(bids.items, asks.items), *(drawn or ["[dim]no orders[/]"]))


@click.command()
@click.argument("order")
@click.option("--quantity", help="Another number of chips, what is leased already included.")
@click.option("--price", help="Another price, in CNY per chip-hour; of a bid, for all its alternatives.")
@speaks
async def amend(session: Session, order: str, quantity: str | None, price: str | None) -> None:
    """Change what is left of ORDER, such as bid-12 or ask-7.

    Less quantity keeps its place in the queue; more, or another price, loses it.
    """
    amended: answers.AskAmended | answers.BidAmended
    if _is_ask(order):
        amended = await session.client.amend_ask(order, requests.AskAmendBody(quantity=quantity, price=price))
        drawn = ask_table([amended.ask])
    else:
        amended = await session.client.amend_bid(order, requests.BidAmendBody(quantity=quantity, price=price))
        drawn = bid_table([amended.bid])
    place = "It kept its place in the queue." if amended.kept_priority else "It lost its place in the queue."
    session.show(amended, drawn, place, *granted(amended.leases))


@click.command()
@click.argument("order", shell_complete=lambda _ctx, _param, begun: [word for word in _ALL if word.startswith(begun)])
@click.option("--region", type=REGION, help="Of all bids or asks: only those of this region.")
@click.option("--chip", type=CHIP, help="Of all bids or asks: only those of this chip type.")
@speaks
async def cancel(session: Session, order: str, region: str | None, chip: str | None) -> None:
    """Cancel what is left of ORDER, such as bid-12 or ask-7; of all of them at once with the word bids, or asks."""
    if order in _ALL:
        which = schema.CancelAllBody(region=region, chip=chip)
        client = session.client
        canceled = await (client.cancel_asks(which) if order == "asks" else client.cancel_bids(which))
        where = "".join(f" {word} {name}" for word, name in (("in", region), ("for", chip)) if name)
        session.show(canceled, f"All {order}{where} are canceled.")
        return
    if region or chip:
        raise click.UsageError("--region and --chip go with bids or asks, and not with one order")
    if _is_ask(order):
        ask = await session.client.cancel_ask(order)
        session.show(ask, ask_table([ask.ask]))
    else:
        bid = await session.client.cancel_bid(order)
        session.show(bid, bid_table([bid.bid]))


def _is_ask(order: str) -> bool:
    """Whether an order is an ask, and not a bid; a usage error when it is neither by its name."""
    kind = order.partition("-")[0]
    if kind not in ("ask", "bid"):
        raise click.UsageError(f"an order is named like bid-12 or ask-7, and {order} is not")
    return kind == "ask"
