"""Drive a plan through a market by its one door: place, hand over, meter, and run everything to its end.

Commands are sent in one order, with a bounded number in flight; the clock moves only while nothing is. So the same plan
gives the same journal, whatever the machine.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from exchange.language.commands import Command, MeterLease, PlaceAsk, PlaceBid, StartLease
from exchange.language.limits import CLOCK_STEP_MAX_S
from exchange.language.port import Market, Outcome
from exchange.language.units import HOUR_S, Seconds, full_uch
from exchange.language.views import LeaseView
from loadtests.openb_market import STEP_S, Plan

IN_FLIGHT = 256
CLOCK_MOVE_MAX_S = CLOCK_STEP_MAX_S // 2  # of one call
PAGE = 20  # leases read at a time: mostly none is new
SEALED_ACCESS = b"the replay hands over no access"


class Watch(Protocol):
    """Somebody who wants to know how far it has come."""

    def __call__(self, orders: int, leases: int, leases_over: int) -> None:
        """So many orders have been answered, so many leases made, so many of them have come to their end."""


class ReplayError(Exception):
    """The market did not take what it had to take for the replay to go on."""


class Replay:
    """One run of a plan: `place`, then `finish`. Then `asks` and `bids` have the outcomes, `leases` every number."""

    def __init__(self, market: Market, plan: Plan, watch: Watch) -> None:
        self.market = market
        self.plan = plan
        self.watch = watch
        self.asks: list[tuple[PlaceAsk, Outcome]] = []
        self.bids: list[tuple[PlaceBid, Outcome]] = []
        self.leases: list[int] = []
        self.refusals: Counter[tuple[str, str]] = Counter()  # by command and reason
        self._running: dict[int, LeaseView] = {}
        self._due: list[tuple[Seconds, int]] = []  # when which lease is to be metered next, a heap
        self._seen = dict.fromkeys(plan.providers, 0)  # the latest lease known of each provider

    async def place(self) -> None:
        """Send every order at its time, while leases begin and run. Raises ReplayError when an account is refused."""
        for command, outcome in zip(self.plan.setup, await self._send(self.plan.setup), strict=True):
            if outcome.reject is not None:
                raise ReplayError(f"{command}: {outcome.reject.detail}")
        self.asks = list(zip(self.plan.asks, await self._send(self.plan.asks), strict=True))
        for at_s, arrivals in groupby(self.plan.bids, key=itemgetter(0)):
            await self._meter_until(at_s)
            placed = [bid for _, bid in arrivals]
            self.bids += zip(placed, await self._send(placed), strict=True)
            await self._hand_over()

    async def finish(self) -> None:
        """Let every lease run to its end and beyond all contest, and every order to its end."""
        while self._due:
            await self._meter_until(self._due[0][0])
        rules = self.market.reads.catalog().rules
        assert rules is not None
        await self._advance_to(max(self.market.clock_s, self.plan.end_s) + 2 * STEP_S + rules.contest_s)

    async def _meter_until(self, to_s: Seconds) -> None:
        """Bring the clock to an instant, metering each lease on the way when an hour of it, or all of it, is over."""
        while self._due and self._due[0][0] <= to_s:
            at_s = self._due[0][0]
            await self._advance_to(at_s)
            await self._hand_over()
            await self._send(self._reports(at_s))
        await self._advance_to(to_s)
        await self._hand_over()
        self.watch(len(self.asks) + len(self.bids), len(self.leases), len(self.leases) - len(self._running))

    def _reports(self, at_s: Seconds) -> list[MeterLease]:
        """The reports that are due at an instant; each lease's next one is noted."""
        reports = []
        while self._due and self._due[0][0] == at_s:
            _, lease_id = heappop(self._due)
            lease = self._running[lease_id]
            reports.append(report_of(lease, at_s))
            if at_s < lease.end_s:
                heappush(self._due, (min(at_s + HOUR_S, lease.end_s), lease_id))
            else:
                del self._running[lease_id]
        return reports

    async def _hand_over(self) -> None:
        """Give access to the leases that are new since the last time, oldest first."""
        new = sorted((lease for provider in self._seen for lease in self._new_of(provider)), key=lambda it: it.lease_id)
        await self._send(
            StartLease(account_id=lease.provider, lease_id=lease.lease_id, sealed_access=SEALED_ACCESS) for lease in new
        )
        for lease in new:
            self.leases.append(lease.lease_id)
            self._running[lease.lease_id] = lease
            heappush(self._due, (min(lease.start_s + HOUR_S, lease.end_s), lease.lease_id))

    def _new_of(self, provider: str) -> list[LeaseView]:
        """A provider's leases that it has not been told of before."""
        known = self._seen[provider]
        new: list[LeaseView] = []
        before: int | None = None
        while page := self.market.reads.leases(provider, None, before, PAGE):
            new += [lease for lease in page if lease.lease_id > known]
            before = page[-1].lease_id
            if before <= known or len(page) < PAGE:
                break
        self._seen[provider] = max((lease.lease_id for lease in new), default=known)
        return new

    async def _advance_to(self, at_s: Seconds) -> None:
        while (by_s := min(at_s - self.market.clock_s, CLOCK_MOVE_MAX_S)) > 0:
            outcome = await self.market.advance_clock(by_s)
            if outcome.reject is not None:
                raise ReplayError(f"the clock would not move: {outcome.reject.detail}")

    async def _send(self, commands: Iterable[Command]) -> list[Outcome]:
        """Submit in order, at most IN_FLIGHT unanswered at a time; the outcomes in the same order."""
        flying: deque[tuple[Command, asyncio.Task[Outcome]]] = deque()
        outcomes: list[Outcome] = []

        async def land() -> None:
            command, task = flying.popleft()
            outcome = await task
            outcomes.append(outcome)
            if outcome.reject is not None:
                self.refusals[type(command).__name__, outcome.reject.code.wire] += 1

        for command in commands:
            if len(flying) == IN_FLIGHT:
                await land()
            flying.append((command, asyncio.create_task(self.market.submit(command))))
        while flying:
            await land()
        return outcomes


def report_of(lease: LeaseView, at_s: Seconds) -> MeterLease:
    """Everything delivered through an instant, and the share of it used that the lease's number says."""
    delivered_uch = full_uch(lease.quantity_milli, at_s - lease.start_s)
    return MeterLease(
        account_id=lease.provider,
        lease_id=lease.lease_id,
        through_s=at_s,
        delivered_uch=delivered_uch,
        used_uch=delivered_uch * (50 + 7 * lease.lease_id % 51) // 100,
    )
