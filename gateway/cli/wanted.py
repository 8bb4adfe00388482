"""What somebody wants, as it is typed: the arguments that `buy` and `quote` share, and the bid that they make."""

from collections.abc import Callable
from typing import Literal, TypedDict, TypeVar

import click

from gateway import schema
from gateway.cli.names import CHIPS, REGIONS
from gateway.cli.times import DURATION, MOMENT, Clock, Moment
from gateway.cli.values import new_id

F = TypeVar("F", bound=Callable[..., object])


class Wanted(TypedDict):
    """The arguments by name."""

    regions: tuple[str, ...]
    chips: tuple[str, ...]
    quantity: str
    duration: str
    price: str | None
    price_per_du: str | None
    earliest_start: Moment
    latest_start: Moment | None
    within: str | None
    min_quantity: str | None
    gang: bool
    require_tags: tuple[str, ...]
    pue_at_most: str | None
    green_at_least: str | None
    domestic: bool
    ioc: bool
    fok: bool
    post_only: bool
    expires_at: Moment | None
    max_take_or_pay: str
    vouchers: tuple[str, ...]
    no_vouchers: bool
    use: str
    order_id: str | None


_WITHIN = "PT1H"

_ARGUMENTS = (
    click.argument("regions", type=REGIONS),
    click.argument("chips", type=CHIPS),
    click.argument("quantity"),
    click.option("--for", "duration", type=DURATION, required=True, help="How long, such as 6h or P1D."),
    click.option("--price", help="The most to pay, in CNY per chip-hour."),
    click.option("--price-per-du", help="The same in CNY per 度, for every chip by its rate."),
    click.option(
        "--earliest",
        "earliest_start",
        type=MOMENT,
        default="now",
        show_default=True,
        help="The first instant to start, such as 'tomorrow 09:00'.",
    ),
    click.option("--latest", "latest_start", type=MOMENT, help="The last instant to start at."),
    click.option("--within", type=DURATION, help=f"Instead: how long after it.  [default: {_WITHIN}]"),
    click.option("--min-quantity", help="The smallest lease worth having."),
    click.option("--gang", is_flag=True, help="All chips in one lease, or none."),
    click.option("--require-tag", "require_tags", multiple=True, help="Only of asks that state this tag; repeatable."),
    click.option("--pue-at-most", help="Only where the stated PUE is no higher, such as 1.2."),
    click.option("--green-at-least", help="Only where the stated share of green power is no lower, such as 0.8."),
    click.option("--domestic", is_flag=True, help="Only chips designed in China."),
    click.option("--ioc", is_flag=True, help="What cannot be had at once is canceled."),
    click.option("--fok", is_flag=True, help="All at once, or nothing."),
    click.option("--post-only", is_flag=True, help="Refuse it if it would trade at once."),
    click.option("--expires", "expires_at", type=MOMENT, help="Cancel what is left at this instant."),
    click.option("--max-take-or-pay", default="1", show_default=True, help="No ask that owes more for unused hours."),
    click.option("--voucher", "vouchers", multiple=True, help="A programme to try; repeatable, in order."),
    click.option("--no-vouchers", is_flag=True, help="No subsidy; without both, whichever programme pays most."),
    click.option("--use", default="", help="What the compute is for, where a programme asks."),
    click.option("--id", "order_id", help="The client_order_id; the same one never buys twice."),
)


def wanting(act: F) -> F:
    """Give a command the arguments, in their order."""
    for argument in reversed(_ARGUMENTS):
        act = argument(act)
    return act


def bid_of(said: Wanted, clock: Clock) -> schema.BidBody:
    """The bid, by the market's clock. A usage error when options contradict."""
    earliest, quantity = clock.start(said["earliest_start"]), said["quantity"]
    latest, expires_at = said["latest_start"], said["expires_at"]
    if latest is not None and said["within"] is not None:
        raise click.UsageError("say --latest or --within, not both")
    if (said["price"] is None) == (said["price_per_du"] is None):
        raise click.UsageError("say --price or --price-per-du, one of them")
    if said["gang"] and said["min_quantity"] is not None:
        raise click.UsageError("--gang leaves no smaller lease worth having: say it or --min-quantity, not both")
    return schema.BidBody(
        client_order_id=said["order_id"] or new_id(),
        quantity=quantity,
        min_quantity=quantity if said["gang"] else said["min_quantity"],
        regions=said["regions"],
        chips=said["chips"],
        duration=said["duration"],
        earliest_start=earliest,
        latest_start=clock.after(earliest, said["within"] or _WITHIN) if latest is None else clock.step(latest),
        price=said["price"],
        price_per_du=said["price_per_du"],
        time_in_force=time_in_force(ioc=said["ioc"], fok=said["fok"], gtd=expires_at is not None),
        expires_at=clock.instant(expires_at) if expires_at else None,
        post_only=said["post_only"],
        max_take_or_pay=said["max_take_or_pay"],
        vouchers=_vouchers(said),
        use=said["use"],
        require=_require(said),
    )


def time_in_force(*, ioc: bool, gtd: bool, fok: bool = False) -> str:
    """How long an order stays, by the one option that says so."""
    said = {"ioc": ioc, "fok": fok, "gtd": gtd}
    if sum(said.values()) > 1:
        raise click.UsageError("--ioc and --fok leave nothing that could expire: say one of --ioc, --fok and --expires")
    return next((word for word, is_said in said.items() if is_said), "gtc")


def _vouchers(said: Wanted) -> Literal["auto"] | tuple[str, ...]:
    if said["vouchers"] and said["no_vouchers"]:
        raise click.UsageError("say --voucher or --no-vouchers, not both")
    return said["vouchers"] if said["vouchers"] or said["no_vouchers"] else "auto"


def _require(said: Wanted) -> schema.RequireBody | None:
    require = schema.RequireBody(
        tags=said["require_tags"],
        pue_at_most=said["pue_at_most"],
        green_share_at_least=said["green_at_least"],
        domestic=said["domestic"],
    )
    return None if require == schema.RequireBody() else require
