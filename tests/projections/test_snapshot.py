"""The views as bytes and back: whatever can be read is there again, and they fold on as if nothing had happened."""

from itertools import product
from typing import Any

import pytest
from msgspec import msgpack

from exchange.language.commands import AdvanceTime, PlaceBid
from exchange.language.events import ChipDefined
from exchange.language.snapshots import SnapshotBroken
from exchange.language.units import DAY_S, HOUR_S
from exchange.language.views import LeaseView
from exchange.projections.leases import STATES
from exchange.projections.snapshot import SECTIONS, load, save
from exchange.projections.views import Views
from tests.bare import bare
from tests.projections.told import Told, chip, programme
from tests.properties.test_snapshots import readings
from tests.rich import KEPT, LATER_S, Rich

# Of what is remembered to save time: what purses have come up, and when which ask has to be counted again.
MADE_AGAIN = ("_owners", "counted", "shrinking", "_in_state")


@pytest.fixture(scope="module")
def rich() -> Rich:
    return Rich()


@pytest.fixture(scope="module")
def parts(rich: Rich) -> list[bytes]:
    return list(save(rich.views))


def test_there_is_something_of_everything(rich: Rich) -> None:
    """Or else the other tests prove little."""
    views = rich.views
    for room in (
        "accounts",
        "orders",
        "leases",
        "contests",
        "programmes",
        "supervision",
        "tape",
        "candles",
        "depth",
        "curbs",
        "audit",
    ):
        held = vars(getattr(views, f"_{room}"))
        assert [
            name
            for name, value in held.items()
            if not value
            and name not in ("_recent", "_told_s", "_watched", "worded_at", "_changed", "_counted")
            and name not in ("_bids_done", "_asks_done", "_done", "_ended")
        ] == []
    assert views._programmes.kpis.years
    assert {contest.ruled_s is None for contest in views.contests(None, 9)} == {True, False}


def test_loaded_views_are_those_that_were_saved(rich: Rich, parts: list[bytes]) -> None:
    loaded = load(iter(parts))
    assert list(save(loaded)) == parts
    assert bare(loaded, MADE_AGAIN) == bare(rich.views, MADE_AGAIN)
    assert list(readings(loaded)) == list(readings(rich.views))


def test_loaded_orders_and_leases_are_found_by_state(rich: Rich, parts: list[bytes]) -> None:
    loaded, met = load(iter(parts)), set()
    for account in rich.views.accounts():
        for listing in ("bids", "asks", "leases"):
            for state in (*STATES, "resting", "filled", "canceled", "expired"):
                found = getattr(loaded, listing)(account.account_id, state, None, 500)
                assert found == getattr(rich.views, listing)(account.account_id, state, None, 500)
                met |= {(listing, each.state) for each in found}
    assert len(met) > 6


def test_whether_a_lease_stands_somewhere_is_known_without_a_look_at_it() -> None:
    """While leases run, when some are over, and when all are."""
    rich, found = Rich(), set()
    for hours in (0, 1, 4):
        _, applied = rich.machine.apply(rich.machine.state.seq + 1, AdvanceTime(to_s=LATER_S + hours * HOUR_S + 1))
        rich.views.fold(applied)
        for views in (rich.views, load(save(rich.views))):
            leases = views._leases
            faces = [leases.face(number) for number in leases.numbers(None, None)]
            markets = (None, ("nowhere", "t4"), *dict.fromkeys((face.region, face.chip) for face in faces))
            for face, state, market in product(faces, (None, *STATES), markets):
                real = state in (None, face.state) and market in (None, (face.region, face.chip))
                assert leases.stands(face.lease_id, state, market) is real
                found.add((face.lease_id in leases.records, real))
    assert len(found) == 4


def test_views_of_nothing_are_saved_too() -> None:
    assert bare(load(save(Views()))) == bare(Views())


def test_loaded_views_fold_on(parts: list[bytes]) -> None:
    """A day later orders and leases have ended, a year has begun; then a bid comes."""
    rich, loaded = Rich(), load(iter(parts))
    wish = rich.views.bid(KEPT)
    assert wish is not None
    later = wish.alternatives[0]
    order = PlaceBid(account_id="dot", client_order_id="late", quantity_milli=1000, alternatives=(later,))
    for command in (AdvanceTime(to_s=LATER_S + HOUR_S), order, AdvanceTime(to_s=LATER_S + DAY_S)):
        _, applied = rich.machine.apply(rich.machine.state.seq + 1, command)
        assert loaded.fold(applied) == rich.views.fold(applied)
    assert list(save(loaded)) == list(save(rich.views))
    assert bare(loaded, MADE_AGAIN) == bare(rich.views, MADE_AGAIN)
    assert list(readings(loaded)) == list(readings(rich.views))


def test_a_lease_goes_on_gathering_periods(parts: list[bytes]) -> None:
    views = load(iter(parts))
    lease = views.lease(1)
    assert isinstance(lease, LeaseView)
    assert views._leases.records[1].periods == list(lease.periods) != []
    assert all(mine is its for mine, its in zip(views._leases.records[1].periods, lease.periods, strict=True))


def test_sums_beyond_64_bits_come_back() -> None:
    """A year's subsidised chips × seconds, and what a day's sales were worth."""
    told = Told(("ann", "acme"), ("hz", "core"))
    told.define(programme("wx"))
    told.happen(ChipDefined(**{**_fields(chip("h800")), "du_milli": 2_560}))
    told.trade("ann", "hz", hours=(0, 4320), chips=100_000, programme="wx", price=9_000)
    for year in told.views._programmes.kpis.years.values():
        year.domestic_chips_s = year.chips_s = year.chips_s * 10_000
    loaded = load(save(told.views))
    assert bare(loaded, MADE_AGAIN) == bare(told.views, MADE_AGAIN)
    assert [year.chips_s > 2**63 for year in loaded._programmes.kpis.years.values()] == [True]
    assert loaded._index.grades["high"].worth > 2**64
    assert loaded.indices() == told.views.indices()


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_each_section_is_there_once_and_in_order(parts: list[bytes]) -> None:
    """So the layout, which is made of the same list, leaves none out."""
    assert [msgpack.decode(part[4:])[3] for part in parts] == [section.name for section in SECTIONS]


def test_damage_is_named(parts: list[bytes]) -> None:
    for place, part in enumerate(parts):
        with pytest.raises(SnapshotBroken, match=rf"^Part {place} of the views in the snapshot is damaged"):
            load(iter([*parts[:place], part[:-3], *parts[place + 1 :]]))
        with pytest.raises(SnapshotBroken, match=rf"^Part {place} of the views in the snapshot is missing"):
            load(iter(parts[:place]))
