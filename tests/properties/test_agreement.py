"""The fast market and the naive one agree, command by command, on everything that anybody can see.

A sequence is fifty small byte strings, each of which means one command; hypothesis makes them, and makes a failing
one small. The suite's sequences are the same each time; the soak's are new ones. Both fail when a rare case was not met
on the way, so that agreement never means that nothing happened.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exchange.core.books import ladder
from exchange.language.commands import Alternative, PlaceAsk, PlaceBid
from exchange.language.units import HOUR_S
from tests.properties.choices import BLOB_BYTES
from tests.properties.flavours import BOOKS, FLAVOURS, MUST_MEET
from tests.properties.twins import Twins
from tests.properties.world import MONDAY_S, Flavour, setup
from tests.reference import matcher
from tests.reference.market import Market
from tests.reference.records import Bid

COMMANDS = 50
SEQUENCES = {"books": 400, "days": 200, "leases": 250, "gangs": 250, "ladders": 150, "brakes": 400, "watches": 100}
SOAK_SEQUENCES = 3000  # of each flavour: 900,000 commands

SCRIPTS = st.lists(st.binary(min_size=BLOB_BYTES, max_size=BLOB_BYTES), min_size=COMMANDS, max_size=COMMANDS)
COMMON = settings(
    deadline=None,
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
    print_blob=True,
)


A_WISH = Alternative(region="hangzhou", chip="h800", duration_s=HOUR_S, latest_start_s=MONDAY_S, price_micros=1_000_000)
AN_ASK = PlaceAsk(
    account_id="cem",
    client_order_id="a",
    region="hangzhou",
    chip="h800",
    quantity_milli=1000,
    end_s=MONDAY_S + HOUR_S,
    price_micros=1_000_000,
)


def agree(flavour: Flavour, run_settings: settings, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Run generated sequences; what was met on the way, and how often."""
    met: Counter[str] = Counter()
    monkeypatch.setattr(ladder, "BLOCK_MAX", flavour.block_max)
    monkeypatch.setattr(ladder, "WASTE", flavour.waste)
    monkeypatch.setattr(ladder, "FEW", flavour.waste)

    @run_settings
    @given(SCRIPTS)
    def both(script: list[bytes]) -> None:
        twins = Twins(setup(flavour))
        twins.run(script, flavour)
        met.update(twins.naive.marks)
        met["sequences"] += 1

    both()
    return met


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_both_markets_agree(flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    run_settings = settings(COMMON, max_examples=SEQUENCES[flavour.name], derandomize=True)
    met = agree(flavour, run_settings, monkeypatch)
    assert met["sequences"] >= SEQUENCES[flavour.name]
    assert MUST_MEET[flavour.name] - met.keys() == set()


def test_a_difference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A naive market that pays no heed to limits disagrees about who gets a scarce ask."""
    monkeypatch.setattr(matcher, "limit", lambda bid, index: 0)
    twins = Twins(setup(BOOKS))
    for trader, price in (("ann", 1_000_000), ("ben", 2_000_000)):
        wishes = (replace(A_WISH, price_micros=price),)
        twins.apply(PlaceBid(account_id=trader, client_order_id="b", quantity_milli=1000, alternatives=wishes))
    with pytest.raises(AssertionError, match=r"(?s)trades differ.*TradeFace\(bid=2.*TradeFace\(bid=1.*PlaceAsk"):
        twins.apply(AN_ASK)


def test_a_crossed_book_is_seen() -> None:
    naive = Market()
    for command in setup(BOOKS):
        naive.apply(command)
    naive.apply(AN_ASK)
    bid = PlaceBid(account_id="ann", client_order_id="b", quantity_milli=1000, alternatives=(A_WISH,))
    naive.bids[1] = Bid(1, naive.seq, bid, "acme", 1000, [0])
    assert matcher.crossed(naive) == [f"bid 1, alternative 0, can be served by ask 1 at ({MONDAY_S}, 1000)"]


@pytest.mark.soak
@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_both_markets_agree_for_long(flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    met = agree(flavour, settings(COMMON, max_examples=SOAK_SEQUENCES, derandomize=False), monkeypatch)
    assert met["sequences"] >= SOAK_SEQUENCES
    assert MUST_MEET[flavour.name] - met.keys() == set()
