"""Resale, where stories do not reach: roles, repeats, what an ask takes over from the provider's, and odd micros."""

from typing import Any, TypeVar

from msgspec.structs import replace

from exchange.core.leases.pieces import shape_of, total
from exchange.core.previewing import preview
from exchange.language.commands import CancelLease, Deposit, OpenAccount, PlaceAsk, PlaceBid, ReleaseLease
from exchange.language.events import AskChanged, AskPlaced, Traded, Transferred
from exchange.language.events_money import PartResold, PartReturned
from exchange.language.hits import Group, Hits
from exchange.language.rejects import Code
from exchange.language.units import HOUR_S, MICROS_PER_CNY
from tests.core.world import BUYER, World, ask, at, bid, milli, wish

T = TypeVar("T")


def people() -> World:
    """A lease of 8 chips for 4 h, of `bea`, who is a buyer and nothing else; `bob` is one more."""
    world = World()
    for name in ("bea", "bob"):
        world.do(OpenAccount(account_id=name, roles=("buyer",), owner_group=name))
        world.do(Deposit(account_id=name, amount_micros=10_000 * MICROS_PER_CNY))
    world.do(ask("14", end=4, lot_milli=1, site="hall-2", tags=("roce",), pue_milli=1200, green_bp=5000))
    world.do(by("bea", bid(wish("14", hours=4, latest=0))))
    return world


def by(name: str, order: PlaceBid) -> PlaceBid:
    return replace(order, account_id=name)


def resale(chips: str, start: int = 0, end: int = 4, price: str = "15", lease: int = 1, **terms: Any) -> PlaceAsk:
    return ask(price, chips, start, end, by=terms.pop("by", "bea"), lease_id=lease, **terms)


def event(world: World, kind: type[T]) -> T:
    """The one event of a kind that the last command made."""
    (found,) = (each for each in world.events if isinstance(each, kind))
    return found


def test_who_only_buys_resells_and_has_no_other_chips_to_offer() -> None:
    world = people()
    refused = world.attempt(ask("15", by="bea")).reject
    assert refused is not None
    assert refused.code is Code.ROLE_MISSING
    world.do(resale("4"))
    provider = world.attempt(resale("4", by="p")).reject
    assert provider is not None
    assert (provider.code, provider.param) == (Code.ROLE_MISSING, "account_id")


def test_an_order_that_comes_again_is_answered_as_the_first_time() -> None:
    world = people()
    order = replace(resale("8"), client_order_id="once")
    first, _ = world.machine.apply(world.state.seq + 1, order)
    again, applied = world.machine.apply(world.state.seq + 1, order)
    assert first.reject is None
    assert (again.subject, again.repeated, applied.events) == (first.subject, True, ())
    other, _ = world.machine.apply(world.state.seq + 1, replace(order, lease_id=2))
    assert other.reject is not None
    assert other.reject.code is Code.CLIENT_ORDER_ID_REUSED


def test_a_resale_is_told_with_its_lease_without_a_bond_and_as_the_provider_stated_the_chips() -> None:
    world = people()
    world.do(resale("4"))
    placed = event(world, AskPlaced)
    assert (placed.lease_id, placed.bond_micros) == (1, 0)
    assert (placed.site, placed.tags, placed.pue_milli, placed.green_bp) == ("hall-2", ("roce",), 1200, 5000)
    refused = world.attempt(resale("4", site="hall-3")).reject
    assert refused is not None
    assert (refused.code, refused.param) == (Code.BAD_VALUE, "site")
    world.do(by("bob", bid(wish("15", hours=4, latest=0), chips="4")))
    traded = event(world, Traded)
    assert (traded.parent_id, traded.provider, traded.deliverer, traded.site) == (1, "bea", "p", "hall-2")


def test_the_part_that_is_resold_is_told_with_its_cost_under_every_contract() -> None:
    world = people()
    world.do(resale("4"))
    world.do(by("bob", bid(wish("15", hours=2, earliest=1, latest=1), chips="3")))
    kinds = [type(each) for each in world.events]
    assert kinds.index(PartResold) < kinds.index(Traded)
    told = event(world, PartResold)
    assert told.shape == ((at(0), at(1), milli("8")), (at(1), at(3), milli("5")), (at(3), at(4), milli("8")))
    assert told.links == ((1, 84 * MICROS_PER_CNY), (2, 90 * MICROS_PER_CNY))


def test_a_part_made_of_several_pieces_costs_its_price_to_the_micro() -> None:
    world = people()
    world.do(resale("8", price="14.99", lot_milli=1))
    for chips in ("0.001", "2.333", "0.007"):
        world.do(by("bob", bid(wish("14.99", hours=3, earliest=1, latest=1), chips=chips, least="0.001")))
        world.do(ReleaseLease(account_id="bob", lease_id=len(world.state.lease_parties)))
        assert event(world, PartReturned).lease_id == 1
    assert shape_of(world.state.leases[1].pieces) == ((at(0), at(4), milli("8")),)
    assert len(world.state.leases[1].pieces) == 4
    world.do(by("bob", bid(wish("14.99", hours=2, earliest=2, latest=2), chips="7.999", least="0.001")))
    part = world.state.leases[5]
    assert len(part.pieces) == 4
    assert total(part.pieces).costs_micros[-1] == part.cost_micros == 239_810_020
    assert sum(each.costs_micros[0] for each in part.pieces) == event(world, PartResold).links[0][1] == 223_972_000


def test_a_lease_is_resold_by_whoever_has_it_now() -> None:
    world = people()
    world.do(resale("8"))
    world.do(by("bob", bid(wish("15", hours=4, latest=0))))
    refused = world.attempt(resale("8")).reject
    assert refused is not None
    assert refused.code is Code.QUANTITY_NOT_OWNED
    world.do(resale("8", lease=2, by="bob", price="16", min_duration_s=HOUR_S))
    world.do(by(BUYER, bid(wish("16", hours=1, earliest=3, latest=3))))
    assert event(world, Traded).parent_id == 2
    assert world.state.leases[3].chain == (1, 2, 3)


def test_cancelling_a_part_hits_all_whom_it_moves_money_of_and_the_offers_of_it() -> None:
    world = people()
    world.do(resale("4"))
    world.do(by("bob", bid(wish("15", hours=4, latest=0), chips="4")))
    world.do(resale("2", by="bob", lease=2))
    cancel = CancelLease(operator_id="venue", lease_id=2, reason="fire")
    assert preview(world.state, cancel) == Hits(
        markets=Group(1, ("hz/h800",)),
        accounts=Group(3, ("bob", "bea", "p")),
        orders=Group(1, ("ask-3",), 2_000),
        leases=Group(1, ("lease-2",), 4_000),
    )
    world.do(cancel)
    assert [each.ask_id for each in world.events if isinstance(each, AskChanged) and each.state == "canceled"] == [3]
    moved = [each for each in world.events if isinstance(each, Transferred)]
    assert {each.credit for each in moved} == {"bob/available", "bea/available"}
