"""What clients send, made of Python's exact types: Decimals, ints, datetimes with a zone and timedeltas, or strings.

A float is a TypeError. Fields are those of the wire; what they mean stands in `gateway.schema`. Nothing is judged here:
the market refuses by name what it does not take.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict, TypeVar, Unpack

import msgspec

from gateway import requests, schema
from gateway.client.decimals import Length, Moment, Number, written

B = TypeVar("B", bound=schema.Body)


class RequireFields(TypedDict, total=False):
    tags: Sequence[str]
    pue_at_most: Number
    green_share_at_least: Number
    domestic: bool


class AlternativeFields(TypedDict, total=False):
    region: Required[str]
    chip: Required[str]
    duration: Required[Length]
    earliest_start: Required[Moment]
    latest_start: Required[Moment]
    price: Required[Number]
    quantity: Number | None


class WantedFields(TypedDict, total=False):
    quantity: Required[Number]
    min_quantity: Number | None
    alternatives: Sequence[schema.AlternativeBody]
    regions: Sequence[str]
    chips: Sequence[str]
    duration: Length
    earliest_start: Moment
    latest_start: Moment
    price: Number
    price_per_du: Number
    time_in_force: str
    expires_at: Moment | None
    post_only: bool
    max_take_or_pay: Number
    vouchers: Literal["auto"] | Sequence[str]
    use: str
    self_trade: str
    require: schema.RequireBody | None


class BidFields(WantedFields, total=False):
    client_order_id: Required[str]


class AskFields(TypedDict, total=False):
    client_order_id: Required[str]
    region: Required[str]
    chip: Required[str]
    quantity: Required[Number]
    start: Required[Moment]
    end: Required[Moment]
    price: Required[Number]
    lot: Number
    min_duration: Length
    take_or_pay: Number
    time_in_force: str
    expires_at: Moment | None
    post_only: bool
    self_trade: str
    lease_id: str | None
    site: str
    tags: Sequence[str]
    pue: Number | None
    green_share: Number | None


class MeterFields(TypedDict):
    through: Moment
    delivered: Number
    used: Number


class AskAmendFields(TypedDict, total=False):
    quantity: Number
    price: Number


class BidAmendFields(AskAmendFields, total=False):
    prices: Sequence[Number]


def bid(**fields: Unpack[BidFields]) -> schema.BidBody:
    """A bid: either `alternatives`, or the short form from `regions` to `price_per_du`."""
    return _made(schema.BidBody, fields)


def quote(**fields: Unpack[WantedFields]) -> requests.QuoteBody:
    """A bid that is only asked about; `quote_of` is for one that is there."""
    return _made(requests.QuoteBody, fields)


def quote_of(wanted: schema.BidBody) -> requests.QuoteBody:
    """The question what a bid would get and cost."""
    return requests.QuoteBody(**msgspec.structs.asdict(wanted))


def alternative(**fields: Unpack[AlternativeFields]) -> schema.AlternativeBody:
    """One way in which a bid can be served."""
    return _made(schema.AlternativeBody, fields)


def require(**fields: Unpack[RequireFields]) -> schema.RequireBody:
    """What asks must state."""
    return _made(schema.RequireBody, fields)


def ask(**fields: Unpack[AskFields]) -> schema.AskBody:
    """An ask; with `lease_id` a resale."""
    return _made(schema.AskBody, fields)


def bid_amendment(**fields: Unpack[BidAmendFields]) -> requests.BidAmendBody:
    """Other numbers for a bid."""
    return _made(requests.BidAmendBody, fields)


def ask_amendment(**fields: Unpack[AskAmendFields]) -> requests.AskAmendBody:
    """Other numbers for an ask."""
    return _made(requests.AskAmendBody, fields)


def start(access: Mapping[str, Any]) -> schema.StartBody:
    """Access for the buyer alone: what JSON can hold, to 4 KiB."""
    return schema.StartBody(access=msgspec.Raw(msgspec.json.encode(access)))


def meter(**fields: Unpack[MeterFields]) -> schema.MeterBody:
    """Running totals in chip-hours, through an instant."""
    return _made(schema.MeterBody, fields)


def of_lease(lease_id: str, body: schema.StartBody | schema.MeterBody) -> schema.StartParams | schema.MeterParams:
    """The same as the stream's ops take it."""
    params = schema.StartParams if isinstance(body, schema.StartBody) else schema.MeterParams
    return params(lease_id=lease_id, **msgspec.structs.asdict(body))


def _made(shape: type[B], fields: Mapping[str, Any]) -> B:
    unknown = fields.keys() - set(shape.__struct_fields__)
    if unknown:
        raise TypeError(f"{shape.__name__} has no field {min(unknown)}")
    return shape(**{name: _field(value, name) for name, value in fields.items()})


def _field(value: object, name: str) -> object:
    if value is None or isinstance(value, bool | schema.Body):
        return value
    if isinstance(value, list | tuple):
        return tuple(_field(one, f"{name}[{place}]") for place, one in enumerate(value))
    return written(value, name)
