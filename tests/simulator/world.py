"""What all parts of one history share: its plan, its chance, its loop, its trace, and whether faults are still on."""

from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Final

from tests.simulator.loop import Node, VirtualLoop
from tests.simulator.plan import Plan

START_S: Final = 1_796_000_400  # 2026-11-30T01:00:00Z: what wall clocks show when a history begins


class World:
    """One history's surroundings. Everything that chance decides comes from `chance`, so that a seed is a history."""

    def __init__(self, plan: Plan, show: Callable[[str], None] | None = None) -> None:
        self.plan = plan
        self.chance = Random(plan.seed * 2 + 1)
        self.loop = VirtualLoop(self.chance)
        self.faults = True
        self.counts: dict[str, int] = {}
        self._show = show
        self._hash = blake2b(digest_size=16)

    def note(self, kind: str, *details: object) -> None:
        """Write a line of the trace: two runs of a seed have the same."""
        if self.loop.over:
            return
        self.counts[kind] = self.counts.get(kind, 0) + 1
        line = f"{self.loop.time():.6f} {kind} {' '.join(map(str, details))}"
        self._hash.update(line.encode())
        if self._show is not None:
            self._show(line)

    def fail(self, why: str) -> None:
        if not self.loop.over:
            self.note("FAILED", why)
            self.loop.fail(why)

    def expect(self, truth: bool, why: str, *details: object) -> None:
        """A check: what it says must be so."""
        if not truth:
            self.fail(f"{why}: {'; '.join(map(str, details))}")

    def happens(self, share: float) -> bool:
        """Whether a fault of such a share strikes now."""
        return self.faults and share > 0 and self.chance.random() < share

    def delay_s(self, about_s: float) -> float:
        """A delay: mostly about as long, sometimes ten times."""
        chance = self.chance.random()
        return about_s * (0.5 + chance) if chance < 0.95 else about_s * 10 * chance

    def wall_s(self, node: Node) -> float:
        """What a machine's wall clock shows."""
        return START_S + self.loop.time() + node.skew_s

    def trace_hash(self) -> str:
        return self._hash.hexdigest()
