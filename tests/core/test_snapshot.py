"""The state as bytes and back: nothing is lost, a loaded state goes on the same, and damage is called by its name."""

import gc
import zlib
from collections.abc import Callable

import pytest
from msgspec import msgpack
from msgspec.structs import replace

from exchange.core.conservation import audit
from exchange.core.digest import digest
from exchange.core.snapshot import SECTIONS, load, save
from exchange.core.state import State
from exchange.core.state_machine import StateMachine
from exchange.language.commands import AdvanceTime
from exchange.language.sections import Part
from exchange.language.snapshots import SnapshotBroken
from exchange.language.units import DAY_S
from tests.bare import bare
from tests.rich import KEPT, LATER_S, LOST, Rich

MADE_AGAIN = ("wordings",)  # a memory of what programmes say, filled as the need arises


@pytest.fixture(scope="module")
def rich() -> Rich:
    return Rich()


@pytest.fixture(scope="module")
def parts(rich: Rich) -> list[bytes]:
    return list(save(rich.machine.state))


def test_there_is_something_of_everything(rich: Rich) -> None:
    """Or else the other tests prove little."""
    state = rich.machine.state
    empty = [name for name, value in vars(state).items() if not name.startswith("touched") and not value]
    assert empty == ["events"]
    assert state.ledger.count
    assert {lease.state for lease in state.leases.values()} == {"scheduled", "running"}
    assert max(len(lease.chain) for lease in state.leases.values()) == 4
    assert any(closed.contested for lease in state.leases.values() for closed in lease.contestable.values())
    assert state.bids[KEPT].priority < state.bids[LOST].priority - 1
    assert any(0 < bid.leaves_milli < bid.quantity_milli for bid in state.bids.values())
    assert any(len(ask.free.segments(0)) > 2 for ask in state.asks.values())
    assert all(len(market.asks) + len(market.bids) for market in state.markets.values())


def test_a_loaded_state_is_the_one_that_was_saved(rich: Rich, parts: list[bytes]) -> None:
    loaded = load(iter(parts))
    assert bare(loaded, MADE_AGAIN) == bare(rich.machine.state, MADE_AGAIN)
    assert digest(loaded) == digest(rich.machine.state)
    assert audit(loaded) == []
    assert list(save(loaded)) == parts


def test_a_state_without_anything_is_saved_too() -> None:
    assert bare(load(save(State()))) == bare(State())


def test_stale_appointments_come_back(rich: Rich, parts: list[bytes]) -> None:
    """The clock stops at each of them, so what it tells depends on them."""
    machine, other = Rich().machine, StateMachine()
    other.state = load(iter(parts))
    assert any(number not in machine.state.bids for _, kind, number, _ in machine.state.agenda.all() if kind == 2)
    later = AdvanceTime(to_s=LATER_S + DAY_S)
    seq = machine.state.seq + 1
    assert other.apply(seq, later) == machine.apply(seq, later)


def test_each_section_is_there_once_and_in_order(parts: list[bytes]) -> None:
    """So the layout, which is made of the same list, leaves none out."""
    assert [_name(part) for part in parts] == [section.name for section in SECTIONS]


def _name(part: bytes) -> str:
    return str(msgpack.decode(part[4:])[3])


def test_a_snapshot_takes_its_own_parts_and_no_more(parts: list[bytes]) -> None:
    following = iter([*parts, b"the next"])
    load(following)
    assert list(following) == [b"the next"]


Damage = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda parts: parts[:-1], r"^Part \d+ of the state in the snapshot is missing; agenda should be in it\.$"),
        (lambda parts: [], r"^Part 0 of the state in the snapshot is missing; head should be in it\.$"),
        (lambda parts: [*parts[:8], *parts[9:]], r"^Part 8 .* should have bids of seq \d+, but is part 9 .* asks\.$"),
        (lambda parts: [*parts[:3], parts[4], parts[3], *parts[5:]], r"^Part 3 .* should have participants"),
        (lambda parts: [parts[0][:-1], *parts[1:]], r"^Part 0 of the state .* is damaged: its checksum is another\.$"),
        (lambda parts: [parts[0], b"", *parts[2:]], r"^Part 1 of the state .* is damaged"),
        (lambda parts: [parts[0], b"\0" * 4, *parts[2:]], r"^Part 1 of the state .* is no part"),
        (lambda parts: [_flipped(parts[0], 40), *parts[1:]], r"^Part 0 of the state .* is damaged"),
        (lambda parts: [_renamed(parts[0], section="moods"), *parts[1:]], r"should have head .*, with moods\.$"),
        (lambda parts: [_renamed(parts[0], stream="views"), *parts[1:]], r"should have head .*, but is .* the views"),
        (lambda parts: [parts[0], _renamed(parts[1], seq=3), *parts[2:]], r"should have regions .* but is .* at seq 3"),
        (lambda parts: [_renamed(parts[0], body=b"?"), *parts[1:]], r"^Part 0 .* cannot be read as head"),
        (lambda parts: [_renamed(parts[0], body=zlib.compress(b"\x91\x01")), *parts[1:]], r"cannot be read as head"),
    ],
)
def test_damage_is_named(parts: list[bytes], damage: Damage, told: str) -> None:
    with pytest.raises(SnapshotBroken, match=told):
        load(iter(damage(list(parts))))


def test_no_byte_can_change_unseen(parts: list[bytes]) -> None:
    for place in range(0, len(parts[9]), 11):
        with pytest.raises(SnapshotBroken, match=r"^Part 9 of the state in the snapshot is damaged"):
            load(iter([*parts[:9], _flipped(parts[9], place), *parts[10:]]))


def _flipped(part: bytes, place: int) -> bytes:
    return part[:place] + bytes([part[place] ^ 4]) + part[place + 1 :]


def _renamed(part: bytes, **changes: object) -> bytes:
    """A part that says something else, and whose checksum says that this is right."""
    changed = msgpack.encode(replace(msgpack.decode(part[4:], type=Part), **changes))
    return zlib.crc32(changed).to_bytes(4, "big") + changed


def test_the_collector_rests_while_a_state_is_loaded(parts: list[bytes]) -> None:
    seen: list[bool] = []
    load(part for part in parts if seen.append(gc.isenabled()) is None)  # type: ignore[func-returns-value]
    assert seen == [False] * len(parts)
    assert gc.isenabled()
    with pytest.raises(SnapshotBroken):
        load(iter([]))
    assert gc.isenabled()
