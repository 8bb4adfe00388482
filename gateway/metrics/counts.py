"""What the edge counts while it works: requests, ops, frames and refusals, as plain integers in one place per server.

Calls are known by their route or op, never by their path: no id of anybody becomes a name here.
"""

from collections import Counter
from time import perf_counter_ns
from typing import Final

from exchange.language.pulse import Spread

OK, REFUSED, FAILED = "ok", "refused", "failed"  # what became of an op
UNMATCHED: Final = "unmatched"  # a request that no route takes
METHODS: Final = ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS")
OTHER: Final = "other"

now_ns = perf_counter_ns


class Op:
    """One op of the stream, or one that there is not."""

    __slots__ = ("became", "spread")

    def __init__(self) -> None:
        self.became = {OK: 0, REFUSED: 0, FAILED: 0}
        self.spread = Spread()

    def note(self, became: str, took_ns: int) -> None:
        """It was asked for once more."""
        self.became[became] += 1
        self.spread.note(took_ns)


class Counts:
    """One server's. All of it only grows, but for `connections`."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, str]] = Counter()  # method, route, class of status
        self.requests_took: dict[tuple[str, str], Spread] = {}  # method, route
        self.ops: dict[str, Op] = {}
        self.refusals: Counter[str] = Counter()  # by code
        self.sockets_opened = 0
        self.frames_in = self.bytes_in = self.frames_out = self.bytes_out = 0
        self.conflations = {"book": 0, "trades": 0, "status": 0}
        self.connections = self.connections_refused = self.connections_stalled = 0

    def note_request(self, method: str, route: str, status: int, took_ns: int) -> None:
        """A request was answered."""
        method = method if method in METHODS else OTHER
        self.requests[method, route, f"{status // 100}xx"] += 1
        spread = self.requests_took.get((method, route))
        if spread is None:
            spread = self.requests_took[method, route] = Spread()
        spread.note(took_ns)

    def op(self, name: str) -> Op:
        """What is counted of an op that there is."""
        found = self.ops.get(name)
        if found is None:
            found = self.ops[name] = Op()
        return found
