"""The fast market and the naive one side by side: every command to both, then everything compared.

`Twins.apply` raises AssertionError with the commands so far, ready to be pasted into a test, at the first difference.
"""

from collections.abc import Iterable
from typing import NamedTuple

from exchange.core.conservation import audit
from exchange.core.state_machine import StateMachine
from exchange.language.commands import Command
from exchange.language.events import Event
from exchange.language.port import Outcome
from tests.properties import observed
from tests.properties.observed import Observed, OrderFace, Segments
from tests.properties.world import RULES, Flavour, next_command
from tests.reference.arithmetic import next_step
from tests.reference.market import Market
from tests.reference.matcher import crossed
from tests.reference.records import Ask, Verdict


class Seen(NamedTuple):
    """How an ask looked, and everything that this depends on."""

    as_of: tuple[int, str, int, int, int, list[int]]
    face: OrderFace
    free: Segments


class Twins:
    """Both markets, and what the fast one has told."""

    def __init__(self, setting: Iterable[Command]) -> None:
        self.machine = StateMachine()
        self.naive = Market()
        self.told = Observed()
        self.commands: list[Command] = []
        self.setting = 0  # how many of them made the world
        self.seen: dict[int, Seen] = {}
        for command in setting:
            self.apply(command)
        self.setting = len(self.commands)

    def run(self, script: Iterable[bytes], flavour: Flavour) -> None:
        """Apply the commands that a script means."""
        for blob in script:
            command = next_command(flavour, blob, self.naive)
            if command is not None:
                self.apply(command)

    def apply(self, command: Command) -> tuple[Outcome, tuple[Event, ...]]:
        """One command to both; what the fast one answered and told."""
        self.commands.append(command)
        before = len(self.naive.leases)
        verdict = self.naive.apply(command)
        outcome, applied = self.machine.apply(len(self.commands), command)
        self.told.fold(applied.events)
        code = outcome.reject.code if outcome.reject else None
        self.same("answer", Verdict(code, outcome.subject, outcome.repeated, outcome.kept_priority), verdict)
        self.same_trades(before)
        self.same_states()
        self.same("violations", audit(self.machine.state), [])
        self.same("crossed", crossed(self.naive), [])
        return outcome, applied.events

    def same_trades(self, before: int) -> None:
        naive = [observed.trade_face(lease) for number, lease in self.naive.leases.items() if number > before]
        self.same("trades", self.told.trades[before:], naive)
        self.same("prevented", self.told.prevented, self.naive.prevented)

    def same_states(self) -> None:
        naive, told = self.naive, self.told
        for ask in naive.asks.values():
            self.look_at(ask)
        self.same("bids", told.bids, {n: observed.bid_face(bid) for n, bid in naive.bids.items()})
        self.same("asks", told.asks, {n: seen.face for n, seen in self.seen.items()})
        self.same("terms of bids", told.bid_terms, {n: observed.bid_terms(bid) for n, bid in naive.bids.items()})
        self.same("terms of asks", told.ask_terms, {n: observed.ask_terms(ask) for n, ask in naive.asks.items()})
        self.same("brakes", told.brakes, naive.brakes)
        self.same("dead men", told.deadlines, naive.deadlines)
        self.same("armed sessions", told.armed, naive.armed)
        self.same("leases", told.leases, {n: observed.lease_face(lease) for n, lease in naive.leases.items()})
        self.same("money", told.purses(list(naive.cash)), observed.purses(naive))
        today = next_step(naive.now, RULES.step_s)
        open_asks = [(n, seen) for n, seen in self.seen.items() if seen.face.state == "resting"]
        free = {n: observed.cut(told.free[n], today) for n, _ in open_asks}
        self.same("free capacity", free, {n: seen.free for n, seen in open_asks})
        periods = {n: [tuple(p) for p in lease.periods] for n, lease in naive.leases.items() if lease.periods}
        self.same("periods", told.periods, periods)

    def look_at(self, ask: Ask) -> None:
        """How an ask looks now; worked out again only when something in it, or the step, has changed: it is slow."""
        today = next_step(self.naive.now, RULES.step_s)
        now = (today, ask.state, ask.bond, ask.peak, ask.command.quantity_milli, ask.leased)
        before = self.seen.get(ask.ask_id)
        if before is None or before.as_of != now:
            free = observed.free_segments(ask, today)
            as_of = (*now[:-1], ask.leased.copy())
            self.seen[ask.ask_id] = Seen(as_of, observed.ask_face(ask, today), free)

    def same(self, what: str, fast: object, naive: object) -> None:
        if fast != naive:
            raise AssertionError(f"{what} differ:\n{difference(fast, naive)}\nafter:\n{self.history()}")

    def history(self) -> str:
        """The commands since the world was made."""
        return "\n".join(f"    {command!r}," for command in self.commands[self.setting :])


def difference(fast: object, naive: object) -> str:
    """Where two values differ: of dicts only the entries that do."""
    if isinstance(fast, dict) and isinstance(naive, dict):
        keys = [key for key in {**fast, **naive} if fast.get(key) != naive.get(key)]
        return "\n".join(f"  {key}:\n    fast  {fast.get(key)}\n    naive {naive.get(key)}" for key in keys)
    return f"    fast  {fast}\n    naive {naive}"
