"""A dead man is wound up in time at whatever speed the market's clock runs, and no more often than that takes."""

import pytest

from gateway.client.winding import Winding


def wound(seconds: int, speeds: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of each winding: when, and how much of the market's time was left. `speeds` are from when on, and how fast."""
    winding, now_s, market_s, until_s = Winding(seconds), 0.0, 1000.0, 0
    found = []
    while now_s < 300:
        if until_s:
            found.append((now_s, until_s - market_s))
        until_s = int(market_s) + seconds
        winding.wound(now_s, until_s)
        now_s += winding.pause_s
        market_s += winding.pause_s * max((since_s, speed) for since_s, speed in speeds if since_s <= now_s)[1]
    return found


@pytest.mark.parametrize("speed", [0.0, 1.0, 7.0, 60.0, 200.0])
@pytest.mark.parametrize("seconds", [60, 600])
def test_he_never_fires_and_is_soon_let_be(seconds: int, speed: float) -> None:
    found = wound(seconds, [(0, speed)])
    assert all(left_s > seconds / 3 for _, left_s in found)
    late = [at_s for at_s, _ in found if at_s > 100]
    assert len(late) < 200 / (seconds / max(speed, 1) / 3) * 1.5 + 1


@pytest.mark.parametrize("seconds", [1, 2, 3, 4, 10])
def test_one_of_few_seconds_is_no_reason_to_wind_without_pause(seconds: int) -> None:
    late = [at_s for at_s, _ in wound(seconds, [(0, 1.0)]) if at_s > 100]
    assert len(late) < 200 / (seconds / 3) * 1.5


def test_a_clock_that_is_made_faster_is_followed() -> None:
    assert all(left_s > 0 for _, left_s in wound(60, [(0, 1), (150, 2.5)]))
    assert sum(at_s > 150 for at_s, _ in wound(60, [(0, 1), (150, 2.5)])) > 15


def test_a_market_that_starts_again_with_an_earlier_clock_is_no_reason_to_wait() -> None:
    winding = Winding(60)
    winding.wound(0.0, 1060)
    winding.wound(0.1, 900)
    assert 0 < winding.pause_s <= 0.2
