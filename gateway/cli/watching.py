"""`watch`: all that happens to the account's orders, leases and money, a line each, as it happens or from any seq on.

Nothing is left out and nothing is told twice, whatever becomes of the connection; when it is lost, and when it is back,
is said on the standard error.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import click
import msgspec
from rich.text import Text

from gateway import answers, schema, schema_money
from gateway.cli.ledgers import about, words
from gateway.cli.session import Session, console_for, speaks
from gateway.cli.tables import state
from gateway.cli.values import grouped, short_duration, short_time

if TYPE_CHECKING:
    from gateway.client.live import Live, News

_LOOK_S = 0.5  # between two looks at the connection
_NEWS_CELLS = 26  # of what happened to what, before the particulars


@click.command()
@click.option(
    "--from-seq", type=click.IntRange(0), help="First all that came after this seq, however long ago; 0: all."
)
@click.option("--count", type=click.IntRange(1), help="Leave after so many news; those of one command are one.")
@speaks
async def watch(session: Session, from_seq: int | None, count: int | None) -> None:
    """The account's news, live until Ctrl-C.

    With --json each is an object on a line of its own, as the stream pushes it.
    """
    async with session.client.follow("account", from_seq=from_seq) as live:
        seq, told = live.seq, 0
        try:
            async for news in _attended(live):
                for push in news.pushes:
                    _tell(session, push)
                seq, told = news.pushes[-1].seq, told + 1
                if told == count:
                    return
        finally:
            if sys.stderr.isatty():
                console_for(stderr=True).print(f"[dim]This goes on by: leasebook watch --from-seq {seq}[/]")


async def _attended(live: "Live") -> "AsyncIterator[News]":
    """News as they come."""
    coming: asyncio.Task[News] | None = None
    connected, say = True, console_for(stderr=True).print
    try:
        while True:
            coming = coming or asyncio.create_task(anext(live), name="news")
            await asyncio.wait([coming], timeout=_LOOK_S)
            if live.connected is not connected:
                connected = live.connected
                say("[green]connected again[/]" if connected else f"[red]connection lost[/]: {live.why}; trying again")
            if coming.done():
                news, coming = coming.result(), None
                yield news
    finally:
        if coming is not None:
            coming.cancel()


def _tell(session: Session, push: answers.Push) -> None:
    if session.as_json:
        click.echo(msgspec.json.encode(push))
    else:
        session.console.print(line_of(push), soft_wrap=True)


def line_of(push: answers.Push) -> Text:
    """What a push says, on one line."""
    kind, _, what = push.type.partition(".")
    said = Text()
    match kind:
        case "bid":
            bid = msgspec.json.decode(push.data, type=schema.Bid)
            said = _headed(bid.bid_id, what, bid.reason if what == bid.state else "", _bid(bid))
        case "ask":
            ask = msgspec.json.decode(push.data, type=schema.Ask)
            said = _headed(ask.ask_id, what, ask.reason if what == ask.state else "", _ask(ask))
        case "lease":
            lease = msgspec.json.decode(push.data, type=schema_money.Lease)
            said = _headed(lease.lease_id, what, lease.reason if what == lease.state else "", _lease(lease))
        case "transfer":
            transfer = msgspec.json.decode(push.data, type=schema_money.Transfer)
            said = _headed(f"{grouped(transfer.amount)} CNY", "", "", _transfer(transfer))
        case _:
            said = Text(push.type)  # of a later release
    return Text.assemble((f"{short_time(push.at)}  {push.seq:>6}  ", "dim"), said)


def _headed(name: str, what: str, reason: str, particulars: str) -> Text:
    head = Text.assemble((name, "bold"), " ") + state(words(what), words(reason))
    head.pad_right(max(0, _NEWS_CELLS - head.cell_len))
    return head + Text(f"  {particulars}")


def _bid(bid: schema.Bid) -> str:
    first, more = bid.alternatives[0], len(bid.alternatives) - 1
    others = f" +{more}" if more else ""
    done = f"{bid.filled} of {bid.quantity}" if bid.filled != "0" else bid.quantity
    return f"{done} × {first.region}/{first.chip}{others}, {short_duration(first.duration)} at {first.price} or less"


def _ask(ask: schema.Ask) -> str:
    done = f"{ask.filled} of {ask.quantity}" if ask.filled != "0" else ask.quantity
    return f"{done} × {ask.region}/{ask.chip}, {short_time(ask.start)} to {short_time(ask.end)} at {ask.price} or more"


def _lease(lease: schema_money.Lease) -> str:
    return (
        f"{lease.quantity} × {lease.region}/{lease.chip}, {short_time(lease.start)} to {short_time(lease.until)} "
        f"at {lease.price}; {grouped(lease.earned)} of {grouped(lease.cost)} earned"
    )


def _transfer(transfer: schema_money.Transfer) -> str:
    (giver, _, out), (taker, _, into) = (purse.partition("/") for purse in (transfer.debit, transfer.credit))
    way = f"{out} → {into}" if out and giver == taker else f"{transfer.debit} → {transfer.credit}"
    return f"{words(transfer.reason)}: {way}  {about(transfer)}".rstrip()
