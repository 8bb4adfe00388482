"""What one seed draws: how many clients, how fast, and which faults there are and how strong.

A swarm: each kind of fault is in about half of all histories, so that some have one kind alone and some have all.
"""

from random import Random
from typing import Final

from msgspec import Struct

SECOND, MINUTE = 1.0, 60.0
NEVER: Final = 0.0


class Plan(Struct, kw_only=True):
    """The knobs of a history. Chances are per event, counts per history."""

    seed: int
    traders: int = 4
    commands: int = 60  # of all clients together
    in_flight: int = 3  # requests that one client has under way at a time
    think_s: float = 1.0  # between a client's requests, on average
    net_s: float = 0.002  # one way
    commit_s: float = 0.002
    # what is usually large, small enough to be reached
    window: int = 64  # messages that a link holds for who does not read
    outbox_bytes: int = 1 << 20
    ring: int = 1 << 15
    queue: int = 256
    lag: int = 4_096
    chunk: int = 256
    gathered: int = 50_000
    # the server
    kills: int = 0
    kill_steps: int = 400  # a kill comes within so many steps of a start
    takeovers: int = 0  # the old server is frozen, and wakes up again
    clock_steps: int = 0
    clock_step_s: float = 60.0
    # the database
    lost_answers: float = NEVER
    failed_requests: float = NEVER
    slow_requests: float = NEVER
    outages: int = 0
    # the network
    cuts: float = NEVER
    half_open: float = NEVER
    repeats: float = NEVER  # a proxy sends a request again
    stalls: float = NEVER  # a client stops reading for a while
    moods: float = NEVER  # a client that follows something connects anew
    rewinds: int = 0  # one that follows an account asks for all since any command that has been
    # snapshots and statements
    snapshots: int = 0
    damaged_parts: float = NEVER
    lost_pages: float = NEVER

    @property
    def span_s(self) -> float:
        """About how long the clients are at it."""
        return self.commands * self.think_s / (self.traders * self.in_flight) + 1.0


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    chance = Random(seed)
    plan = Plan(
        seed=seed,
        traders=chance.randint(2, 6),
        commands=chance.choice((30, 45, 60, 90, 150)),
        in_flight=chance.choice((1, 2, 4, 16)),
        think_s=chance.choice((0.001, 0.05, 2.0, 120.0, 600.0)),
        net_s=chance.choice((0.0002, 0.002, 0.05)),
        commit_s=chance.choice((0.0005, 0.003, 0.02)),
    )
    if chance.random() < 0.5:
        plan.window = chance.choice((1, 4, 64))
        plan.outbox_bytes = chance.choice((100, 3_000, 20_000))
        plan.ring = chance.choice((1, 20, 200))
        plan.lag = chance.choice((3, 40))
        plan.chunk = chance.choice((1, 4))
        plan.queue = chance.choice((1, 4))
        plan.gathered = chance.choice((1, 60))
    _break_server(plan, chance)
    _break_database(plan, chance)
    _break_network(plan, chance)
    return plan


def _break_server(plan: Plan, chance: Random) -> None:
    if chance.random() < 0.6:
        plan.kills = chance.choice((1, 1, 2, 4))
        plan.kill_steps = chance.choice((60, 400, 3000))
    if chance.random() < 0.3:
        plan.takeovers = chance.choice((1, 2))
    if chance.random() < 0.4:
        plan.clock_steps = chance.choice((1, 3, 8))
        plan.clock_step_s = chance.choice((5.0, 900.0, 7200.0))
    if chance.random() < 0.6:
        plan.snapshots = chance.choice((1, 3, 6))
        plan.damaged_parts = chance.choice((NEVER, 0.1, 0.5))


def _break_database(plan: Plan, chance: Random) -> None:
    if chance.random() < 0.4:
        plan.lost_answers = chance.choice((0.005, 0.03))
    if chance.random() < 0.4:
        plan.failed_requests = chance.choice((0.005, 0.03))
    if chance.random() < 0.4:
        plan.slow_requests = chance.choice((0.02, 0.2))
    if chance.random() < 0.3:
        plan.outages = chance.choice((1, 2, 3))
    if chance.random() < 0.4:
        plan.lost_pages = chance.choice((0.02, 0.2))


def _break_network(plan: Plan, chance: Random) -> None:
    if chance.random() < 0.5:
        plan.cuts = chance.choice((0.005, 0.03, 0.1))
    if chance.random() < 0.3:
        plan.half_open = chance.choice((0.3, 1.0))
    if chance.random() < 0.5:
        plan.repeats = chance.choice((0.02, 0.1))
    if chance.random() < 0.5:
        plan.moods = chance.choice((0.02, 0.1))
    if chance.random() < 0.5:
        plan.rewinds = chance.choice((3, 10, 30))
    if chance.random() < 0.4:
        plan.stalls = chance.choice((0.05, 0.3))
        plan.window = chance.choice((1, 4, 64))
        plan.outbox_bytes = chance.choice((100, 1_000, 20_000))
