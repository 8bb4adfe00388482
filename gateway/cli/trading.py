"""Orders: `buy` over REST, `sell` over the stream as providers do, `orders`, `cancel`, and the account behind them."""

import asyncio
from typing import TypedDict, Unpack

import click
import msgspec
from rich.console import RenderableType

from gateway import answers, schema
from gateway.cli.session import Session, speaks
from gateway.cli.tables import account_card, ask_table, bid_table, lease_table, transfer_table
from gateway.cli.values import DURATION, NAMES, instant_after, new_order_id


class Orders(msgspec.Struct, frozen=True):
    """What `leasebook orders --json` prints."""

    bids: tuple[schema.Bid, ...]
    asks: tuple[schema.Ask, ...]


class Wanted(TypedDict):
    """What `leasebook buy` is told."""

    regions: tuple[str, ...]
    chips: tuple[str, ...]
    quantity: str
    duration: str
    price: str | None
    price_per_du: str | None
    earliest_start: str
    latest_start: str | None
    within: str
    min_quantity: str | None
    gang: bool
    ioc: bool
    expires_at: str | None
    max_take_or_pay: str
    order_id: str | None


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
    ioc: bool
    expires_at: str | None
    order_id: str | None


@click.command()
@click.argument("regions", type=NAMES)
@click.argument("chips", type=NAMES)
@click.argument("quantity")
@click.option("--for", "duration", type=DURATION, required=True, help="How long, such as 6h or P1D.")
@click.option("--price", help="The most to pay, in CNY per chip-hour.")
@click.option("--price-per-du", help="The same in CNY per 度, for every chip by its rate.")
@click.option("--earliest", "earliest_start", default="now", show_default=True, help="The first instant to start at.")
@click.option("--latest", "latest_start", help="The last instant to start at.")
@click.option("--within", type=DURATION, default="PT1H", show_default=True, help="Instead: so long after the earliest.")
@click.option("--min-quantity", help="The smallest lease worth having.")
@click.option("--gang", is_flag=True, help="All chips in one lease, or none.")
@click.option("--ioc", is_flag=True, help="What cannot be had at once is canceled.")
@click.option("--expires", "expires_at", help="Cancel what is left at this instant.")
@click.option("--max-take-or-pay", default="1", show_default=True, help="Take no ask that owes more for unused hours.")
@click.option("--id", "order_id", help="The client_order_id; the same one never buys twice.")
@speaks
async def buy(session: Session, **said: Unpack[Wanted]) -> None:
    """Bid for QUANTITY chips in any of REGIONS, of any of CHIPS (names with commas between)."""
    earliest, quantity = said["earliest_start"], said["quantity"]
    bid = schema.BidBody(
        client_order_id=said["order_id"] or new_order_id(),
        quantity=quantity,
        min_quantity=quantity if said["gang"] else said["min_quantity"],
        regions=said["regions"],
        chips=said["chips"],
        duration=said["duration"],
        earliest_start=earliest,
        latest_start=said["latest_start"] or await instant_after(session.client, earliest, said["within"]),
        price=said["price"],
        price_per_du=said["price_per_du"],
        time_in_force=_time_in_force(said["ioc"], said["expires_at"]),
        expires_at=said["expires_at"],
        max_take_or_pay=said["max_take_or_pay"],
    )
    placed = await session.client.place_bid(bid)
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
@click.option("--ioc", is_flag=True, help="What cannot be leased at once is canceled.")
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
        time_in_force=_time_in_force(said["ioc"], said["expires_at"]),
        expires_at=said["expires_at"],
        site=said["site"],
    )
    async with await session.client.stream() as stream:
        placed = await stream.request("ask.place", ask, answers.AskAnswer)
    session.show(placed, ask_table([placed.ask]), *_leases(placed.leases))


def _time_in_force(ioc: bool, expires: str | None) -> str:
    if ioc and expires:
        raise click.UsageError("--ioc leaves nothing that could expire: drop --expires")
    return "ioc" if ioc else "gtd" if expires else "gtc"


def _leases(leases: tuple[schema.Lease, ...]) -> list[RenderableType]:
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
@speaks
async def cancel(session: Session, order: str) -> None:
    """Cancel what is left of ORDER, such as bid-12 or ask-7."""
    if order.startswith("ask-"):
        ask = await session.client.cancel_ask(order)
        session.show(ask, ask_table([ask.ask]))
    else:
        bid = await session.client.cancel_bid(order)
        session.show(bid, bid_table([bid.bid]))


@click.command()
@click.option("--transfers", type=click.IntRange(1, 500), help="The last so many transfers, too.")
@speaks
async def account(session: Session, transfers: int | None) -> None:
    """Who the key speaks for, and what is available, held, in escrow and in bonds."""
    found = await session.client.account()
    if transfers is None:
        session.show(found, account_card(found))
    else:
        listed = await session.client.transfers(schema.Page(limit=transfers))
        session.show(listed, account_card(found), "", transfer_table(listed.items))
