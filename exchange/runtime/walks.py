"""What a walk over the whole state will take: none is begun in the process that serves if commands would wait long.

Expected by how much there is to walk over, at what it cost when it was measured (2 shared cores), and more when the
last walk was slower than that: bids have many alternatives, and machines are not alike. What once was slow by accident
is forgotten little by little, so that a market is not left unwalked for good.
"""

from typing import Final, NamedTuple

from exchange.core.state import State

WALK_MAX_S: Final = 0.05  # while the market trades: a tenth of the lag at which the edge begins to shed
LAST_WALK_MAX_S: Final = 2.0  # when it stops, which is to take five seconds at most
_SLOWNESS_MAX: Final = 32.0
_FORGET: Final = 0.9  # of the slowness, each time that a walk was not begun


class Rates(NamedTuple):
    """Nanoseconds for each of what there is."""

    ever_ns: int  # an order that ever was, or a lease
    open_ns: int  # an open order
    lease_ns: int  # a lease that is not over for good
    account_ns: int
    kept_ns: int  # a key, or an answer that is kept for a repeat


DIGEST: Final = Rates(ever_ns=800, open_ns=6_000, lease_ns=12_000, account_ns=4_000, kept_ns=2_000)
CHECK: Final = Rates(ever_ns=0, open_ns=10_000, lease_ns=20_000, account_ns=15_000, kept_ns=0)


class Walk:
    """One kind of walk over one state. Say what each `took`, or that it was `skipped`."""

    def __init__(self, state: State, rates: Rates) -> None:
        self._state = state
        self._rates = rates
        self._slowness = 1.0

    def expected_s(self) -> float:
        """How long it would take now. Costs nothing: it looks at how many there are."""
        return self._usual_s() * self._slowness

    def took(self, seconds: float) -> None:
        """One has been taken, and nothing has changed since it was begun."""
        usual_s = self._usual_s()
        if usual_s > 0:
            self._slowness = min(max(seconds / usual_s, 1.0), _SLOWNESS_MAX)

    def skipped(self) -> None:
        """One was due and would have taken too long."""
        self._slowness = max(self._slowness * _FORGET, 1.0)

    def _usual_s(self) -> float:
        state, rates = self._state, self._rates
        ever = len(state.bid_owners) + len(state.ask_owners) + len(state.lease_parties)
        return (
            ever * rates.ever_ns
            + (len(state.bids) + len(state.asks)) * rates.open_ns
            + len(state.leases) * rates.lease_ns
            + len(state.participants) * rates.account_ns
            + (len(state.keys) + len(state.answers)) * rates.kept_ns
        ) / 1e9
