"""What can be read about operators' doings: what is braked, what waits for a second operator, and the audit log."""

from exchange.language.events import MarketStateSet
from exchange.language.events_operator import WAITING, OperatorActed, ProposalMade
from exchange.language.units import BasisPoints, Seconds
from exchange.language.views import View


class RowView(View, frozen=True, kw_only=True):
    """The row of the journal that a command stands in: which commands it has, and the link that seals it, 32 bytes."""

    first_seq: int
    last_seq: int
    link: bytes


class AuditEntry(View, frozen=True, kw_only=True):
    """What an operator did, by one command; `row` is None only while one looks at a place within its row."""

    seq: int
    at_s: Seconds
    act: OperatorActed
    row: RowView | None = None


class ProposalView(View, frozen=True, kw_only=True):
    """A large action, and what became of it."""

    seq: int  # of the command that proposed it
    at_s: Seconds
    made: ProposalMade
    state: str = WAITING
    closed_by: str = ""
    closed_s: Seconds | None = None
    closing_reason: str = ""


class BlockView(View, frozen=True, kw_only=True):
    """A blocked account, or a paused programme."""

    name: str
    since_s: Seconds
    reason: str
    operator_id: str


class BandView(View, frozen=True, kw_only=True):
    region: str
    chip: str
    band_bp: BasisPoints
    since_s: Seconds
    reason: str
    operator_id: str


class BrakeView(View, frozen=True, kw_only=True):
    """What was set last for a market, a region, a chip type or the venue, and when."""

    since_s: Seconds
    made: MarketStateSet


class CurbsView(View, frozen=True, kw_only=True):
    """What operators hold back, each list in the order in which it was first set; of `markets` those not open."""

    markets: tuple[BrakeView, ...]
    accounts: tuple[BlockView, ...]
    programmes: tuple[BlockView, ...]
    bands: tuple[BandView, ...]
