"""The wire as types, continued: what is asked of operators' brakes, proposals and the audit log."""

from typing import Literal

from gateway.requests import MarketStateBody
from gateway.requests_money import CancelLeaseBody, RulingBody
from gateway.schema import Body, Decimal, Page, PublicId, Slug, Text, Words

ProposalState = Literal["open", "confirmed", "rejected", "expired", "superseded"]


class BrakeBody(Body, frozen=True, kw_only=True):
    """Why; with `preview`, who would be hit, and nothing happens."""

    reason: Words
    preview: bool = False


class AccountBrake(BrakeBody, frozen=True, kw_only=True):
    account_id: Slug


class OrdersBody(BrakeBody, frozen=True, kw_only=True):
    """Which of an account's open orders: those in a region, on a chip type, or both; else all."""

    region: Slug | None = None
    chip: Slug | None = None


class OrdersBrake(OrdersBody, frozen=True, kw_only=True):
    account_id: Slug


class KeyBrake(BrakeBody, frozen=True, kw_only=True):
    key_id: Slug


class ProgrammeBrake(BrakeBody, frozen=True, kw_only=True):
    programme: Slug


class BandBody(BrakeBody, frozen=True, kw_only=True):
    """How far from the reference price an order may be, as a share of it: "0" is anywhere, null as the rules say."""

    band: Decimal | None


class BandBrake(BandBody, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class MarketBrake(MarketStateBody, frozen=True, kw_only=True):
    region: Slug
    chip: Slug


class LeaseBrake(CancelLeaseBody, frozen=True, kw_only=True):
    lease_id: PublicId


class RulingBrake(RulingBody, frozen=True, kw_only=True):
    contest_id: PublicId


class WordBody(Body, frozen=True, kw_only=True):
    """Why a proposal is confirmed or rejected, if there is more to say."""

    reason: Text = ""


class WordParams(WordBody, frozen=True, kw_only=True):
    proposal_id: PublicId


class ProposalPage(Page, frozen=True, kw_only=True):
    state: ProposalState | None = None


class AuditPage(Page, frozen=True, kw_only=True):
    """A stretch of the audit log: of an action, or by or about an account."""

    action: Slug | None = None
    account_id: Slug | None = None
