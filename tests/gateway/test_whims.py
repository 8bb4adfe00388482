"""The demo's buyers and its referee at a real edge: they resell, contest, release and rule as they are meant to."""

from random import Random

import pytest

from gateway import schema_money
from gateway.client.rest import Client
from gateway.demo.fate import Fate
from gateway.demo.provider import served_uch
from gateway.demo.referee import Referee
from gateway.demo.tally import Tally
from gateway.demo.whims import Whims
from tests.gateway.house import START_S, House, a_bid, an_ask, at

RESELL, CONTEST, RELEASE, NOTHING = 0, 40, 60, 70


class Mood(Random):
    """A chance that is no chance: the first draw of a turn decides what is done."""

    mood = NOTHING

    def randrange(self, *_: int) -> int:  # type: ignore[override]
        return self.mood

    def randint(self, a: int, b: int) -> int:
        return b


async def a_turn(house: House, alice: str, mood: int) -> tuple[Tally, schema_money.Lease]:
    """Alice's turn an hour and a quarter into a lease of eight hours; her tally and the lease after it."""
    hz = await house.account("hz", ["provider"])
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT8H"))
    await house.post("/v1/leases/lease-1/start", hz, {"access": {}})
    await house.advance("PT2H")
    await house.post("/v1/leases/lease-1/meter", hz, {"through": at(2), "delivered": "4", "used": "4"})
    await house.advance("PT15M")
    tally, draw = Tally(), Mood()
    draw.mood = mood
    async with Client(house.url, alice) as client:
        rules = (await client.catalog()).rules
        assert rules is not None
        await Whims("alice", client, "visit", draw, tally).follow(START_S + 8100, rules)
        return tally, await client.lease("lease-1")


async def test_a_buyer_resells_what_its_lease_ends_with(house: House) -> None:
    alice = await house.account("alice")
    tally, _ = await a_turn(house, alice, RESELL)
    (ask,) = (await house.get("/v1/asks", alice))["items"]
    assert (ask["lease_id"], ask["quantity"], ask["lot"], ask["price"]) == ("lease-1", "4", "4", "14.42")
    assert (ask["start"], ask["end"], ask["state"], tally.resales) == (at(3.25), at(9), "resting", 1)


async def test_a_buyer_contests_and_the_referee_rules(house: House) -> None:
    alice = await house.account("alice")
    tally, lease = await a_turn(house, alice, CONTEST)
    assert (lease.periods[0].state, tally.contested) == ("contested", 1)
    async with Client(house.url, house.operator) as client:
        referee = Referee(client, 1, tally)
        await referee.look()
        await referee.look()
        (contest,) = (await client.contests()).items
    assert contest.ruled_at is not None
    assert tally.ruled == 1, "once"


async def test_a_buyer_gives_a_lease_back(house: House) -> None:
    tally, lease = await a_turn(house, await house.account("alice"), RELEASE)
    assert (lease.until, tally.released) == (at(2.25), 1)


async def test_nearly_always_nothing_happens(house: House) -> None:
    alice = await house.account("alice")
    tally, lease = await a_turn(house, alice, NOTHING)
    assert tally == Tally()
    assert (lease.until, (await house.get("/v1/asks", alice))["items"]) == (lease.end, [])


@pytest.mark.parametrize(
    ("since", "until", "chip_hours"), [(1, 2, 4), (1, 3, 8), (2, 4, 6), (3, 7, 8), (0, 9, 16), (7, 9, 0)]
)
async def test_what_is_delivered_is_what_has_not_been_resold(
    house: House, since: int, until: int, chip_hours: int
) -> None:
    """Four chips for two hours, then two of them for four."""
    hz, alice, bob = await house.account("hz", ["provider"]), await house.account("alice"), await house.account("bob")
    await house.post("/v1/asks", hz, an_ask())
    await house.post("/v1/bids", alice, a_bid(duration="PT6H"))
    await house.call("DELETE", "/v1/asks/ask-1", hz)
    rest = an_ask("r", lease_id="lease-1", quantity="2", start=at(3), end=at(7))
    await house.post("/v1/asks", alice, rest)
    await house.post("/v1/bids", bob, a_bid(quantity="2", duration="PT4H", earliest_start=at(3), latest_start=at(3)))
    async with Client(house.url, alice) as client:
        lease = await client.lease("lease-1")
    hour = 3600
    assert served_uch(lease, Fate(), START_S + since * hour, START_S + until * hour) == chip_hours * 1_000_000
