"""Commands as a client words them on the stream: the op, what it takes, and what it is answered with."""

from typing import Any, Final, NamedTuple

import msgspec

from exchange.language import commands as c
from exchange.language.instants import format_duration, format_instant
from exchange.language.units import format_chips, format_money
from gateway import answers, requests, schema
from gateway.wire import chip_hours, share

NOW: Final = "now"


class Wording(NamedTuple):
    """A request on the stream."""

    op: str
    params: schema.Body
    answer: Any


def worded(command: c.Command) -> Wording | None:
    """How to ask for a command on the stream; none when it cannot be asked for there."""
    match command:
        case c.PlaceBid():
            return Wording("bid.place", _bid(command), answers.BidAnswer)
        case c.PlaceAsk():
            return Wording("ask.place", _ask(command), answers.AskAnswer)
        case c.CancelBid(bid_id=number):
            return Wording("bid.cancel", schema.BidRef(bid_id=f"bid-{number}"), answers.BidCanceled)
        case c.CancelAsk(ask_id=number):
            return Wording("ask.cancel", schema.AskRef(ask_id=f"ask-{number}"), answers.AskCanceled)
        case c.AmendBid(bid_id=number, quantity_milli=chips, prices_micros=prices):
            written = None if prices is None else tuple(map(format_money, prices))
            params = requests.BidAmendParams(bid_id=f"bid-{number}", quantity=_chips(chips), prices=written)
            return Wording("bid.amend", params, answers.BidAmended)
        case c.AmendAsk(ask_id=number, quantity_milli=chips, price_micros=price):
            money = None if price is None else format_money(price)
            amended = requests.AskAmendParams(ask_id=f"ask-{number}", quantity=_chips(chips), price=money)
            return Wording("ask.amend", amended, answers.AskAmended)
        case c.CancelAllBids(chip=chip):
            return Wording("bid.cancel_all", schema.CancelAllBody(chip=chip), answers.CanceledAll)
        case c.CancelAllAsks(chip=chip):
            return Wording("ask.cancel_all", schema.CancelAllBody(chip=chip), answers.CanceledAll)
        case c.StartLease(lease_id=number):
            access = schema.StartParams(lease_id=f"lease-{number}", access=msgspec.Raw(b'{"host":"h"}'))
            return Wording("lease.start", access, answers.LeaseAnswer)
        case c.MeterLease():
            return Wording("lease.meter", _report(command), answers.LeaseAnswer)
    return None


def _bid(order: c.PlaceBid) -> schema.BidBody:
    return schema.BidBody(
        client_order_id=order.client_order_id,
        quantity=format_chips(order.quantity_milli),
        alternatives=tuple(map(_alternative, order.alternatives)),
        time_in_force=order.time_in_force,
        expires_at=_instant(order.expires_s),
        vouchers="auto" if order.vouchers == c.AUTO_VOUCHERS else order.vouchers,
    )


def _alternative(wish: c.Alternative) -> schema.AlternativeBody:
    return schema.AlternativeBody(
        region=wish.region,
        chip=wish.chip,
        duration=format_duration(wish.duration_s),
        earliest_start=_instant(wish.earliest_start_s) or NOW,
        latest_start=format_instant(wish.latest_start_s),
        price=format_money(wish.price_micros),
    )


def _ask(order: c.PlaceAsk) -> schema.AskBody:
    return schema.AskBody(
        client_order_id=order.client_order_id,
        region=order.region,
        chip=order.chip,
        quantity=format_chips(order.quantity_milli),
        start=_instant(order.start_s) or NOW,
        end=format_instant(order.end_s),
        price=format_money(order.price_micros),
        lot=format_chips(order.lot_milli),
        min_duration=format_duration(order.min_duration_s),
        take_or_pay=share(order.take_or_pay_bp),
        time_in_force=order.time_in_force,
        expires_at=_instant(order.expires_s),
        lease_id=None if order.lease_id is None else f"lease-{order.lease_id}",
    )


def _report(report: c.MeterLease) -> schema.MeterParams:
    return schema.MeterParams(
        lease_id=f"lease-{report.lease_id}",
        through=format_instant(report.through_s),
        delivered=chip_hours(report.delivered_uch),
        used=chip_hours(report.used_uch),
    )


def _instant(at_s: int | None) -> str | None:
    return None if at_s is None else format_instant(at_s)


def _chips(quantity_milli: int | None) -> str | None:
    return None if quantity_milli is None else format_chips(quantity_milli)
