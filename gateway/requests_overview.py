"""The wire as types, continued: what operators ask about the whole venue."""

from typing import Annotated

from msgspec import Meta

from gateway.schema import Body, Duration, LeaseState, Page, Slug

Days = Annotated[int, Meta(ge=1, le=92)]
Seq = Annotated[int, Meta(ge=1, le=(1 << 53) - 1)]


class AllLeasesPage(Page, frozen=True, kw_only=True):
    """Leases of everybody; `region` and `chip` together name a market."""

    state: LeaseState | None = None
    account_id: Slug | None = None
    region: Slug | None = None
    chip: Slug | None = None


class CapacityPage(Page, frozen=True, kw_only=True):
    """So many days from today on, in UTC."""

    days: Days = 28


class PastBookQuery(Body, frozen=True, kw_only=True):
    """The book of a tenor as it was after the command `seq`."""

    seq: Seq
    region: Slug
    chip: Slug
    tenor: Duration
