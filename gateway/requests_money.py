"""The wire as types, continued: what is asked of leases' money, of voucher programmes, and of operators about both."""

from typing import Annotated, Literal

from msgspec import Meta

from exchange.language import limits
from gateway.schema import Body, Decimal, Instant, MaybeSlug, NewSlug, Page, PublicId, Slug, Words

FlagKind = Literal["related_party", "circular", "double_subsidy", "underused", "split_contract"]
Index = Annotated[int, Meta(ge=0, le=limits.LEASE_MAX_S // limits.PERIOD_MIN_S)]
Names = Annotated[tuple[Slug, ...], Meta(max_length=limits.RATES_MAX)]


class TransferPage(Page, frozen=True, kw_only=True, rename={"since": "from"}):
    """A stretch of an account's transfers; `from` and `until` are instants, half-open."""

    since: Instant | None = None
    until: Instant | None = None


class FlagPage(Page, frozen=True, kw_only=True):
    kind: FlagKind | None = None


class ContestBody(Body, frozen=True, kw_only=True):
    """`period` is the instant at which a settled period began, or its place, from 0."""

    period: Index | Instant
    reason: Words


class ContestParams(ContestBody, frozen=True, kw_only=True):
    lease_id: PublicId


class RulingBody(Body, frozen=True, kw_only=True):
    """The chip-hours that were really delivered and used in the period, neither above what was settled."""

    delivered: Decimal
    used: Decimal
    reason: Words
    preview: bool = False


class CancelLeaseBody(Body, frozen=True, kw_only=True):
    reason: Words
    preview: bool = False


class RateBody(Body, frozen=True, kw_only=True):
    """The share of a lease's cost that is paid where all that is named here applies.

    `supply` is "any", "local" or "remote", `chip` is "any", "domestic" or "foreign", `use` is as bids declare it.
    """

    share: Decimal
    supply: Slug = "any"
    chip: Slug = "any"
    use: MaybeSlug = ""


class CapBody(Body, frozen=True, kw_only=True, rename={"only_tags": "only", "except_tags": "except"}):
    """The most for one lease ("contract"), or for one owner group in a calendar "year" or in "total".

    `only` and `except` are tags: it binds claimants with one of the first, and none with one of the second.
    """

    scope: Slug
    amount: Decimal
    only_tags: Names = ()
    except_tags: Names = ()


class ProgrammeBody(Body, frozen=True, kw_only=True, rename={"since": "from"}):
    """A voucher programme, or another wording of one for trades from now on; what its source leaves open is left out.

    `from` and `until` are the instants between which trades may claim. Of `rates` the highest that applies is paid, of
    `caps` all bind. The pool is a "ceiling" or a "floor" of each calendar year, or a "total" for good. `claimants` are
    groups of tags: a claimant has one of each. `excludes` may be "*", all others.
    """

    programme: NewSlug
    name_en: Words
    name_zh: Words
    place: MaybeSlug = ""
    since: Instant | None = None
    until: Instant | None = None
    rates: Annotated[tuple[RateBody, ...], Meta(max_length=limits.RATES_MAX)] = ()
    caps: Annotated[tuple[CapBody, ...], Meta(max_length=limits.RATES_MAX)] = ()
    pool: Decimal | None = None
    pool_is: MaybeSlug = ""
    local_regions: Names = ()
    local_supplier_tags: Names = ()
    claimants: Annotated[tuple[Names, ...], Meta(max_length=limits.RATES_MAX)] = ()
    places: Names = ()
    barred: Names = ()
    unaffiliated: bool = False
    excludes: Names = ()


class RelationBody(Body, frozen=True, kw_only=True):
    """Two owner groups are affiliated, or, when `related` is false, no longer."""

    group: Slug
    other_group: Slug
    reason: Words
    related: bool = True
