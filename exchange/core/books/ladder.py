"""One side of one market in order of price, then age, with bounds that say which stretches of it cannot serve.

A ladder is a list of blocks of runs; a run is at most RUN_MAX orders of one price, oldest first, and each price knows
its runs. Every run and block carries a bound: for each thing that a probe asks for (how long, how many chips, from when
to when, in what lots, on what terms) the best that any order in it could offer. A walk passes over whatever a bound
rules out, so a probe that nothing can serve looks at bounds and hardly at orders.

Bounds are promises that may be too generous and are never too strict, and a block promises all that its runs do. Adding
an order widens them at once. What an order loses (a lease carved out of it, its removal, the passing of time) leaves
them as they are: they are drawn tight when walks have gone through a run or block in vain often enough, so that the
next are spared the work that these have wasted.

To add a youngest order to a price that has others, or to remove one of a price with one run, takes constant time; else
it is O(log n) comparisons and a move within one block. A walk to the first order that serves costs the blocks before
it, the runs of those blocks that may serve, and the orders of runs that may serve. Nothing may be added or removed
while a walk is under way.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, Generic, Protocol, Self, TypeVar

from exchange.language.units import Seconds

RUN_MAX = 16
BLOCK_MAX = 64
# How many orders or runs walks look at in vain, behind a loose bound, before drawing it tight pays.
RUN_WASTE = 16
BLOCK_WASTE = 512
STALE = 8  # how many times more when no order has lost anything, so that only the time may have loosened the bound

Key = int  # an order's place among all: its price in the high bits, its age in the AGE_BITS low ones
AGE_BITS = 64

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Probe(Protocol):
    """What is looked for."""

    @property
    def now_s(self) -> Seconds: ...


class Bound(Protocol[T_contra]):
    """The best that any of several orders could offer."""

    def admits(self, probe: Any) -> bool:
        """Whether one of them might serve a probe; False is certain."""
        ...

    def take(self, item: T_contra, now_s: Seconds) -> bool:
        """Promise what one more order can offer from now on, too; whether that is anything new."""
        ...

    def widen(self, other: Self) -> None:
        """Promise what another promises, too."""
        ...


B = TypeVar("B", bound=Bound[Any])


class Run(Generic[T, B]):
    """Orders of one price, oldest first; `loose` when its bound may promise more than they can keep."""

    __slots__ = ("block", "bound", "first", "last", "loose", "orders", "wasted")

    def __init__(self, key: Key, bound: B, block: "Block[T, B]") -> None:
        self.orders: dict[Key, T] = {}
        self.first = self.last = key  # no order has a lower or a higher one
        self.bound = bound
        self.block = block
        self.loose = False
        self.wasted = 0  # orders looked at in vain since it was tight


class Block(Generic[T, B]):
    """Neighbouring runs, with the first key of each."""

    __slots__ = ("bound", "firsts", "loose", "runs", "wasted")

    def __init__(self, runs: list[Run[T, B]], bound: B) -> None:
        self.runs = runs
        self.firsts = [run.first for run in runs]
        self.bound = bound
        self.loose = False
        self.wasted = 0  # runs looked at in vain since it was tight
        for run in runs:
            run.block = self


class Ladder(Generic[T, B]):
    """Orders by key. `new_bound` makes the bound of no orders."""

    __slots__ = ("_blocks", "_firsts", "_head", "_new_bound", "_prices")

    def __init__(self, new_bound: Callable[[], B]) -> None:
        self._new_bound = new_bound
        self._blocks: list[Block[T, B]] = []
        self._firsts: list[Key] = []  # of each block
        self._head: Run[T, B] | None = None  # the first of all
        self._prices: dict[int, list[Run[T, B]]] = {}

    def __len__(self) -> int:
        return sum(len(run.orders) for block in self._blocks for run in block.runs)

    def first(self, limit: Key) -> T | None:
        """The first order, if its key is below `limit`."""
        run = self._head
        return None if run is None or run.first >= limit else next(iter(run.orders.values()))

    def add(self, key: Key, item: T) -> None:
        """Put an order in its place."""
        runs = self._prices.get(key >> AGE_BITS)
        if runs is None or key < (run := runs[-1]).last or len(run.orders) >= RUN_MAX:
            run = self._make_room(key, item)
        else:
            run.orders[key] = item
            run.last = key
        if run.bound.take(item, 0):
            run.block.bound.take(item, 0)

    def remove(self, key: Key) -> T:
        """Take an order out."""
        run = self._run_of(key)
        item = run.orders.pop(key)
        run.loose = run.block.loose = True
        if not run.orders:
            self._close(run)
        return item

    def lost(self, key: Key) -> None:
        """An order can offer less than before."""
        run = self._run_of(key)
        run.loose = run.block.loose = True

    def gained(self, key: Key, item: T) -> None:
        """An order can offer more than before, or something else."""
        run = self._run_of(key)
        if run.bound.take(item, 0):
            run.block.bound.take(item, 0)

    def walk(self, probe: Probe, limit: Key, place: Key | None = None) -> Iterator[T]:
        """Orders that bounds do not rule out, from the key `place` on up to `limit`, which is where a price begins."""
        b = 0 if place is None else max(bisect_right(self._firsts, place) - 1, 0)
        for block in self._blocks[b:] if b else self._blocks:
            if block.firsts[0] >= limit:
                return
            if not block.bound.admits(probe):
                continue
            for run in block.runs:
                if not run.bound.admits(probe):
                    continue
                if run.first >= limit:
                    return
                if place is None or run.first >= place:
                    yield from run.orders.values()
                elif run.last >= place:
                    yield from [item for key, item in run.orders.items() if key >= place]
                self._note_waste(run, probe.now_s)
            self._note_block_waste(block)

    def items(self) -> Iterator[T]:
        """All orders, in order."""
        for block in self._blocks:
            for run in block.runs:
                yield from run.orders.values()

    def check(self) -> None:
        """Prove order and shape."""
        runs = [run for block in self._blocks for run in block.runs]
        keys = [key for run in runs for key in run.orders]
        assert all(a < b for a, b in pairwise(keys))
        assert [run for price in sorted(self._prices) for run in self._prices[price]] == runs
        for run in runs:
            assert run.orders
            assert {key >> AGE_BITS for key in (run.first, run.last, *run.orders)} == {run.first >> AGE_BITS}
            assert run.first <= min(run.orders) <= max(run.orders) <= run.last
        for block, begin in zip(self._blocks, self._firsts, strict=True):
            assert block.firsts == [run.first for run in block.runs]
            assert all(run.block is block for run in block.runs)
            assert begin == block.firsts[0]
            assert block.loose or not any(run.loose for run in block.runs)
        assert self._head is (runs[0] if runs else None)

    def _run_of(self, key: Key) -> Run[T, B]:
        """The run that an order is in."""
        runs = self._prices[key >> AGE_BITS]
        return runs[0] if len(runs) == 1 else runs[bisect_right(runs, key, key=_first_of) - 1]

    def _make_room(self, key: Key, item: T) -> Run[T, B]:
        """Put an order that does not simply follow the others of its price in its place; the run it is in."""
        runs = self._prices.get(key >> AGE_BITS, [])
        at = bisect_right(runs, key, key=_first_of) - 1
        run = runs[at] if at >= 0 else self._open(key)
        if key < run.last:  # it keeps an age that others have overtaken
            run.orders = dict(sorted((*run.orders.items(), (key, item)), key=_key_of))
            return run
        if len(run.orders) >= RUN_MAX:
            run = self._open(key)
        run.orders[key] = item
        run.last = key
        return run

    def _open(self, key: Key) -> Run[T, B]:
        """A new run, which an order with that key will begin."""
        b = max(bisect_right(self._firsts, key) - 1, 0)
        if not self._blocks:
            self._blocks.append(Block([], self._new_bound()))
            self._firsts.append(key)
        block = self._blocks[b]
        run = Run(key, self._new_bound(), block)
        runs = self._prices.get(key >> AGE_BITS)
        if runs is None:
            self._prices[key >> AGE_BITS] = [run]
        else:
            insort(runs, run, key=_first_of)
        place = bisect_left(block.firsts, key)
        block.firsts.insert(place, key)
        block.runs.insert(place, run)
        self._firsts[b] = min(self._firsts[b], key)
        self._head = self._blocks[0].runs[0]
        if len(block.runs) > BLOCK_MAX:
            half = BLOCK_MAX // 2
            second = Block(block.runs[half:], self._joined(block.runs[half:]))
            del block.runs[half:], block.firsts[half:]
            second.loose = block.loose = True
            self._blocks.insert(b + 1, second)
            self._firsts.insert(b + 1, second.firsts[0])
        return run

    def _close(self, run: Run[T, B]) -> None:
        """Take a run without orders out, and melt a thin block into the one before it."""
        runs = self._prices[run.first >> AGE_BITS]
        runs.remove(run)
        if not runs:
            del self._prices[run.first >> AGE_BITS]
        block, b = run.block, bisect_right(self._firsts, run.first) - 1
        place = bisect_left(block.firsts, run.first)
        del block.firsts[place], block.runs[place]
        if not block.runs:
            del self._blocks[b], self._firsts[b]
        elif b > 0 and len(block.runs) + len(self._blocks[b - 1].runs) <= BLOCK_MAX // 4:
            both = Block(self._blocks[b - 1].runs + block.runs, self._joined(self._blocks[b - 1].runs + block.runs))
            both.loose = True
            self._blocks[b - 1 : b + 1] = [both]
            del self._firsts[b]
        else:
            self._firsts[b] = block.firsts[0]
        self._head = self._blocks[0].runs[0] if self._blocks else None

    def _note_waste(self, run: Run[T, B], now_s: Seconds) -> None:
        """All of a run was looked at in vain: in the end let it promise no more than it has."""
        run.wasted += len(run.orders)
        if run.wasted >= (RUN_WASTE if run.loose else RUN_WASTE * STALE):
            run.bound, run.loose, run.wasted = self._bound_of(run.orders.values(), now_s), False, 0
            run.block.loose = True

    def _note_block_waste(self, block: Block[T, B]) -> None:
        block.wasted += len(block.runs)
        if block.wasted >= (BLOCK_WASTE if block.loose else BLOCK_WASTE * STALE):
            block.bound, block.wasted = self._joined(block.runs), 0
            block.loose = any(run.loose for run in block.runs)

    def _bound_of(self, items: Iterable[T], now_s: Seconds) -> B:
        bound = self._new_bound()
        for item in items:
            bound.take(item, now_s)
        return bound

    def _joined(self, runs: Iterable[Run[T, B]]) -> B:
        bound = self._new_bound()
        for run in runs:
            bound.widen(run.bound)
        return bound


_first_of = attrgetter("first")
_key_of = itemgetter(0)
