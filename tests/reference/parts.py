"""Parts of leases: chips step by step, with what they cost under every contract from the provider's to their user's.

A whole lease is one part of one contract. A resold part bears the contracts of all its resellers as well, and what it
costs under each is worked out by area: chips times steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.arithmetic import half_even

Shape = dict[int, int]  # where a step of the market's grid begins -> chips then


def rectangle(start: int, end: int, chips: int, step: int) -> Shape:
    """So many chips over a window; both ends are on the grid."""
    return dict.fromkeys(range(start, end, step), chips)


def together(shapes: Iterable[Shape]) -> Shape:
    """The chips of several shapes, step by step."""
    found: Shape = {}
    for shape in shapes:
        for at, chips in shape.items():
            found[at] = found.get(at, 0) + chips
    return found


def less(shape: Shape, other: Shape) -> Shape:
    """What a shape has that another has not, step by step."""
    found = {at: chips - other.get(at, 0) for at, chips in shape.items()}
    return {at: chips for at, chips in found.items() if chips > 0}


def area(shape: Shape, start: int, end: int) -> int:
    """Chips times steps inside [start, end)."""
    return sum(chips for at, chips in shape.items() if start <= at < end)


@dataclass(slots=True, eq=False)
class Part:
    """`costs` are what its whole shape costs, by contract, the provider's first and the user's last."""

    shape: Shape
    costs: dict[int, int]
    subsidy: int = 0  # of what the user pays

    @property
    def user(self) -> int:
        """The contract of whoever uses it."""
        return list(self.costs)[-1]

    @property
    def start(self) -> int:
        return min(self.shape)

    def cost_through(self, contract: int, at: int) -> int:
        """What it costs under a contract until an instant: a running total, rounded."""
        share = Fraction(area(self.shape, self.start, at), sum(self.shape.values()))
        return half_even(self.costs[contract] * share)

    def subsidy_through(self, at: int) -> int:
        """The subsidy until an instant goes with the rounded cost until then, so that it is never more than that."""
        cost = self.costs[self.user]
        return half_even(Fraction(self.subsidy * self.cost_through(self.user, at), cost)) if self.subsidy else 0

    def without(self, taken: Shape, base: int) -> tuple["Part | None", "Part | None"]:
        """Of what is open from an instant on: what is left, and what is taken, which costs what the other leaves."""
        still = {at: chips for at, chips in self.shape.items() if at >= base}
        kept = less(still, taken)
        taken = less(still, kept)
        first, second = Part(kept, {}), Part(taken, {})
        for contract, cost in self.costs.items():
            due = cost - self.cost_through(contract, base)
            first.costs[contract] = half_even(Fraction(due * sum(kept.values()), sum(still.values())))
            second.costs[contract] = due - first.costs[contract]
        subsidy = self.subsidy - self.subsidy_through(base)
        due = first.costs[self.user] + second.costs[self.user]
        first.subsidy = half_even(Fraction(subsidy * first.costs[self.user], due)) if subsidy else 0
        second.subsidy = subsidy - first.subsidy
        return first if kept else None, second if taken else None
