"""Every way the market says no, in order of precedence: of several reasons, the first in this list is given.

A reject is the market's word. What the wire refuses before the market hears of it is the edge's catalogue, and a
broken assertion is our own defect: the three never stand in for each other.
"""

from enum import Enum
from typing import NamedTuple

from msgspec import Struct


class Kind(Enum):
    """What sort of no: it decides the status on the wire."""

    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INVALID = "invalid"


class Reason(NamedTuple):
    """An entry of the catalogue: its sort, and what a person is told."""

    kind: Kind
    title: str


class Code(Enum):
    """The closed catalogue of the market's refusals. The name in lower case is the code on the wire."""

    # who asks, and of whom
    UNKNOWN_ACCOUNT = Reason(Kind.NOT_FOUND, "There is no such account")
    ROLE_MISSING = Reason(Kind.FORBIDDEN, "The account does not have the role that this needs")
    ACCOUNT_EXISTS = Reason(Kind.CONFLICT, "An account with this id exists with other particulars")
    KEY_EXISTS = Reason(Kind.CONFLICT, "A key with this id exists")
    UNKNOWN_KEY = Reason(Kind.NOT_FOUND, "There is no such key")
    CLIENT_ORDER_ID_REUSED = Reason(Kind.INVALID, "This client_order_id belongs to another order of the account")
    IDEMPOTENCY_KEY_REUSED = Reason(Kind.INVALID, "This idempotency key belongs to another request of the caller")
    UNKNOWN_ORDER = Reason(Kind.NOT_FOUND, "The account has no such order")
    UNKNOWN_LEASE = Reason(Kind.NOT_FOUND, "The account is no party to such a lease")
    UNKNOWN_CONTEST = Reason(Kind.NOT_FOUND, "There is no such contest")
    UNKNOWN_PROPOSAL = Reason(Kind.NOT_FOUND, "There is no such proposal")
    OWN_PROPOSAL = Reason(Kind.FORBIDDEN, "A proposal is for another operator to confirm")
    # what the market does not do
    NOT_SUPPORTED = Reason(Kind.INVALID, "The market does not offer this yet")
    ACCOUNT_BLOCKED = Reason(Kind.FORBIDDEN, "The account is blocked; it can cancel, meter, release and read")
    MARKET_NOT_OPEN = Reason(Kind.CONFLICT, "The market takes no orders now")
    NOT_THROUGH_POST_ONLY = Reason(Kind.CONFLICT, "A market that was closed reopens through post_only")
    # what is named
    UNKNOWN_REGION = Reason(Kind.INVALID, "The catalogue has no such region")
    UNKNOWN_CHIP = Reason(Kind.INVALID, "The catalogue has no such chip type")
    UNKNOWN_PROGRAMME = Reason(Kind.INVALID, "There is no such voucher programme")
    BAD_VALUE = Reason(Kind.INVALID, "The value is not one of those allowed")
    # how much
    QUANTITY_OUT_OF_RANGE = Reason(Kind.INVALID, "The quantity is out of range")
    LOT_OUT_OF_RANGE = Reason(Kind.INVALID, "The lot is out of range")
    QUANTITY_NOT_IN_LOTS = Reason(Kind.INVALID, "The quantity is not a multiple of the lot")
    MIN_QUANTITY_OUT_OF_RANGE = Reason(Kind.INVALID, "The smallest quantity is out of range")
    QUANTITY_NOT_OWNED = Reason(Kind.INVALID, "The lease does not have so many chips to offer")
    PRICE_OUT_OF_RANGE = Reason(Kind.INVALID, "The price is out of range")
    PRICE_OFF_TICK = Reason(Kind.INVALID, "The price is not a multiple of the tick")
    PRICE_OUTSIDE_BAND = Reason(Kind.INVALID, "The price is too far from the market's reference price")
    SHARE_OUT_OF_RANGE = Reason(Kind.INVALID, "The share is not between 0 and 1")
    AMOUNT_OUT_OF_RANGE = Reason(Kind.INVALID, "The amount is out of range")
    # when
    OFF_GRID = Reason(Kind.INVALID, "The time is not on the market's grid of steps")
    WINDOW_PAST = Reason(Kind.INVALID, "The time has passed")
    WINDOW_EMPTY = Reason(Kind.INVALID, "The window ends before it begins")
    DURATION_OUT_OF_RANGE = Reason(Kind.INVALID, "The duration is out of range")
    BEYOND_HORIZON = Reason(Kind.INVALID, "The time lies too far ahead")
    WINDOW_OUTSIDE_LEASE = Reason(Kind.INVALID, "The window is not within what is left of the lease")
    # what it costs
    INSUFFICIENT_FUNDS = Reason(Kind.INVALID, "The account's available balance does not cover this")
    POOL_COMMITTED = Reason(Kind.CONFLICT, "More of the pool is committed than that")
    WOULD_TRADE = Reason(Kind.CONFLICT, "The order would trade at once, which it was not to do")
    # what has happened already
    ORDER_DONE = Reason(Kind.CONFLICT, "The order is done")
    LEASE_STARTED = Reason(Kind.CONFLICT, "Access to the lease has been handed over already")
    LEASE_NOT_RUNNING = Reason(Kind.CONFLICT, "The lease is not running")
    LEASE_OVER = Reason(Kind.CONFLICT, "The lease is over")
    LEASE_OFFERED = Reason(Kind.CONFLICT, "A part of the lease is on offer")
    NOT_CONTESTABLE = Reason(Kind.CONFLICT, "The period cannot be contested, or not any more")
    CONTEST_OPEN = Reason(Kind.CONFLICT, "The period is contested already")
    CONTEST_RULED = Reason(Kind.CONFLICT, "The contest has been ruled on")
    PROPOSAL_CLOSED = Reason(Kind.CONFLICT, "The proposal has been confirmed, rejected or superseded, or has expired")
    TOO_MANY_PROPOSALS = Reason(Kind.CONFLICT, "As many proposals are open as may be")
    METER_IN_FUTURE = Reason(Kind.INVALID, "The meter reports a time that has not come")
    METER_OUTSIDE_LEASE = Reason(Kind.INVALID, "The meter reports a time outside the lease")
    METER_SHRINKS = Reason(Kind.INVALID, "A running total is smaller than the one before it")
    METER_EXCEEDS_CAPACITY = Reason(Kind.INVALID, "More was delivered than the lease's chips can deliver in the time")
    METER_EXCEEDS_DELIVERED = Reason(Kind.INVALID, "More was used than was delivered")
    TIME_NOT_FORWARD = Reason(Kind.INVALID, "Time only moves forward, within bounds")

    @property
    def wire(self) -> str:
        """The code as clients see it."""
        return self.name.lower()


class Reject(Struct, frozen=True, gc=False):
    """A refusal: why, which field, and a sentence that says what to do."""

    code: Code
    param: str
    detail: str
