"""What has happened by operators: the brakes they pull, what they propose to each other, and the line in the audit log.

Every command of an operator that did something is told once as `OperatorActed`, with whatever else it made happen.
"""

from typing import Final

from msgspec import Struct

from exchange.language.happening import Happening
from exchange.language.hits import Hits
from exchange.language.units import BasisPoints, Seconds

ACTIONS: Final = (
    OPEN_ACCOUNT := "open_account",
    REGISTER_KEY := "register_key",
    REVOKE_KEY := "revoke_key",
    DEPOSIT := "deposit",
    WITHDRAW := "withdraw",
    DEFINE_PROGRAMME := "define_programme",
    PAUSE_PROGRAMME := "pause_programme",
    RESUME_PROGRAMME := "resume_programme",
    RELATE_GROUPS := "relate_groups",
    SET_RULES := "set_rules",
    SET_MARKET_STATE := "set_market_state",
    SET_BAND := "set_band",
    BLOCK_ACCOUNT := "block_account",
    UNBLOCK_ACCOUNT := "unblock_account",
    CANCEL_ORDERS := "cancel_orders",
    CANCEL_LEASE := "cancel_lease",
    RULE_CONTEST := "rule_contest",
    CONFIRM_PROPOSAL := "confirm_proposal",
    REJECT_PROPOSAL := "reject_proposal",
)

# where a proposal stands
PROPOSAL_STATES: Final = (
    WAITING := "open",
    CONFIRMED := "confirmed",
    REJECTED := "rejected",
    LAPSED := "expired",
    SUPERSEDED := "superseded",
)


class Change(Struct, frozen=True, gc=False):
    """What one thing was and is, as people read it; empty for nothing."""

    field: str
    before: str
    after: str


class Effects(Struct, frozen=True, kw_only=True, gc=False):
    """How many orders and leases the command changed itself, how many trades it brought, how many transfers."""

    orders: int = 0
    leases: int = 0
    trades: int = 0
    transfers: int = 0


class OperatorActed(Happening, frozen=True, kw_only=True):
    """A command of an operator was carried out, or, with `proposed`, waits for another operator's word."""

    operator_id: str  # empty: the first start, or the seeds
    action: str
    subject: str  # what it was done to: an account, a key, a market, a lease ...
    account_id: str  # the account that it is about; empty if it is about none, or more than one
    reason: str
    changes: tuple[Change, ...]
    effects: Effects
    alone: bool  # it is one that a second operator confirms, had there been one
    proposed: bool
    proposal_id: int | None


class AccountBlocked(Happening, frozen=True, kw_only=True):
    """An account is blocked, or, with `blocked` False, no longer."""

    account_id: str
    blocked: bool
    reason: str
    operator_id: str


class BandSet(Happening, frozen=True, kw_only=True):
    """A market has a price band of its own; None: that of the market rules again."""

    region: str
    chip: str
    band_bp: BasisPoints | None
    reason: str
    operator_id: str


class ProgrammePaused(Happening, frozen=True, kw_only=True):
    programme: str
    paused: bool
    reason: str
    operator_id: str


class ProposalMade(Happening, frozen=True, kw_only=True):
    """A large action waits for another operator to confirm it, until it expires."""

    proposal_id: int
    operator_id: str
    action: str
    subject: str
    reason: str
    changes: tuple[Change, ...]
    hits: Hits
    expires_s: Seconds


class ProposalClosed(Happening, frozen=True, kw_only=True):
    """It was carried out, turned down, nobody came in time, or what it is about has become another matter."""

    proposal_id: int
    state: str
    operator_id: str  # who confirmed, rejected or superseded it; empty when it expired, or nobody's action did
    reason: str
