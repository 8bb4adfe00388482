"""How much anybody may ask: buckets that fill at a steady rate, some to each account, one to each address.

A bucket is one number, the moment at which it will be full again (the generic cell rate algorithm of ATM, ITU-T
I.371): nothing runs to refill it, and a full one need not be kept. A caller with a key is charged by account, whatever
address it has; a caller without one by address. Being refused for asking too much costs nothing more.
"""

from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from math import ceil
from typing import Any, Final

from msgspec import Struct

from gateway.auth import NOBODY, Caller
from gateway.costs import ANONYMOUS, BAD_REQUEST, CANCEL, COSTS, READ, TRADE, Cost, can_wait
from gateway.errors import Refusal
from gateway.settings import Limits
from gateway.shedding import Load

ENTRIES_MAX: Final = 100_000  # of one kind of bucket; who comes beyond that shares one
_FORGET_S: Final = 60.0
_STRANGER: Final = "?"


class Buckets:
    """The buckets of one kind: `per_s` units flow into each, and it holds those of `burst_s`."""

    def __init__(self, name: str, per_s: int, burst_s: int, clock: Callable[[], float]) -> None:
        self.name = name
        self.quota = per_s * burst_s
        self.window_s = burst_s
        self.policy = f'"{name}";q={self.quota};w={burst_s}'
        self._unit_s = 1 / per_s
        self._holds_s = burst_s + 1e-9  # so that a whole bucket fits into a full one
        self._clock = clock
        self._full_at: dict[str, float] = {}  # those that are not full
        self._looked_at = clock()
        self.refused = self.shed = 0  # calls: as the bucket was empty, as the market was behind

    def take(self, who: str, units: int, again: int = 0) -> None:
        """Take units out of a bucket, or Refusal when it holds less; more than a full one holds is a full one.

        `again` units have been taken for the same request, and will be again when it is sent again.
        """
        now = self._clock()
        full_at = self._full_at.get(who, 0.0)
        if full_at < now:
            full_at = now
            if len(self._full_at) >= ENTRIES_MAX or now - self._looked_at > _FORGET_S:
                self._forget_full_ones(now)
                if len(self._full_at) >= ENTRIES_MAX and who not in self._full_at:
                    who, full_at = _STRANGER, max(self._full_at.get(_STRANGER, now), now)
        full_at += min(units, self.quota - again) * self._unit_s
        if full_at - now > self._holds_s:
            self.refused += 1
            raise self._refusal(min(full_at - now - self.window_s + again * self._unit_s, self.window_s))
        self._full_at[who] = full_at

    def left(self, who: str) -> tuple[int, float]:
        """Whole units in a bucket, and the seconds until it is full if nobody takes more of it."""
        full_in_s = max(self._full_at.get(who, 0.0) - self._clock(), 0.0)
        return int(self.quota - full_in_s / self._unit_s + 1e-6), full_in_s

    def __len__(self) -> int:
        return len(self._full_at)

    def _refusal(self, wait_s: float) -> Refusal:
        wait_ms = ceil(wait_s * 1000)
        detail = f"The bucket {self.name} holds {self.quota} and is empty for now: wait {wait_ms} ms."
        return Refusal("rate_limited", detail=detail, retry_after_ms=wait_ms)

    def _forget_full_ones(self, now: float) -> None:
        """At most once a second, as it walks all of them."""
        if now - self._looked_at > 1:
            self._looked_at = now
            self._full_at = {who: full_at for who, full_at in self._full_at.items() if full_at > now}


class Allowance(Struct, frozen=True, gc=False):
    """The bucket that one request is charged to."""

    buckets: Buckets
    who: str
    cost: Cost
    waits: bool  # while the market is behind

    def take_extra(self, params: Any) -> None:
        """Take what the request costs more for its size. Refuses as `admit` does."""
        if units := self._extra(params):
            self.buckets.take(self.who, units, min(self.cost.units, self.buckets.quota))

    def take_shown(self, params: Any, found: Any) -> None:
        """Take what it costs more for what it has found, before that is written. Refuses likewise."""
        if self.cost.shown is not None and (units := self.cost.shown(found)):
            before = self.cost.units + self._extra(params)
            self.buckets.take(self.who, units, min(before, self.buckets.quota))

    def _extra(self, params: Any) -> int:
        return 0 if self.cost.extra is None else self.cost.extra(params)

    def fields(self, wait_s: int | None) -> dict[str, str]:
        """The header fields of the IETF's draft on RateLimit header fields; `wait_s` is that of a refusal."""
        left, full_in_s = self.buckets.left(self.who)
        until_s = ceil(full_in_s) if wait_s is None else wait_s
        return {
            "RateLimit-Policy": self.buckets.policy,
            "RateLimit": f'"{self.buckets.name}";r={left};t={until_s}',
        }


class Gate:
    """Where every request is charged, and turned away when it asks too much or the market is behind."""

    def __init__(self, limits: Limits, load: Load, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._load = load
        rates = {
            READ: limits.read_per_s,
            TRADE: limits.trade_per_s,
            CANCEL: limits.cancel_per_s,
            ANONYMOUS: limits.anonymous_per_s,
        }
        buckets = {name: Buckets(name, rate, limits.burst_s, clock) for name, rate in rates.items()}
        self.of_account = tuple(buckets[name] for name in (READ, TRADE, CANCEL))
        self._of_address = buckets[ANONYMOUS]
        self._charged = {call: (buckets[cost.bucket], cost, can_wait(call)) for call, cost in COSTS.items() if cost}
        self._sockets: Counter[str] = Counter()

    @property
    def buckets(self) -> tuple[Buckets, ...]:
        """All kinds of them."""
        return (*self.of_account, self._of_address)

    @property
    def load(self) -> Load:
        """How far behind the market is."""
        return self._load

    def allowance(self, caller: Caller, address: str | None, call: str) -> Allowance | None:
        """The bucket that a call is charged to, None for one that costs nothing."""
        charged = self._charged.get(call)
        if charged is None:
            return None
        buckets, cost, waits = charged
        if caller is NOBODY:
            return Allowance(self._of_address, party(address), cost, waits)
        return Allowance(buckets, caller.account_id, cost, waits)

    def admit(self, allowance: Allowance | None) -> None:
        """Charge a call before anything is done for it. Refuses with `rate_limited`, or `busy`."""
        if allowance is None:
            return
        allowance.buckets.take(allowance.who, allowance.cost.units)
        if allowance.waits and self._load.behind:
            allowance.buckets.shed += 1
            raise Refusal("busy", detail="The market is behind and takes no more of these. Send it again in a moment.")

    def fault(self, caller: Caller) -> Allowance:
        """Charge an account for a request that it had no right to and that costs nothing else; refuses as `admit`."""
        allowance = Allowance(self.of_account[0], caller.account_id, Cost(READ, BAD_REQUEST), False)
        self.admit(allowance)
        return allowance

    def blame(self, address: str | None, units: int = BAD_REQUEST) -> None:
        """Charge an address for a request that is nobody's. Refuses as `admit` does, in place of what was wrong."""
        self._of_address.take(party(address), units)

    def enter(self, account_id: str) -> None:
        """An account gets a socket, or a Refusal when it has as many as it may."""
        if self._sockets[account_id] >= self.limits.sockets_per_account_max:
            most = self.limits.sockets_per_account_max
            raise Refusal("too_many_sockets", detail=f"An account has at most {most} sockets at a time. Close one.")
        self._sockets[account_id] += 1

    def leave(self, account_id: str) -> None:
        """A socket of an account is closed, or logged out."""
        self._sockets[account_id] -= 1
        if not self._sockets[account_id]:
            del self._sockets[account_id]

    def sockets(self, account_id: str) -> int:
        """How many sockets of an account are open."""
        return self._sockets.get(account_id, 0)


def party(address: str | None) -> str:
    """Whom an address belongs to: of IPv6 everybody has a whole /64."""
    if address is None or ":" not in address:
        return address or _STRANGER
    peer = ip_address(address)
    return str(ip_network((int(peer) >> 64 << 64, 64))) if peer.version == 6 else address
