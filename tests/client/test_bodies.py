"""Exact numbers and times on their way to the wire and back."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from gateway.client import bodies
from gateway.client.decimals import exact, length, moment, written
from gateway.schema import AlternativeBody, AskBody, BidBody, RequireBody, StartParams

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8, "8"),
        (Decimal("15.20"), "15.20"),
        (Decimal("1E+2"), "100"),
        (Decimal("1E-6"), "0.000001"),
        ("15.2", "15.2"),
        (NOON, "2026-12-01T12:00:00Z"),
        (NOON.astimezone(timezone(timedelta(hours=8))), "2026-12-01T12:00:00Z"),
        (timedelta(hours=25), "P1DT1H"),
        (timedelta(), "PT0S"),
    ],
)
def test_what_is_exact_is_written(value: object, text: str) -> None:
    assert written(value, "field") == text


@pytest.mark.parametrize(
    ("value", "error", "why"),
    [
        (15.2, TypeError, "field must be exact, a Decimal, an int or a str, not the float 15.2"),
        (True, TypeError, "field cannot be written from a bool"),
        (b"8", TypeError, "field cannot be written from a bytes"),
        (Decimal("NaN"), ValueError, "field must be a number, not NaN"),
        (Decimal("-Infinity"), ValueError, "field must be a number"),
        (NOON.replace(tzinfo=None), ValueError, "field needs a time zone"),
        (NOON.replace(microsecond=1), ValueError, "field must be whole seconds"),
        (timedelta(milliseconds=1), ValueError, "field must be whole seconds"),
        (timedelta(seconds=-1), ValueError, "field must be whole seconds"),
    ],
)
def test_what_is_not_exact_is_refused_by_name(value: object, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        written(value, "field")


def test_what_answers_hold() -> None:
    assert exact("15.20") == Decimal("15.20")
    assert moment("2026-12-01T12:00:00Z") == NOON
    assert length("P1DT1H") == timedelta(hours=25)
    for text in ("", "1e3", "NaN", " 1", "1.", "\u0661"):
        with pytest.raises(ValueError, match="no decimal number"):
            exact(text)


def test_bodies_of_exact_values() -> None:
    wish = bodies.alternative(
        region="shanghai", chip="h800-sxm", duration=timedelta(days=1), earliest_start="now", latest_start=NOON,
        price=Decimal("15.20"),
    )  # fmt: skip
    assert wish == AlternativeBody(
        region="shanghai", chip="h800-sxm", duration="P1D", earliest_start="now",
        latest_start="2026-12-01T12:00:00Z", price="15.20",
    )  # fmt: skip
    wanted = bodies.bid(
        client_order_id="b-1", quantity=8, alternatives=[wish], vouchers=["a", "b"], post_only=True,
        require=bodies.require(tags=["cuda"], pue_at_most=Decimal("1.2")),
    )  # fmt: skip
    assert wanted == BidBody(
        client_order_id="b-1", quantity="8", alternatives=(wish,), vouchers=("a", "b"), post_only=True,
        require=RequireBody(tags=("cuda",), pue_at_most="1.2"),
    )  # fmt: skip
    assert bodies.quote_of(wanted).client_order_id == "b-1"
    assert bodies.quote(quantity=8).client_order_id == "quote"
    offer = bodies.ask(client_order_id="a-1", region="shanghai", chip="x", quantity=8, start=NOON, end=NOON, price=14)
    assert offer == AskBody(
        client_order_id="a-1", region="shanghai", chip="x", quantity="8", start="2026-12-01T12:00:00Z",
        end="2026-12-01T12:00:00Z", price="14",
    )  # fmt: skip
    assert bodies.bid_amendment(prices=[Decimal("1.5"), 2]).prices == ("1.5", "2")
    assert bodies.ask_amendment(price=Decimal("1.5")).price == "1.5"
    start = bodies.of_lease("lease-1", bodies.start({"ssh": "ssh a@b"}))
    assert isinstance(start, StartParams)
    assert (start.lease_id, bytes(start.access)) == ("lease-1", b'{"ssh":"ssh a@b"}')
    total = bodies.meter(through=NOON, delivered=Decimal(8), used=6)
    assert (total.through, total.delivered, total.used) == ("2026-12-01T12:00:00Z", "8", "6")


def test_floats_and_unknown_fields_are_type_errors_that_name_them() -> None:
    with pytest.raises(TypeError, match=r"prices\[1\] must be exact"):
        bodies.bid_amendment(prices=["1.5", 2.5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="BidBody has no field qantity"):
        bodies.bid(client_order_id="b-1", qantity=8)  # type: ignore[call-arg]
