"""Request structs to commands: strings become the market's integers here, and nowhere else.

Only the writing is judged: places, forms, ids. Whether a number is in range, on the grid or on the tick is the market's
to say. A Refusal names the field as the client wrote it, also in the short form of a bid.
"""

import re
from ipaddress import ip_network
from typing import Final, TypeVar

from exchange.language.commands import (
    AUTO_VOUCHERS,
    Alternative,
    AmendAsk,
    AmendBid,
    MeterLease,
    PlaceAsk,
    PlaceBid,
    RegisterKey,
    Require,
)
from exchange.language.instants import parse_duration, parse_instant
from exchange.language.limits import ALTERNATIVES_MAX
from exchange.language.rejects import Code
from exchange.language.units import (
    CHIP_HOUR_PLACES,
    CHIP_PLACES,
    MONEY_PLACES,
    PUE_PLACES,
    SHARE_PLACES,
    BasisPoints,
    Micros,
    Milli,
    Seconds,
    UnitError,
    limit_from_du_micros,
    parse_decimal,
)
from exchange.language.views import CatalogView
from gateway.errors import Refusal
from gateway.requests import AskAmendBody, BidAmendBody
from gateway.schema import AlternativeBody, AskBody, BidBody, KeyBody, MeterParams, RequireBody
from gateway.signing import bytes_of_text

T = TypeVar("T")

NOW: Final = "now"
INTEGER_MAX: Final = 2**63 - 1  # what the journal can hold

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_SHORT_FIELDS: Final = ("regions", "chips", "duration", "earliest_start", "latest_start", "price", "price_per_du")


def decimal(text: str, places: int, param: str) -> int:
    """The integer in a decimal string, or a Refusal naming `param`."""
    try:
        value = parse_decimal(text, places)
    except UnitError as error:
        raise Refusal("bad_decimal", param, f"{param} {error}.") from None
    if value > INTEGER_MAX:
        raise Refusal("bad_decimal", param, f"{param} has more digits than the market can hold.")
    return value


def chips(text: str, param: str) -> Milli:
    return decimal(text, CHIP_PLACES, param)


def money(text: str, param: str) -> Micros:
    return decimal(text, MONEY_PLACES, param)


def share(text: str, param: str) -> BasisPoints:
    return decimal(text, SHARE_PLACES, param)


def pue(text: str, param: str) -> int:
    return decimal(text, PUE_PLACES, param)


def instant(text: str, param: str) -> Seconds:
    try:
        return parse_instant(text)
    except UnitError as error:
        raise Refusal("bad_instant", param, f"{param} {error}.") from None


def start(text: str, param: str) -> Seconds | None:
    """An instant, or none for "now"."""
    return None if text == NOW else instant(text, param)


def duration(text: str, param: str) -> Seconds:
    try:
        return parse_duration(text)
    except UnitError as error:
        raise Refusal("bad_duration", param, f"{param} {error}.") from None


def order_number(public_id: str, kind: str) -> int:
    """12 in "bid-12"; an id that can be nobody's is as unknown as one that is somebody else's."""
    return _number(public_id, kind, Code.UNKNOWN_ORDER)


def lease_number(public_id: str) -> int:
    """31 in "lease-31"."""
    return _number(public_id, "lease", Code.UNKNOWN_LEASE)


def proposal_number(public_id: str) -> int:
    """3 in "proposal-3"."""
    return _number(public_id, "proposal", Code.UNKNOWN_PROPOSAL)


def ask_command(account_id: str, body: AskBody) -> PlaceAsk:
    return PlaceAsk(
        account_id=account_id,
        client_order_id=body.client_order_id,
        region=body.region,
        chip=body.chip,
        quantity_milli=chips(body.quantity, "quantity"),
        start_s=start(body.start, "start"),
        end_s=instant(body.end, "end"),
        price_micros=money(body.price, "price"),
        lot_milli=chips(body.lot, "lot"),
        min_duration_s=duration(body.min_duration, "min_duration"),
        take_or_pay_bp=share(body.take_or_pay, "take_or_pay"),
        time_in_force=body.time_in_force,
        expires_s=None if body.expires_at is None else instant(body.expires_at, "expires_at"),
        post_only=body.post_only,
        self_trade=body.self_trade,
        lease_id=None if body.lease_id is None else lease_number(body.lease_id),
        site=body.site,
        tags=body.tags,
        pue_milli=None if body.pue is None else pue(body.pue, "pue"),
        green_bp=None if body.green_share is None else share(body.green_share, "green_share"),
    )


def bid_command(account_id: str, body: BidBody, catalog: CatalogView) -> PlaceBid:
    """The command of a bid in either form; the catalogue gives the 度 rates that `price_per_du` needs."""
    return PlaceBid(
        account_id=account_id,
        client_order_id=body.client_order_id,
        quantity_milli=chips(body.quantity, "quantity"),
        alternatives=_alternatives(body, catalog),
        min_quantity_milli=None if body.min_quantity is None else chips(body.min_quantity, "min_quantity"),
        time_in_force=body.time_in_force,
        expires_s=None if body.expires_at is None else instant(body.expires_at, "expires_at"),
        post_only=body.post_only,
        max_take_or_pay_bp=share(body.max_take_or_pay, "max_take_or_pay"),
        vouchers=AUTO_VOUCHERS if body.vouchers == "auto" else tuple(body.vouchers),
        self_trade=body.self_trade,
        require=None if body.require is None else _require(body.require),
        use=body.use,
    )


def bid_amendment(account_id: str, bid_id: int, body: BidAmendBody, alternatives: int) -> AmendBid:
    """The command of an amendment; one `price` is the limit of all of so many alternatives."""
    if body.price is not None and body.prices is not None:
        raise Refusal("ambiguous_form", "prices", "Give price for all alternatives, or prices, one for each.")
    prices = None
    if body.price is not None:
        prices = (money(body.price, "price"),) * alternatives
    elif body.prices is not None:
        prices = tuple(money(text, f"prices[{index}]") for index, text in enumerate(body.prices))
    return AmendBid(
        account_id=account_id,
        bid_id=bid_id,
        quantity_milli=None if body.quantity is None else chips(body.quantity, "quantity"),
        prices_micros=prices,
    )


def ask_amendment(account_id: str, ask_id: int, body: AskAmendBody) -> AmendAsk:
    return AmendAsk(
        account_id=account_id,
        ask_id=ask_id,
        quantity_milli=None if body.quantity is None else chips(body.quantity, "quantity"),
        price_micros=None if body.price is None else money(body.price, "price"),
    )


def as_amended(refusal: Refusal, body: BidAmendBody | AskAmendBody) -> Refusal:
    """A market's refusal of an amendment, with the place named as in the request: what was given is at fault."""
    found = re.fullmatch(r"alternatives(\[\d+\])\.price|prices(\[\d+\])?|price|quantity", refusal.param or "")
    if found is None:
        return refusal
    index = found[1] or found[2] or ""
    param = next((field for field in ("prices", "price") if getattr(body, field, None) is not None), None)
    if param is None or (found[0] == "quantity" and body.quantity is not None):
        param = "quantity"
    elif param == "prices":
        param += index
    return Refusal(refusal.code, param, refusal.detail)


def as_written(refusal: Refusal, body: BidBody) -> Refusal:
    """A market's refusal of a bid, with the place named as in the form that the client used."""
    found = re.fullmatch(r"alternatives\[(\d+)\]\.(\w+)", refusal.param or "")
    if found is None or body.regions is None or body.chips is None:
        return refusal
    index, field = int(found[1]), found[2]
    per_du = "price" if body.price is not None else "price_per_du"
    param = {
        "region": f"regions[{index // len(body.chips)}]",
        "chip": f"chips[{index % len(body.chips)}]",
        "price": per_du,
    }.get(field, field)
    return Refusal(refusal.code, param, refusal.detail)


def given(value: T | None, param: str) -> T:
    """A field that another one needs; a Refusal when it is not there."""
    if value is None:
        raise Refusal("missing_field", param, f"{param} is required here.")
    return value


def meter_command(account_id: str, params: MeterParams, idempotency_key: str = "") -> MeterLease:
    return MeterLease(
        account_id=account_id,
        lease_id=lease_number(params.lease_id),
        through_s=instant(params.through, "through"),
        delivered_uch=decimal(params.delivered, CHIP_HOUR_PLACES, "delivered"),
        used_uch=decimal(params.used, CHIP_HOUR_PLACES, "used"),
        idempotency_key=idempotency_key,
    )


def key_command(
    operator_id: str, body: KeyBody, key_id: str, secret_hash: str, idempotency_key: str = ""
) -> RegisterKey:
    """The command of a key; the hash is left out for one that requests are signed by."""
    for index, address in enumerate(body.addresses):
        try:
            ip_network(address, strict=False)
        except ValueError:
            param = f"addresses[{index}]"
            raise Refusal("bad_format", param, f"{param} must be an IP address or network.") from None
    public_key = b"" if body.public_key is None else bytes_of_text(body.public_key, 32)
    if public_key is None:
        detail = "public_key must be 32 bytes in URL-safe base64 without padding."
        raise Refusal("bad_format", "public_key", detail)
    return RegisterKey(
        key_id=key_id,
        secret_hash="" if public_key else secret_hash,
        account_id=body.account_id,
        scopes=tuple(dict.fromkeys(body.scopes)),
        expires_s=None if body.expires_at is None else instant(body.expires_at, "expires_at"),
        addresses=body.addresses,
        public_key=public_key,
        operator_id=operator_id,
        idempotency_key=idempotency_key,
    )


def _number(public_id: str, kind: str, unknown: Code) -> int:
    prefix, _, number = public_id.partition("-")
    if prefix != kind or not _NUMBER.fullmatch(number):
        raise Refusal(unknown.wire, f"{kind}_id", f'{kind}_id must be an id such as "{kind}-12".')
    return int(number)


def _alternatives(body: BidBody, catalog: CatalogView) -> tuple[Alternative, ...]:
    if body.alternatives is None:
        return _short_form(body, catalog)
    for field in _SHORT_FIELDS:
        if getattr(body, field) is not None:
            raise Refusal("ambiguous_form", field, f"{field} belongs to the short form; give it in each alternative.")
    return tuple(_alternative(wish, f"alternatives[{index}]") for index, wish in enumerate(body.alternatives))


def _alternative(wish: AlternativeBody, at: str) -> Alternative:
    return Alternative(
        region=wish.region,
        chip=wish.chip,
        duration_s=duration(wish.duration, f"{at}.duration"),
        earliest_start_s=start(wish.earliest_start, f"{at}.earliest_start"),
        latest_start_s=instant(wish.latest_start, f"{at}.latest_start"),
        price_micros=money(wish.price, f"{at}.price"),
        quantity_milli=None if wish.quantity is None else chips(wish.quantity, f"{at}.quantity"),
    )


def _require(body: RequireBody) -> Require | None:
    """The filters of a bid; one that asks for nothing is none."""
    at_most, at_least = body.pue_at_most, body.green_share_at_least
    require = Require(
        tags=body.tags,
        pue_max_milli=None if at_most is None else pue(at_most, "require.pue_at_most"),
        green_min_bp=None if at_least is None else share(at_least, "require.green_share_at_least"),
        domestic=body.domestic,
    )
    return None if require == Require() else require


def _short_form(body: BidBody, catalog: CatalogView) -> tuple[Alternative, ...]:
    regions, chip_types = _given(body.regions, "regions"), _given(body.chips, "chips")
    if len(regions) * len(chip_types) > ALTERNATIVES_MAX:
        detail = f"regions × chips make {len(regions) * len(chip_types)} alternatives; {ALTERNATIVES_MAX} at most."
        raise Refusal("bad_format", "regions", detail)
    duration_s = duration(_given(body.duration, "duration"), "duration")
    earliest_s = start(_given(body.earliest_start, "earliest_start"), "earliest_start")
    latest_s = instant(_given(body.latest_start, "latest_start"), "latest_start")
    limits = [_limit_micros(body, chip, place, catalog) for place, chip in enumerate(chip_types)]
    return tuple(
        Alternative(
            region=region,
            chip=chip,
            duration_s=duration_s,
            earliest_start_s=earliest_s,
            latest_start_s=latest_s,
            price_micros=limit_micros,
        )
        for region in regions
        for chip, limit_micros in zip(chip_types, limits, strict=True)
    )


def _limit_micros(body: BidBody, chip: str, place: int, catalog: CatalogView) -> Micros:
    """The limit per chip-hour that the short form means for a chip type."""
    if body.price_per_du is None:
        return money(_given(body.price, "price"), "price")
    if body.price is not None:
        raise Refusal("ambiguous_form", "price_per_du", "Give price or price_per_du, one of them.")
    per_du_micros = money(body.price_per_du, "price_per_du")
    known = next((entry for entry in catalog.chips if entry.chip == chip), None)
    if known is None or catalog.rules is None:
        raise Refusal(Code.UNKNOWN_CHIP.wire, f"chips[{place}]", f"No chip type is called {chip}; see the catalogue.")
    if known.du_milli is None:
        raise Refusal("no_du_rate", f"chips[{place}]", f"{chip} has no published rate; give price instead.")
    limit_micros = limit_from_du_micros(per_du_micros, known.du_milli, catalog.rules.tick_micros)
    if limit_micros > INTEGER_MAX:
        raise Refusal("bad_decimal", "price_per_du", "price_per_du has more digits than the market can hold.")
    return limit_micros


def _given(value: T | None, param: str) -> T:
    if value is None:
        name = "price or price_per_du" if param == "price" else param
        raise Refusal("missing_field", param, f"{name} is required, unless the bid lists alternatives.")
    return value
