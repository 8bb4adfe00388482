"""One side of one market in order of price, then age, with sieves that hold back what cannot serve.

A ladder is a list of blocks of up to BLOCK_MAX orders. Each block has a sieve: bitmaps, a bit for each of its orders,
that tell in a handful of operations which of them may serve a probe, whatever it asks for (how long, how many chips,
from when to when, in what lots, on what terms). A walk looks at those alone, one after the other.

A sieve is never too strict: it holds an order back only when that certainly cannot serve. Orders that are new or can
offer more than they could are fresh: they are looked at as if they had passed, until walks have done so in vain often
enough, or there are many; then they are put into the sieve as they are. Orders that can offer less stay in it as they
were, until a walk has looked at one in vain; then they count as fresh. Of a ladder that is filled at once all orders
are fresh: `sift` puts them into sieves, a block at a time, so that no walk has to do it for all of them, nor an order
that comes to them.

To add or remove an order takes O(log n) comparisons and a move within a block; to find the first that serves, a few
operations on integers of BLOCK_MAX bits for each block before it, and a look at each order that passes. The first of
all is found at once. Nothing may be added or removed while a walk is under way.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any, Generic, Protocol, Self, TypeVar

from exchange.core.books.bitmaps import Bitmap, bitmap_of, bits_of
from exchange.language.units import DAY_S, Seconds

BLOCK_MAX = 1024
SLOTS = 2 * BLOCK_MAX  # bits before those of orders that have left are used again
FRESH_MAX = 64
WASTE = 16  # how many fresh orders walks look at in vain before sifting pays
FEW = 64  # passing orders that are found faster one by one than in order
OLD_S = DAY_S  # time alone may have made an order less than its sieve thinks: after so long, look again

Key = int  # an order's place among all: its price in the high bits, its age in the AGE_BITS low ones
AGE_BITS = 64

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Sieve(Protocol[T_contra]):
    """Which of several orders may serve."""

    def put(self, item: T_contra, bit: Bitmap, now_s: Seconds) -> None:
        """Count in what an order can offer from now on, under a bit of its own."""
        ...

    def pass_on(self, probe: Any) -> Bitmap:
        """The orders that may serve; all others certainly cannot."""
        ...

    def keep(self, kept: Bitmap) -> None:
        """Forget all other orders."""
        ...

    def copy(self) -> Self: ...


S = TypeVar("S", bound=Sieve[Any])


class Block(Generic[T, S]):
    """Neighbouring orders. Those in the sieve have a slot, the number of their bit; `live` are the slots in use."""

    __slots__ = (
        "fresh",
        "keys",
        "live",
        "loaded",
        "loose",
        "named",
        "orders",
        "sieve",
        "since_s",
        "slots",
        "vacant",
        "wasted",
    )

    def __init__(self, sieve: S) -> None:
        self.keys: list[Key] = []
        self.orders: dict[Key, T] = {}
        self.fresh: dict[Key, None] = {}
        self.loose: dict[Key, None] = {}  # those that can offer less than the sieve thinks
        self.sieve = sieve
        self.slots: dict[Key, int] = {}
        self.live: Bitmap = 0
        self.named: list[Key] = []  # by slot
        self.since_s: list[Seconds] = []  # by slot: when it was put in
        self.vacant: list[int] = []
        self.wasted = 0  # fresh orders looked at in vain since there were none
        self.loaded = False  # whether it was filled at once and is still to be sifted

    def in_order(self, passed: Bitmap, begin: Key | None) -> Iterable[Key]:
        """The orders that passed, and the fresh ones, in order, from a key on; a few besides may stand before it."""
        if passed.bit_count() + len(self.fresh) <= FEW:
            return sorted((*(self.named[slot] for slot in bits_of(passed)), *self.fresh))
        keys = self.keys if begin is None or begin <= self.keys[0] else self.keys[bisect_left(self.keys, begin) :]
        slots, marks = self.slots, passed.to_bytes(SLOTS // 8, "little")  # mostly one of the first is taken
        return (key for key in keys if (slot := slots.get(key)) is None or marks[slot >> 3] >> (slot & 7) & 1)

    def refresh(self, key: Key) -> None:
        """An order is not what the sieve thinks any more."""
        slot = self.slots.pop(key, None)
        if slot is not None:
            self.live ^= 1 << slot
            self.fresh[key] = None
            self.loose.pop(key, None)

    def note_vain(self, key: Key, now_s: Seconds) -> None:
        """An order was looked at in vain: not again, if the sieve could know better."""
        slot = self.slots.get(key)
        if slot is not None and (key in self.loose or self.since_s[slot] + OLD_S <= now_s):
            self.refresh(key)

    def sift(self, now_s: Seconds) -> None:
        """Put fresh orders into the sieve."""
        if len(self.fresh) > SLOTS - len(self.named) + len(self.vacant):
            self.vacate()
        for key in self.fresh:
            if self.vacant:
                slot = self.vacant.pop()
                self.named[slot], self.since_s[slot] = key, now_s
            else:
                slot = len(self.named)
                self.named.append(key)
                self.since_s.append(now_s)
            self.slots[key] = slot
            self.live |= 1 << slot
            self.sieve.put(self.orders[key], 1 << slot, now_s)
        self.fresh.clear()
        self.wasted = 0
        self.loaded = False

    def vacate(self) -> None:
        """Make the slots of orders that have left or changed free for others."""
        self.sieve.keep(self.live)
        self.vacant = bits_of(~self.live & (1 << len(self.named)) - 1)

    def note_waste(self, now_s: Seconds) -> None:
        """The fresh orders were looked at in vain."""
        self.wasted += len(self.fresh)
        if self.wasted >= WASTE:
            self.sift(now_s)

    def upper_half(self) -> "Block[T, S]":
        """The later half of the orders, which leave this block."""
        other = Block[T, S](self.sieve.copy())
        other.loaded = self.loaded
        half = len(self.keys) // 2
        other.keys, self.keys = self.keys[half:], self.keys[:half]
        for key in other.keys:
            other.orders[key] = self.orders.pop(key)
            if key in self.slots:
                other.slots[key] = self.slots.pop(key)
            for ours, theirs in ((self.fresh, other.fresh), (self.loose, other.loose)):
                if key in ours:
                    theirs[key] = ours.pop(key)
        other.named, other.since_s = list(self.named), list(self.since_s)
        for block in (self, other):
            block.live = bitmap_of(block.slots.values())
            block.vacate()
        return other


class Ladder(Generic[T, S]):
    """Orders by key. `new_sieve` makes a sieve without orders."""

    __slots__ = ("_begins", "_blocks", "_new_sieve", "now_s")

    def __init__(self, new_sieve: Callable[[], S]) -> None:
        self._new_sieve = new_sieve
        self._blocks: list[Block[T, S]] = []
        self._begins: list[Key] = []  # of each block: no order in it or behind it has a lower key, none before a higher
        self.now_s: Seconds = 0  # as of when sieves are filled; the owner moves it, as time goes on

    def __len__(self) -> int:
        return sum(len(block.keys) for block in self._blocks)

    def first(self, limit: Key) -> T | None:
        """The first order, if its key is below `limit`."""
        if not self._blocks:
            return None
        block = self._blocks[0]
        key = block.keys[0]
        return block.orders[key] if key < limit else None

    def add(self, key: Key, item: T) -> None:
        """Put an order in its place."""
        if not self._blocks:
            self._blocks.append(Block(self._new_sieve()))
            self._begins.append(key)
        b = bisect_right(self._begins, key) - 1
        if b < 0:
            self._begins[0] = key
            b = 0
        block = self._blocks[b]
        insort(block.keys, key)
        block.orders[key] = item
        block.fresh[key] = None
        if len(block.fresh) > FRESH_MAX and not block.loaded:
            block.sift(self.now_s)
        if len(block.keys) > BLOCK_MAX:
            self._blocks.insert(b + 1, block.upper_half())
            self._begins.insert(b + 1, self._blocks[b + 1].keys[0])

    def fill(self, orders: list[tuple[Key, T]]) -> None:
        """Put many orders into a ladder that has none, with room in each block for more."""
        assert not self._blocks
        orders.sort(key=itemgetter(0))
        size = BLOCK_MAX - BLOCK_MAX // 4
        for start in range(0, len(orders), size):
            block = Block[T, S](self._new_sieve())
            block.orders = dict(orders[start : start + size])
            block.keys = list(block.orders)
            block.fresh = dict.fromkeys(block.keys)
            block.loaded = len(block.keys) > FRESH_MAX
            self._blocks.append(block)
            self._begins.append(block.keys[0])

    def remove(self, key: Key) -> T:
        """Take an order out."""
        b = bisect_right(self._begins, key) - 1
        block = self._blocks[b]
        block.refresh(key)
        del block.fresh[key]
        del block.keys[bisect_left(block.keys, key)]
        item = block.orders.pop(key)
        if len(block.keys) <= BLOCK_MAX // 8:
            self._melt(b)
        return item

    def lost(self, key: Key) -> None:
        """An order can offer less than before."""
        block = self._blocks[bisect_right(self._begins, key) - 1]
        if key in block.slots:
            block.loose[key] = None

    def gained(self, key: Key) -> None:
        """An order can offer more than before, or something else."""
        self._blocks[bisect_right(self._begins, key) - 1].refresh(key)

    def walk(self, probe: Any, limit: Key, place: Key | None = None) -> Iterator[T]:
        """Orders that sieves let pass, from the key `place` on up to `limit`, in order."""
        b = 0 if place is None else max(bisect_right(self._begins, place) - 1, 0)
        for block in self._blocks[b:] if b else self._blocks:
            if block.keys[0] >= limit:
                return
            if len(block.fresh) > FRESH_MAX:
                block.sift(self.now_s)
            passed = block.sieve.pass_on(probe) & block.live
            if not passed and not block.fresh:
                continue
            for key in block.in_order(passed, place):
                if key >= limit:
                    return
                if place is None or key >= place:
                    yield block.orders[key]
                    block.note_vain(key, self.now_s)
            if block.fresh:
                block.note_waste(self.now_s)

    def sift(self) -> Iterator[None]:
        """Put what is fresh into sieves where it is much, a block at each step; between them the ladder may change."""
        for block in tuple(self._blocks):
            block.loaded = False
            if len(block.fresh) > FRESH_MAX:
                block.sift(self.now_s)
                yield

    def items(self) -> Iterator[T]:
        """All orders, in order."""
        for block in self._blocks:
            for key in block.keys:
                yield block.orders[key]

    def check(self) -> None:
        """Prove order and shape."""
        keys = [key for block in self._blocks for key in block.keys]
        assert all(a < b for a, b in pairwise(keys))
        assert all(a < b for a, b in pairwise(self._begins))
        for block, begin in zip(self._blocks, self._begins, strict=True):
            assert block.keys
            assert begin <= block.keys[0]
            assert sorted(block.orders) == block.keys
            assert sorted((*block.slots, *block.fresh)) == block.keys
            assert all(key in block.slots for key in block.loose)
            assert block.live == bitmap_of(block.slots.values())
            assert all(block.named[slot] == key for key, slot in block.slots.items())
            assert not block.live & bitmap_of(block.vacant)
            assert len(block.named) == len(block.since_s) <= SLOTS
        for block, begin in zip(self._blocks, self._begins[1:], strict=False):
            assert block.keys[-1] < begin

    def _melt(self, b: int) -> None:
        """Let a thin block go, its orders to the one before it if there is room."""
        block = self._blocks[b]
        if block.keys:
            if b == 0 or len(self._blocks[b - 1].keys) > BLOCK_MAX // 2:
                return
            other = self._blocks[b - 1]
            other.keys += block.keys
            other.orders.update(block.orders)
            other.fresh.update(dict.fromkeys(block.keys))
        del self._blocks[b], self._begins[b]
