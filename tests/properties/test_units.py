"""Numbers keep their value on the way in and out, and every rounding is the one that the rulebook names."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.language import instants, units
from exchange.language.limits import LEASE_MAX_S, PRICE_MAX_MICROS, QUANTITY_MAX_MILLI, TIME_MAX_S
from tests.reference import arithmetic

PLACES = st.sampled_from([units.CHIP_PLACES, units.MONEY_PLACES, units.SHARE_PLACES, 0])
COUNTS = st.integers(0, 10**18 - 1)
PRICES = st.integers(1, PRICE_MAX_MICROS)
CHIPS = st.integers(1, QUANTITY_MAX_MILLI)
LENGTHS_S = st.integers(1, LEASE_MAX_S)
FEES_BP = st.integers(0, 10_000)


@given(COUNTS, PLACES)
def test_what_is_written_reads_back(count: int, places: int) -> None:
    assert units.parse_decimal(units.format_decimal(count, places), places) == count


@given(COUNTS, st.sampled_from([2, 3, 4, 6]), st.integers(0, 2))
def test_the_least_places_are_shown_and_change_nothing(count: int, places: int, least: int) -> None:
    text = units.format_decimal(count, places, least)
    assert units.parse_decimal(text, places) == count
    assert len(text.partition(".")[2]) >= least


@given(st.integers(0, 10**9), st.integers(0, 6), PLACES)
def test_a_value_is_exact_or_refused(whole: int, digits: int, places: int) -> None:
    """One digit more than the unit has is refused even when it is a zero: nothing is ever rounded."""
    text = f"{whole}.{'0' * digits}1"
    if digits + 1 <= places:
        assert units.parse_decimal(text, places) == whole * 10**places + 10 ** (places - digits - 1)
    else:
        with pytest.raises(units.UnitError):
            units.parse_decimal(text, places)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-1", "+1", "1e3", ".5", "5.", "01", "1 ", "1_0", "NaN", "inf", "0x1", "٣", "1,5", "1.2.3", "9" * 19],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(units.UnitError):
        units.parse_decimal(text, 6)


@given(st.integers(0, 10**24), st.integers(1, 10**12))
def test_half_goes_to_even(numerator: int, denominator: int) -> None:
    assert units.div_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(0, 10**6))
def test_an_exact_half_goes_to_even(count: int) -> None:
    assert units.div_half_even(2 * count + 1, 2) % 2 == 0


@given(PRICES, CHIPS, LENGTHS_S)
def test_costs_agree_with_fractions(price: int, chips: int, length_s: int) -> None:
    assert units.cost_micros(price, chips, length_s) == arithmetic.cost(price, chips, length_s)


@given(PRICES, CHIPS, LENGTHS_S, FEES_BP)
def test_holds_and_fees_agree_with_fractions(price: int, chips: int, length_s: int, fee_bp: int) -> None:
    assert units.hold_micros(price, chips, length_s, fee_bp) == arithmetic.hold(price, chips, length_s, fee_bp)
    assert units.fee_micros(price * chips, fee_bp) == arithmetic.fee(price * chips, fee_bp)


@given(PRICES, st.lists(st.integers(1, 10_000), min_size=1, max_size=12), LENGTHS_S, FEES_BP)
def test_a_hold_pays_for_any_cut_into_pieces(price: int, pieces: list[int], length_s: int, fee_bp: int) -> None:
    """What each piece costs with its fee never exceeds what the hold falls by."""
    left = sum(pieces)
    for piece in pieces:
        cost = units.cost_micros(price, piece, length_s)
        before, after = (units.hold_micros(price, chips, length_s, fee_bp) for chips in (left, left - piece))
        assert cost + units.fee_micros(cost, fee_bp) <= before - after
        left -= piece


@given(PRICES, st.integers(1, 10**6), st.sampled_from([10_000, 1, 1_000_000]))
def test_a_limit_from_a_du_price_is_the_last_tick_not_above_it(per_du: int, du_milli: int, tick: int) -> None:
    limit = units.limit_from_du_micros(per_du, du_milli, tick)
    assert limit % tick == 0
    assert limit <= Fraction(per_du * du_milli, 1000) < limit + tick


@given(st.integers(0, TIME_MAX_S))
def test_instants_read_back(at_s: int) -> None:
    assert instants.parse_instant(instants.format_instant(at_s)) == at_s


@given(st.integers(0, 10_000 * 86_400))
def test_durations_read_back(length_s: int) -> None:
    assert instants.parse_duration(instants.format_duration(length_s)) == length_s


@pytest.mark.parametrize(
    ("text", "length_s"),
    [("PT15M", 900), ("PT6H", 21_600), ("P7D", 604_800), ("P1DT30M", 88_200), ("P2W", 1_209_600), ("PT90S", 90)],
)
def test_durations_mean_what_they_say(text: str, length_s: int) -> None:
    assert instants.parse_duration(text) == length_s


@pytest.mark.parametrize("text", ["P", "PT", "P1DT", "1D", "P1M", "P1Y", "PT1.5H", "-PT1H", "P-1D", "pt1h", "PT1H1H"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(units.UnitError):
        instants.parse_duration(text)
