"""Pages of what an account has, and of trades: as a plain walk finds them, without the walk."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.language.views import TradeView
from exchange.projections.audit import AuditLog
from exchange.projections.shelves import Files, Shelves, newest
from exchange.projections.views import Views
from tests.projections.told import H800, Told
from tests.store.pages import lease as a_lease

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


@given(
    st.lists(st.tuples(st.integers(0, 2), st.text("abcd", max_size=3))),
    st.lists(st.sampled_from("abcd"), max_size=2),
    st.none() | st.integers(0, 60),
)
def test_what_is_filed_is_found_as_by_a_plain_walk(
    things: list[tuple[int, str]], words: list[str], before: int | None
) -> None:
    """Numbers ascend, some are the same, and a thing may stand under a word twice."""
    files, plain, last = Files[tuple[int, str]](lambda thing: thing[0], lambda thing: thing[1]), [], 0
    for step, under in things:
        last += step
        files.add((last, under))
        plain.append((last, under))
    assert files.all == plain
    assert [files.count(word) for word in "abcd"] == [sum(word in under for _, under in plain) for word in "abcd"]
    walked = [
        thing
        for thing in reversed(plain)
        if all(word in thing[1] for word in words) and (before is None or thing[0] < before)
    ]
    assert list(files.newest(words, before)) == walked


class Looked(dict[int, Any]):
    """Counts how often something is looked up."""

    looks = 0

    def __getitem__(self, number: int) -> Any:
        self.looks += 1
        return super().__getitem__(number)

    def get(self, number: int, default: Any = None) -> Any:
        self.looks += 1
        return super().get(number, default)


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


@pytest.mark.parametrize("market", [None, ("wuhu", "t4")])
def test_leases_that_ended_as_few_do_are_found_without_a_walk(market: tuple[str, str] | None) -> None:
    views = Views()
    leases: Any = views._leases
    for number in range(1, MANY + 1):
        rare = number in (3, 5)
        place = {"region": "wuhu", "chip": "t4"} if rare or number == 9 else {}
        leases.keep(a_lease(number, state="defaulted" if rare else "ended", **place))
    leases.put_away()
    over = leases.over = Looked({number: leases.over[number] for number in range(1, MANY + 1)})
    assert [lease.lease_id for lease in views.all_leases("defaulted", market, None, None, 9)] == [5, 3]
    assert [lease.lease_id for lease in views.all_leases("defaulted", market, None, 5, 9)] == [3]
    assert views.all_leases("released", market, None, None, 9) == []
    assert [lease.lease_id for lease in views.all_leases(None, ("wuhu", "t4"), None, None, 2)] == [9, 5]
    assert [lease.lease_id for lease in views.all_leases(None, ("wuhu", "t4"), "alice", None, 2)] == [9, 5]
    assert 0 < over.looks < 20


def test_what_operators_rarely_do_is_found_without_a_walk() -> None:
    """Of one who does much, by what is rarely done, and by whom it was done to."""
    log, looks = AuditLog(), 0

    class Acted:
        def __init__(self, action: str, about: str) -> None:
            self._action, self.operator_id, self.account_id = action, "op", about

        @property
        def action(self) -> str:
            nonlocal looks
            looks += 1
            return self._action

    for number in range(1, MANY + 1):
        rare: Any = Acted("block", "ann") if number in (3, 5) else Acted("deposit", "")
        log.acted(rare, 2 * number, 0)
    looks = 0
    assert [entry.seq for entry in log.newest("block", "op", None, 9)] == [10, 6]
    assert [entry.seq for entry in log.newest("block", None, 10, 9)] == [6]
    assert [entry.seq for entry in log.newest(None, "ann", None, 1)] == [10]
    assert [entry.seq for entry in log.newest("deposit", None, 2 * MANY, 1)] == [2 * MANY - 2]
    assert log.newest("halt", "op", None, 9) == []
    assert looks < 20


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
