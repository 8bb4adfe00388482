"""Depth that is counted when much has changed, asked or not, is that which is counted when somebody looks."""

import pytest

from exchange.core.state_machine import StateMachine
from exchange.language.views import BookView
from exchange.projections import depth
from exchange.projections.views import Views
from exchange.runtime.seeds import default_seeds_dir, load_seeds
from loadtests.bench.core import PLACES
from loadtests.bench.day import Day

DEEP = 10_000


def test_counting_unasked_leads_to_the_same_books(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day(7, load_seeds(default_seeds_dir()), PLACES)
    day.rest(200)
    for _ in day.go_on(600):
        pass
    machine = StateMachine()
    applied = [machine.apply(seq, command)[1] for seq, command in enumerate(day.commands, start=1)]

    def books(noted_max: int) -> dict[tuple[str, str, int], BookView]:
        monkeypatch.setattr(depth, "NOTED_MAX", noted_max)
        views = Views()
        for each in applied:
            views.fold(each)
        places = [(*market, tenor_s) for market in views.markets() for tenor_s in views.catalog().tenors_s]
        return {place: views.book(*place, DEEP) for place in places}

    late, soon = books(len(applied)), books(2)
    assert soon == late
    assert sum(len(book.bids) for book in late.values()) > 20
    assert sum(len(book.asks) for book in late.values()) > 20
