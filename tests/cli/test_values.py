"""How names are typed, and how numbers and times are shown."""

import pytest

from exchange.language.units import UnitError
from gateway.answers_operator import SessionOut
from gateway.cli.names import REGIONS
from gateway.cli.supervision import session_table
from gateway.cli.values import grouped, month_of, plain_time, short_duration


def test_how_long_a_stream_is_silent_is_shown_as_a_length() -> None:
    """In real time: the instant at which it was heard of is by the market's clock, which may stand still or race."""
    stream = SessionOut(
        session_id="s-1", account_id=None, key_id=None, address=None, since="2026-12-01T00:00:00Z",
        heard_at="2026-12-01T00:15:00Z", silent_s=90, in_flight=0, outbox_bytes=0, channels=(),
        cancel_on_disconnect=False, dead_man_until=None,
    )  # fmt: skip
    (silent,) = (column for column in session_table([stream]).columns if column.header == "silent")
    assert list(silent.cells) == ["1m30s"]


def test_names_are_split_at_commas() -> None:
    assert REGIONS.convert("hangzhou,shanghai", None, None) == ("hangzhou", "shanghai")


def test_a_month_is_the_time_between_two_instants() -> None:
    assert month_of("2026-02") == ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")
    assert month_of("2026-12") == ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
    for typed in ("2026", "2026-00", "2026-13", "2026-1", "26-01", "2026-01-01", "٢٠٢٦-01"):
        with pytest.raises(UnitError, match="a month such as"):
            month_of(typed)


def test_numbers_and_times_are_shown_plainly() -> None:
    assert [grouped(n) for n in ("0", "999.5", "1234567.50", "-1234")] == ["0", "999.5", "1,234,567.50", "-1,234"]
    assert plain_time("2026-12-01T00:15:00Z") == "2026-12-01 00:15"
    assert plain_time("2026-12-01T00:15:07Z") == "2026-12-01 00:15:07"
    assert plain_time(None) == "–"
    assert [short_duration(d) for d in ("P1D", "PT6H", "P1DT6H")] == ["1d", "6h", "1d6h"]
