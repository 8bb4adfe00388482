"""Offers: `sell`, over the stream as providers do, and `resell`, of a part of a lease that the account has bought."""

import asyncio
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from exchange.language.instants import format_instant, parse_instant
from exchange.language.units import CHIP_PLACES, Seconds, format_chips, parse_decimal
from gateway import answers, schema, schema_money
from gateway.cli.names import CHIP, REGION
from gateway.cli.placing import placing
from gateway.cli.previews import resale_card, sale_card
from gateway.cli.session import YES, Session, speaks
from gateway.cli.tables import ask_table, granted
from gateway.cli.times import DURATION, MOMENT, NOW, Clock, Moment, clock_of
from gateway.cli.values import new_id, utc
from gateway.cli.wanted import time_in_force
from gateway.client.errors import Refused

if TYPE_CHECKING:
    from gateway.client.calls import Placed


class Offered(TypedDict):
    """What `leasebook sell` is told."""

    region: str
    chip: str
    quantity: str
    price: str
    length: str | None
    start: Moment
    end: Moment | None
    lot: str
    min_duration: str
    take_or_pay: str
    site: str
    tags: tuple[str, ...]
    pue: str | None
    green_share: str | None
    ioc: bool
    post_only: bool
    expires_at: Moment | None
    order_id: str | None


class Resold(TypedDict):
    """What `leasebook resell` is told."""

    lease_id: str
    chips: str | None
    since: Moment | None
    until: Moment | None
    price: str
    lot: str | None
    min_duration: str
    ioc: bool
    post_only: bool
    expires_at: Moment | None
    order_id: str | None


@click.command()
@click.argument("region", type=REGION)
@click.argument("chip", type=CHIP)
@click.argument("quantity")
@click.option("--price", required=True, help="The least to take, in CNY per chip-hour.")
@click.option("--for", "length", type=DURATION, help="How long the chips are free, from the start, such as 7d.")
@click.option("--start", "--from", "start", type=MOMENT, default=NOW, show_default=True,
              help="When the chips are free from.")  # fmt: skip
@click.option("--end", "--until", "end", type=MOMENT, help="Instead of --for: until when.")
@click.option("--lot", default="1", show_default=True, help="Leases are multiples of it.")
@click.option("--min-duration", type=DURATION, default="PT1H", show_default=True, help="The shortest lease.")
@click.option("--take-or-pay", default="1", show_default=True, help="Share owed for hours delivered but not used.")
@click.option("--site", default="", help="Where the chips stand, in the provider's own words.")
@click.option("--tag", "tags", multiple=True, help="What buyers may require, such as rdma; repeatable.")
@click.option("--pue", help="The site's power usage effectiveness, such as 1.15.")
@click.option("--green-share", help="The share of its power that is green, such as 0.8.")
@click.option("--ioc", is_flag=True, help="What cannot be leased at once is canceled.")
@click.option("--post-only", is_flag=True, help="Refuse it if it would trade at once.")
@click.option("--expires", "expires_at", type=MOMENT, help="Cancel what is left at this instant.")
@click.option("--id", "order_id", help="The client_order_id; the same one never sells twice.")
@YES
@speaks
async def sell(session: Session, yes: bool, **said: Unpack[Offered]) -> None:
    """Offer QUANTITY chips of type CHIP in REGION, over the stream.

    First it shows what that brings and which bond it takes, and asks.
    """
    must_ask = session.must_ask(yes)
    if (said["length"] is None) == (said["end"] is None):
        raise click.UsageError("say until when: one of --for and --end")
    clock = await clock_of(session.client)
    ask = _ask_of(said, clock)
    if must_ask:
        catalog, account, market = await asyncio.gather(
            session.client.catalog(), session.client.account(), _market(session, ask)
        )
        session.console.print(sale_card(ask, _start_s(ask, clock), catalog, account, market))
        session.ask("Offer it?")
    await _place(session, ask)


def _ask_of(said: Offered, clock: Clock) -> schema.AskBody:
    start, end, expires_at = clock.start(said["start"]), said["end"], said["expires_at"]
    return schema.AskBody(
        client_order_id=said["order_id"] or new_id(),
        region=said["region"],
        chip=said["chip"],
        quantity=said["quantity"],
        start=start,
        end=clock.after(start, said["length"] or "") if end is None else clock.step(end),
        price=said["price"],
        lot=said["lot"],
        min_duration=said["min_duration"],
        take_or_pay=said["take_or_pay"],
        time_in_force=time_in_force(ioc=said["ioc"], gtd=expires_at is not None),
        expires_at=clock.instant(expires_at) if expires_at else None,
        post_only=said["post_only"],
        site=said["site"],
        tags=said["tags"],
        pue=said["pue"],
        green_share=said["green_share"],
    )


@click.command()
@click.argument("lease_id", metavar="LEASE")
@click.option("--price", required=True, help="The least to take, in CNY per chip-hour.")
@click.option("--chips", help="How many of its chips; all that are the account's in that time unless told.")
@click.option("--from", "--start", "since", type=MOMENT, help="From when on; as soon as possible unless told.")
@click.option("--until", "--end", type=MOMENT, help="Until when; to its end unless told.")
@click.option("--lot", help="New leases are multiples of it; all the chips in one unless told.")
@click.option("--min-duration", type=DURATION, default="PT1H", show_default=True, help="The shortest new lease.")
@click.option("--ioc", is_flag=True, help="What cannot be leased at once is canceled.")
@click.option("--post-only", is_flag=True, help="Refuse it if it would trade at once.")
@click.option("--expires", "expires_at", type=MOMENT, help="Cancel what is left at this instant.")
@click.option("--id", "order_id", help="The client_order_id; the same one never sells twice.")
@YES
@speaks
async def resell(session: Session, yes: bool, **said: Unpack[Resold]) -> None:
    """Offer chips of LEASE, such as lease-31, to other buyers (buyer).

    First it shows what that brings and what is given up, and asks.
    """
    must_ask = session.must_ask(yes)
    clock, lease = await asyncio.gather(clock_of(session.client), session.client.lease(said["lease_id"]))
    ask = _resale_of(said, lease, clock)
    if must_ask:
        rules = (await session.client.catalog()).rules
        assert rules is not None, "a market without rules has no leases"
        session.console.print(resale_card(ask, _start_s(ask, clock), lease, rules))
        session.ask("Offer it?")
    await _place(session, ask)


def _resale_of(said: Resold, lease: schema_money.Lease, clock: Clock) -> schema.AskBody:
    """The ask that resells a part of a lease; a usage error when nothing of it is left to resell."""
    soonest = format_instant(max(parse_instant(lease.start), clock.next_step_s))
    since = soonest if said["since"] is None else clock.step(said["since"])
    until = lease.until if said["until"] is None else clock.step(said["until"])
    if parse_instant(lease.until) <= clock.next_step_s:
        raise click.UsageError(f"{lease.lease_id} ended at {utc(lease.until)}: nothing of it is left to resell")
    chips, expires_at = said["chips"] or _most(lease, parse_instant(since), parse_instant(until)), said["expires_at"]
    return schema.AskBody(
        client_order_id=said["order_id"] or new_id(),
        lease_id=lease.lease_id,
        region=lease.region,
        chip=lease.chip,
        quantity=chips,
        start=since,
        end=until,
        price=said["price"],
        lot=said["lot"] or chips,
        min_duration=said["min_duration"],
        take_or_pay=lease.take_or_pay,
        time_in_force=time_in_force(ioc=said["ioc"], gtd=expires_at is not None),
        expires_at=clock.instant(expires_at) if expires_at else None,
        post_only=said["post_only"],
    )


def _most(lease: schema_money.Lease, start_s: Seconds, end_s: Seconds) -> str:
    """The chips that a lease's buyer has throughout a window."""
    least_milli, covered_s = None, start_s
    for free in lease.shape:
        first_s, last_s = parse_instant(free.start), parse_instant(free.end)
        if first_s <= covered_s < last_s and covered_s < end_s:
            chips_milli = parse_decimal(free.chips, CHIP_PLACES)
            least_milli = chips_milli if least_milli is None else min(least_milli, chips_milli)
            covered_s = last_s
    if not least_milli or covered_s < end_s:
        span = f"{utc(format_instant(start_s))} to {utc(format_instant(end_s))}"
        raise click.UsageError(f"no chip of {lease.lease_id} is yours throughout {span}: say another --from or --until")
    return format_chips(least_milli)


def _start_s(ask: schema.AskBody, clock: Clock) -> Seconds:
    return clock.next_step_s if ask.start == NOW else parse_instant(ask.start)


async def _market(session: Session, ask: schema.AskBody) -> answers.MarketSummary | None:
    """The market of an ask; none where there is no such, which the market itself will say."""
    try:
        return await session.client.market(ask.region, ask.chip)
    except Refused as refusal:
        if refusal.problem.status == 404:
            return None
        raise


async def _place(session: Session, ask: schema.AskBody) -> None:
    client = session.client

    def answer(placed: "Placed") -> answers.AskAnswer:
        assert placed.ask is not None, "that id was an ask's"
        return answers.AskAnswer(seq=placed.seq, ask=placed.ask, leases=placed.leases)

    async with await client.stream() as stream:
        sent = stream.request("ask.place", ask, answers.AskAnswer)
        placed = await placing(client, ask.client_order_id, sent, lambda: client.place_ask(ask), answer)
    session.show(placed, ask_table([placed.ask]), *granted(placed.leases))
