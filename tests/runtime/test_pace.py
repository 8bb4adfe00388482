"""A snapshot is written at a pace: hardly faster in all than so many bytes a second, and without pauses when slower."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from exchange.runtime.snapshotting import AHEAD_MAX_S, PACE_BYTES_PER_S, at_a_pace


@given(st.lists(st.tuples(st.integers(0, 300_000), st.floats(0, 0.1))))
def test_parts_come_no_faster_than_the_pace(made: list[tuple[int, float]]) -> None:
    """Each part has a size, and takes some time to be made."""
    now, slept = 100.0, 0.0

    def parts() -> Iterator[bytes]:
        nonlocal now
        for size, took_s in made:
            now += took_s
            yield bytes(size)

    def sleep(pause_s: float) -> None:
        nonlocal now, slept
        assert pause_s > AHEAD_MAX_S
        now, slept = now + pause_s, slept + pause_s

    written, times = 0, list[tuple[float, int]]()
    for part in at_a_pace(parts(), clock=lambda: now, sleep=sleep):
        for since_s, before in times:  # from any part on, also from one that was long in the making
            assert written - before <= (now - since_s + AHEAD_MAX_S) * PACE_BYTES_PER_S + 1
        times.append((now, written))
        written += len(part)
    assert written == sum(size for size, _ in made)
    assert now - 100.0 - slept <= sum(took_s for _, took_s in made) + 1e-6
    if written <= AHEAD_MAX_S * PACE_BYTES_PER_S:
        assert slept == 0
