"""Pages of what an account has, and of trades: as a plain walk finds them, without the walk."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exchange.language.views import TradeView
from exchange.projections.shelves import Shelves, newest
from exchange.projections.views import Views
from tests.projections.told import H800, Told

STATES = ("resting", "filled", "expired")
MANY = 2_000


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.integers(0, 40), st.sampled_from(STATES))),
    st.sampled_from("abc"),
    st.sampled_from((None, *STATES)),
    st.none() | st.integers(0, 130),
    st.integers(0, 9),
)
def test_a_page_is_that_of_a_plain_walk(
    acts: list[tuple[str, int, int, str]], who: str, state: str | None, before: int | None, limit: int
) -> None:
    """An account gets one more, or the state of one that it has changes; numbers ascend, with gaps."""
    shelves, plain, last = Shelves(), dict[tuple[str, int], str](), 0
    for account, step, place, after in acts:
        own = [number for owner, number in plain if owner == account]
        if place < len(own):
            shelves.move(account, own[place], plain[account, own[place]], after)
            plain[account, own[place]] = after
        else:
            last += step
            shelves.add(account, last, after)
            plain[account, last] = after
    walked = [
        number
        for (owner, number), stands in reversed(plain.items())
        if owner == who and state in (None, stands) and (before is None or number < before)
    ]
    assert list(shelves.newest(who, state, before, limit)) == walked[:limit]


@given(st.lists(st.integers(1, 99), unique=True).map(sorted), st.none() | st.integers(0, 100), st.integers(0, 9))
def test_newest_of_any_numbers(numbers: list[int], before: int | None, limit: int) -> None:
    walked = [number for number in reversed(numbers) if before is None or number < before]
    assert list(newest(numbers, before, limit)) == walked[:limit]


class Looked(dict[int, Any]):
    """Counts how often something is looked up."""

    looks = 0

    def __getitem__(self, number: int) -> Any:
        self.looks += 1
        return super().__getitem__(number)


def test_whoever_asks_for_a_few_of_many_has_few_looked_at() -> None:
    """However far down they are, and however few are in the state that is asked for."""
    views = Views()
    orders: Any = views._orders
    reads: Any = views
    bids = orders.bids = Looked({number: number for number in range(1, MANY + 1)})
    for number in bids:
        orders.bids_of.add("ann", number, "expired" if number in (3, 5) else "filled")
    assert reads.bids("ann", "expired", None, 1) == [5]
    assert reads.bids("ann", "expired", 5, 9) == [3]
    assert reads.bids("ann", "expired", 3, 9) == reads.bids("ann", "resting", None, 9) == []
    assert reads.bids("ann", None, 3, 1) == [2]
    assert bids.looks == 3


def test_trades_of_long_ago_are_found_without_a_walk() -> None:
    looks = 0

    class Trade(TradeView, frozen=True):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looks
            looks += name == "trade_id"
            return super().__getattribute__(name)

    told = Told(("ann", "acme"), ("hz", "core"))
    told.trade("ann", "hz")
    (market,) = told.views._tape.trades
    (one,) = told.views._tape.trades[market]
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    told.views._tape.trades[market] = [Trade(**fields | {"trade_id": 2 * number}) for number in range(1, MANY)]
    for before in (None, 0, 1, 2, 3, 7, MANY, 2 * MANY, 10**12):
        found = told.views.trades(*market, before, 3)
        top = MANY - 1 if before is None else min((max(before, 1) - 1) // 2, MANY - 1)
        assert [trade.trade_id for trade in found] == [2 * number for number in range(top, max(top - 3, 0), -1)]
    assert market[1] == H800
    assert looks < 200
