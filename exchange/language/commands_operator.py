"""What may be asked of the market, continued: the brakes that operators hold beside the states of markets.

Each says who pulls it and why. What can be so already is answered as if it had just become so.
"""

from exchange.language.request import Request
from exchange.language.units import BasisPoints


class BlockAccount(Request, frozen=True, kw_only=True):
    """An account begins nothing new from now on. Its open orders are canceled by the commands that follow."""

    operator_id: str
    account_id: str
    reason: str
    idempotency_key: str = ""


class UnblockAccount(Request, frozen=True, kw_only=True):
    operator_id: str
    account_id: str
    reason: str
    idempotency_key: str = ""


class CancelOrders(Request, frozen=True, kw_only=True):
    """Have the open orders of an account canceled, or those in a region or on a chip, by the commands that follow."""

    operator_id: str
    account_id: str
    reason: str
    region: str | None = None
    chip: str | None = None
    idempotency_key: str = ""


class EvictOrders(Request, frozen=True, kw_only=True, tag="EvictOrders4"):
    """Cancel the next orders, at most so many, that are to be canceled for a block or by an operator's wish.

    The market's own: whoever runs it sends these while there is something to cancel.
    """

    most: int


class EvictOrdersBefore(EvictOrders, frozen=True, kw_only=True, tag="EvictOrders"):
    """The same, as journals have it that were written under rules 3 or earlier; nobody sends it.

    Of a bid it looks at all alternatives, also at those in which it does not stand any more.
    """


class SetBand(Request, frozen=True, kw_only=True):
    """How far from its reference price an order may be in a market; 0: anywhere, None: as the market rules say."""

    operator_id: str
    region: str
    chip: str
    band_bp: BasisPoints | None
    reason: str
    idempotency_key: str = ""


class PauseProgramme(Request, frozen=True, kw_only=True):
    """A programme commits nothing to trades from now on, or, with `paused` False, does so again."""

    operator_id: str
    programme: str
    reason: str
    paused: bool = True
    idempotency_key: str = ""


class ConfirmProposal(Request, frozen=True, kw_only=True):
    """Another operator agrees: what was proposed is carried out, by the guards of now."""

    operator_id: str
    proposal_id: int
    reason: str = ""
    idempotency_key: str = ""


class RejectProposal(Request, frozen=True, kw_only=True):
    """An operator does not agree, or takes back what it has proposed itself."""

    operator_id: str
    proposal_id: int
    reason: str = ""
    idempotency_key: str = ""
