"""The wire as types, continued: what calls about money, programmes and contests answer."""

from msgspec import Struct

from gateway.answers import Answer
from gateway.schema import Decimal, PublicId
from gateway.schema_money import (
    Balances,
    Contest,
    Flag,
    Lease,
    Programme,
    ProgrammeKpi,
    Total,
    Transfer,
    UsageKpi,
    Voucher,
)


class Transfers(Struct, frozen=True, kw_only=True):
    """Transfers, newest first, with what the account held before the oldest of them and after the newest.

    The `opening` of a stretch is the `closing` of the one that its cursor leads to.
    """

    items: tuple[Transfer, ...]
    cursor: str | None
    opening: Balances
    closing: Balances


class Statement(Struct, frozen=True, kw_only=True):
    """A lease with every transfer that was made for it, oldest first, and what they come to.

    `opening` and `closing` are what its escrow holds before the first and after the last of them.
    """

    lease: Lease
    items: tuple[Transfer, ...]
    totals: tuple[Total, ...]
    opening: Decimal
    closing: Decimal


class Programmes(Struct, frozen=True, kw_only=True):
    items: tuple[Programme, ...]
    cursor: str | None


class Vouchers(Struct, frozen=True, kw_only=True):
    items: tuple[Voucher, ...]
    cursor: str | None


class Contests(Struct, frozen=True, kw_only=True):
    items: tuple[Contest, ...]
    cursor: str | None


class Flags(Struct, frozen=True, kw_only=True):
    items: tuple[Flag, ...]
    cursor: str | None


class Kpis(Struct, frozen=True, kw_only=True):
    """The venue's figures: how its chips are used, in all, by region and by provider, and its voucher programmes."""

    usage: UsageKpi
    regions: tuple[UsageKpi, ...]
    providers: tuple[UsageKpi, ...]
    programmes: tuple[ProgrammeKpi, ...]


class ContestAnswer(Answer, frozen=True, kw_only=True):
    """A period has been contested or ruled on, and the lease as it then stood."""

    contest_id: PublicId
    lease: Lease


class ProgrammeAnswer(Answer, frozen=True, kw_only=True):
    programme: Programme


class GroupsRelated(Answer, frozen=True, kw_only=True):
    group: str
    other_group: str
    related: bool
