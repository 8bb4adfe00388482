"""Orders as the books hold them: an ask offers capacity, a bid wants a quantity by any of its alternatives.

quantity = leaves + filled + canceled, always. `priority` is the seq that an order's age counts from.
"""

from msgspec import Struct

from exchange.core.books.capacity import Capacity
from exchange.language.commands import Alternative
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
    free: Capacity
    bond_micros: Micros
    state: str
    reason: str = ""
    leaves_milli: Milli = 0  # the most chips it can still lease in one piece
    tenor_s: Seconds = 0  # the book it rests in; 0 when in none
    recheck_s: Seconds = 0  # when time alone may move it to a shorter book, or end it
    busiest_milli: Milli = 0  # the most chips ever leased at one time
    leased_area: int = 0  # chips × seconds of all its leases
    open_leases: int = 0


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
    state: str
    reason: str = ""
    filled_milli: Milli = 0
    canceled_milli: Milli = 0
    held_micros: Micros = 0
    resting: bool = False  # whether it stands in the books
