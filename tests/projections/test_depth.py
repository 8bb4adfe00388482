"""Depth that is counted when much has changed, asked or not, is that which is counted when somebody looks."""

import pytest

from exchange.core.state_machine import StateMachine
from exchange.language.units import DAY_S, HOUR_S
from exchange.language.views import AskView, BookView, Level
from exchange.projections import depth
from exchange.projections.views import Views
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from loadtests.bench.core import PLACES
from loadtests.bench.day import Day

DEEP = 10_000
TENORS_S = (HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S)


def a_day(orders: int, commands: int) -> Day:
    day = Day(7, load_seeds(default_seeds_dir()), PLACES)
    day.rest(orders)
    for _ in day.go_on(commands):
        pass
    return day


def counted(ask: AskView, next_step_s: int) -> list[tuple[Level, ...]]:
    """What an ask that rests alone makes the books show, by tenor."""
    found = depth.Depth()
    found.tenors_s = TENORS_S
    found.ask(ask, next_step_s)
    return [found.top(ask.region, ask.chip, tenor_s, DEEP, next_step_s)[0] for tenor_s in TENORS_S]


def test_an_ask_that_is_free_throughout_counts_as_one_in_two_pieces_that_touch() -> None:
    machine, views, shown = StateMachine(), Views(), set[int]()
    for seq, command in enumerate(a_day(300, 0).commands, start=1):
        views.fold(machine.apply(seq, command)[1])
    asks = [view for number in machine.state.asks if (view := views.ask(number)) is not None]
    assert len(asks) > 200
    for number, ask in enumerate(asks):
        ((start_s, end_s, chips_milli),) = ask.free
        at_s = start_s + (end_s - start_s) * (number % 5) // 4  # from its beginning to its end
        middle_s = (start_s + end_s) // 2
        halves = ask.but(free=((start_s, middle_s, chips_milli), (middle_s, end_s, chips_milli)))
        found = counted(ask, at_s)
        assert found == counted(halves, at_s)
        shown.add(sum(map(bool, found)))
    assert len(shown) > 2, "they must be long and short"


def test_counting_unasked_leads_to_the_same_books(monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_day(200, 600)
    machine = StateMachine()
    applied = [machine.apply(seq, command)[1] for seq, command in enumerate(day.commands, start=1)]

    def books(noted_max: int) -> dict[tuple[str, str, int], BookView]:
        monkeypatch.setattr(depth, "NOTED_MAX", noted_max)
        monkeypatch.setattr(depth, "SOME", 1)
        views = Views()
        for each in applied:
            views.fold(each)
        places = [(*market, tenor_s) for market in views.markets() for tenor_s in views.catalog().tenors_s]
        return {place: views.book(*place, DEEP) for place in places}

    late, soon = books(len(applied)), books(2)
    assert soon == late
    assert sum(len(book.bids) for book in late.values()) > 20
    assert sum(len(book.asks) for book in late.values()) > 20
