"""Times as people type them: each form means one instant by the market's clock and a zone, or is refused."""

import os
import time
from collections.abc import Iterator

import click
import pytest

from exchange.language.instants import format_instant, parse_instant
from gateway.cli.times import DURATION, MOMENT, Clock
from gateway.cli.values import two_clocks

SUNDAY_S = parse_instant("2026-11-22T16:37:05Z")
CLOCK = Clock(SUNDAY_S, 900)
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.fixture
def zone() -> Iterator[None]:
    """Let a test set the terminal's zone, and put it back."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


def at(name: str) -> None:
    os.environ["TZ"] = name
    time.tzset()


def read(typed: str, now_s: int = SUNDAY_S) -> str:
    """The instant that is meant."""
    return format_instant(MOMENT.convert(typed, None, None).at_s(now_s))


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        *(("24h", "PT24H"), ("90m", "PT90M"), ("7d", "P7D"), ("2W", "P2W"), ("1d12h", "P1DT12H"), ("1h30m", "PT1H30M")),
        *(("PT6H", "PT6H"), ("P1DT6H", "P1DT6H"), ("1w2d3h4m5s", "P1W2DT3H4M5S")),
        *(("pt6h", "PT6H"), ("p1dT6h", "P1DT6H")),
    ],
)
def test_short_lengths_become_the_wires(typed: str, wire: str) -> None:
    assert DURATION.convert(typed, None, None) == wire


@pytest.mark.parametrize("typed", ["", "24", "h", "1.5h", "-1h", "24 h", "30m1h", "1h1h", "P1Y", "PT6\u017f", "٢h"])
def test_what_is_no_length_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="or a short form"):
        DURATION.convert(typed, None, None)


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("now", "2026-11-22T16:37:05Z"),
        ("+6h", "2026-11-22T22:37:05Z"),
        ("+1d12h", "2026-11-24T04:37:05Z"),
        ("+PT6H", "2026-11-22T22:37:05Z"),
        ("+p1dt12h", "2026-11-24T04:37:05Z"),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12-01t08:00:00+08:00", "2026-12-01T00:00:00Z"),
        ("2026-12-01 08:30-03:30", "2026-12-01T12:00:00Z"),
        ("tomorrow 09:00Z", "2026-11-23T09:00:00Z"),
        ("Tomorrow 09:00+08:00", "2026-11-24T01:00:00Z"),  # it is Monday there already
        ("today 9:00+08:00", "2026-11-23T01:00:00Z"),
        ("yesterday 23:59:59Z", "2026-11-21T23:59:59Z"),
        ("18:00Z", "2026-11-22T18:00:00Z"),
        ("mon 18:00Z", "2026-11-23T18:00:00Z"),
        ("sun 18:00Z", "2026-11-29T18:00:00Z"),  # the next one, not today
        ("sat 00:00-05:00", "2026-11-28T05:00:00Z"),
    ],
)
def test_every_form_means_one_instant_wherever_the_terminal_is(typed: str, instant: str, zone: None) -> None:
    for name in ("UTC", "JST-9", BERLIN):
        at(name)
        assert read(typed) == instant


def test_without_an_offset_the_terminals_zone_counts(zone: None) -> None:
    at("CST-8")
    assert read("tomorrow") == "2026-11-23T16:00:00Z"
    assert read("09:00") == "2026-11-23T01:00:00Z"
    assert read("2026-12-01") == "2026-11-30T16:00:00Z"
    assert read("wed 12:30") == "2026-11-25T04:30:00Z"
    assert two_clocks("2026-11-25T04:30:00Z") == "2026-11-25 04:30 UTC (Wed 2026-11-25 12:30 CST)"
    at("UTC")
    assert read("tomorrow") == "2026-11-23T00:00:00Z"
    assert two_clocks("2026-11-25T04:30:00Z") == "2026-11-25 04:30 UTC"


def test_a_time_that_the_clocks_skip_or_repeat_is_refused(zone: None) -> None:
    at(BERLIN)
    with pytest.raises(click.UsageError, match="2026-03-29 02:30 does not exist here"):
        read("2026-03-29 02:30")
    with pytest.raises(click.UsageError, match="2026-10-25 02:30 comes twice here"):
        read("2026-10-25 02:30")
    assert read("2026-10-25 02:30+02:00") == "2026-10-25T00:30:00Z"
    assert (read("2026-10-25 01:59:59"), read("2026-10-25 03:00")) == ("2026-10-24T23:59:59Z", "2026-10-25T02:00:00Z")
    assert (read("2026-03-29 01:59:59"), read("2026-03-29 03:00")) == ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z")


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "soon", "next mon", "monday", "12", "9", "9am", "09:00 +08:00x", "+", "+6", "-6h", "+-6h", "now+6h"),
        *(
            "2026-12-1",
            "01/12/2026",
            "2026-12-01T",
            "2026-12-01Z",
            "tomorrow+08:00",
            "tomorrow tomorrow",
            "09:00:00.5Z",
        ),
        *("09:00+0800", "09:00+08:60", "٢026-12-01", "2026-12-01T00:00:00Z\n09:00"),
    ],
)
def test_what_is_not_certain_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="no time that is certain"):
        MOMENT.convert(typed, None, None)


@pytest.mark.parametrize("typed", ["2026-02-30", "25:00Z", "09:60Z", "09:00+24:00", "0000-01-01"])
def test_what_no_calendar_has_is_refused(typed: str) -> None:
    with pytest.raises(click.UsageError, match="is in no calendar"):
        read(typed)


def test_what_is_past_the_calendars_end_is_refused() -> None:
    last = MOMENT.convert("9999-12-31 23:00-05:00", None, None)
    with pytest.raises(click.UsageError, match="past the end of the calendar"):
        CLOCK.instant(last)
    with pytest.raises(click.UsageError, match="past the end of the calendar"):
        CLOCK.after("9999-12-31T00:00:00Z", "P2D")


def test_what_begins_or_ends_a_lease_is_counted_from_the_next_step() -> None:
    now, later, fixed = (MOMENT.convert(typed, None, None) for typed in ("now", "+6h", "2026-11-22T17:00:01Z"))
    assert [CLOCK.start(moment) for moment in (now, later, fixed)] == [
        "now", "2026-11-22T22:45:00Z", "2026-11-22T17:00:01Z",
    ]  # fmt: skip
    assert [CLOCK.step(moment) for moment in (now, later)] == ["2026-11-22T16:45:00Z", "2026-11-22T22:45:00Z"]
    assert CLOCK.instant(now) == "2026-11-22T16:37:05Z"
    assert CLOCK.after("now", "PT1H") == "2026-11-22T17:45:00Z"
    assert CLOCK.after("2026-12-01T00:00:00Z", "P1D") == "2026-12-02T00:00:00Z"
