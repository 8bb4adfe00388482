"""Orders as the books hold them: an ask offers capacity, a bid wants a quantity by any of its alternatives.

quantity = leaves + filled + canceled, always. `priority` is the seq that an order's age counts from.
"""

from msgspec import Struct

from exchange.core.books.capacity import Capacity
from exchange.language.commands import Alternative, Require
from exchange.language.units import BasisPoints, Micros, Milli, Seconds


class Ask(Struct, kw_only=True, gc=False):
    """An offer of capacity. `free` is what leases have not carved out of it."""

    ask_id: int
    account_id: str
    owner_group: str
    priority: int
    region: str
    chip: str
    site: str
    quantity_milli: Milli
    start_s: Seconds
    end_s: Seconds
    price_micros: Micros  # CNY per chip-hour, the least the provider takes
    lot_milli: Milli  # every lease is a multiple of it
    min_duration_s: Seconds
    take_or_pay_bp: BasisPoints
    time_in_force: str
    expires_s: Seconds | None
    self_trade: str
    post_only: bool
    free: Capacity
    bond_micros: Micros  # what stands behind it now; penalties take from it
    posted_micros: Micros  # the most that its numbers have ever asked for
    state: str
    reason: str = ""
    leaves_milli: Milli = 0  # the most chips it can still lease in one piece
    resting: bool = False  # whether it stands in the books
    recheck_s: Seconds = 0  # when time alone may make its leaves fewer, or end it
    busiest_milli: Milli = 0  # the most chips ever leased at one time
    leased_area: int = 0  # chips × seconds of all its leases
    offered_area: int  # chips × seconds offered; free and leased are always all of it
    open_leases: int = 0
    tags: tuple[str, ...] = ()
    pue_milli: int | None = None
    green_bp: BasisPoints | None = None
    domestic: bool = False
    lease_id: int | None = None  # the lease that it resells


class Bid(Struct, kw_only=True, gc=False):
    """A wish. `open` are the places in `alternatives` that can still start, ascending."""

    bid_id: int
    account_id: str
    owner_group: str
    priority: int
    quantity_milli: Milli
    leaves_milli: Milli
    min_quantity_milli: Milli | None
    alternatives: tuple[Alternative, ...]
    open: tuple[int, ...]
    time_in_force: str
    expires_s: Seconds | None
    max_take_or_pay_bp: BasisPoints
    self_trade: str
    post_only: bool
    require: Require | None
    state: str
    reason: str = ""
    filled_milli: Milli = 0
    canceled_milli: Milli = 0
    held_micros: Micros = 0
    resting: bool = False  # whether it stands in the books
    vouchers: tuple[str, ...] = ()  # the programmes to try, in order
    use: str = ""

    @property
    def gang(self) -> bool:
        """Whether it is all or none: one lease of the whole quantity."""
        return self.min_quantity_milli == self.quantity_milli


class Claims(Struct, frozen=True, gc=False):
    """What an ask states beyond region, chip and terms."""

    tags: tuple[str, ...]
    pue_milli: int | None
    green_bp: BasisPoints | None
    domestic: bool


def claims_of(ask: Ask) -> Claims:
    """What an ask states of itself."""
    return Claims(ask.tags, ask.pue_milli, ask.green_bp, ask.domestic)


def meets(claims: Claims | Ask, require: Require) -> bool:
    """Whether an ask states all that a bid requires; what it does not state, it does not meet."""
    pue, green = claims.pue_milli, claims.green_bp
    return (
        all(tag in claims.tags for tag in require.tags)
        and (require.pue_max_milli is None or (pue is not None and pue <= require.pue_max_milli))
        and (require.green_min_bp is None or (green is not None and green >= require.green_min_bp))
        and (claims.domestic or not require.domestic)
    )
