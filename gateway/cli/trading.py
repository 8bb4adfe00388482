"""Orders: `buy` over REST, `sell` over the stream as providers do, `orders`, `amend`, `cancel`."""

import asyncio
from typing import TypedDict, Unpack

import click
import msgspec
from rich.console import RenderableType

from gateway import answers, requests, schema, schema_money
from gateway.cli.session import Session, speaks
from gateway.cli.tables import ask_table, bid_table, lease_table
from gateway.cli.values import DURATION, instant_after, new_order_id
from gateway.cli.wanted import Wanted, bid_of, time_in_force, wanting


class Orders(msgspec.Struct, frozen=True):
    """What `leasebook orders --json` prints."""

    bids: tuple[schema.Bid, ...]
    asks: tuple[schema.Ask, ...]


class Offered(TypedDict):
    """What `leasebook sell` is told."""

    region: str
    chip: str
    quantity: str
    price: str
    length: str | None
    start: str
    end: str | None
    lot: str
    min_duration: str
    take_or_pay: str
    site: str
    tags: tuple[str, ...]
    pue: str | None
    green_share: str | None
    lease_id: str | None
    ioc: bool
    post_only: bool
    expires_at: str | None
    order_id: str | None


@click.command()
@wanting
@speaks
async def buy(session: Session, **said: Unpack[Wanted]) -> None:
    """Bid for QUANTITY chips in any of REGIONS, of any of CHIPS (names with commas between)."""
    placed = await session.client.place_bid(await bid_of(session.client, said))
    session.show(placed, bid_table([placed.bid]), *_leases(placed.leases))


@click.command()
@click.argument("region")
@click.argument("chip")
@click.argument("quantity")
@click.option("--price", required=True, help="The least to take, in CNY per chip-hour.")
@click.option("--for", "length", type=DURATION, help="How long the chips are free, from the start, such as 7d.")
@click.option("--start", default="now", show_default=True, help="When the chips are free from.")
@click.option("--end", help="Instead of --for: until when.")
@click.option("--lot", default="1", show_default=True, help="Leases are multiples of it.")
@click.option("--min-duration", type=DURATION, default="PT1H", show_default=True, help="The shortest lease.")
@click.option("--take-or-pay", default="1", show_default=True, help="Share owed for hours delivered but not used.")
@click.option("--site", default="", help="Where the chips stand, in the provider's own words.")
@click.option("--tag", "tags", multiple=True, help="What buyers may require, such as rdma; repeatable.")
@click.option("--pue", help="The site's power usage effectiveness, such as 1.15.")
@click.option("--green-share", help="The share of its power that is green, such as 0.8.")
@click.option("--lease", "lease_id", help="Resell chips of this lease, which the account has bought.")
@click.option("--ioc", is_flag=True, help="What cannot be leased at once is canceled.")
@click.option("--post-only", is_flag=True, help="Refuse it if it would trade at once.")
@click.option("--expires", "expires_at", help="Cancel what is left at this instant.")
@click.option("--id", "order_id", help="The client_order_id; the same one never sells twice.")
@speaks
async def sell(session: Session, **said: Unpack[Offered]) -> None:
    """Offer QUANTITY chips of type CHIP in REGION, over the stream."""
    length, end = said["length"], said["end"]
    if (length is None) == (end is None):
        raise click.UsageError("say until when: one of --for and --end")
    ask = schema.AskBody(
        client_order_id=said["order_id"] or new_order_id(),
        region=said["region"],
        chip=said["chip"],
        quantity=said["quantity"],
        start=said["start"],
        end=end or await instant_after(session.client, said["start"], length or ""),
        price=said["price"],
        lot=said["lot"],
        min_duration=said["min_duration"],
        take_or_pay=said["take_or_pay"],
        time_in_force=time_in_force(said["expires_at"], ioc=said["ioc"]),
        expires_at=said["expires_at"],
        post_only=said["post_only"],
        lease_id=said["lease_id"],
        site=said["site"],
        tags=said["tags"],
        pue=said["pue"],
        green_share=said["green_share"],
    )
    async with await session.client.stream() as stream:
        placed = await stream.request("ask.place", ask, answers.AskAnswer)
    session.show(placed, ask_table([placed.ask]), *_leases(placed.leases))


def _leases(leases: tuple[schema_money.Lease, ...]) -> list[RenderableType]:
    return ["", lease_table(leases)] if leases else []


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
    if order.startswith("ask-"):
        amended = await session.client.amend_ask(order, requests.AskAmendBody(quantity=quantity, price=price))
        drawn = ask_table([amended.ask])
    else:
        amended = await session.client.amend_bid(order, requests.BidAmendBody(quantity=quantity, price=price))
        drawn = bid_table([amended.bid])
    place = "It kept its place in the queue." if amended.kept_priority else "It lost its place in the queue."
    session.show(amended, drawn, place, *_leases(amended.leases))


@click.command()
@click.argument("order")
@speaks
async def cancel(session: Session, order: str) -> None:
    """Cancel what is left of ORDER, such as bid-12 or ask-7."""
    if order.startswith("ask-"):
        ask = await session.client.cancel_ask(order)
        session.show(ask, ask_table([ask.ask]))
    else:
        bid = await session.client.cancel_bid(order)
        session.show(bid, bid_table([bid.bid]))
